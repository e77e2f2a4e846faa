internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#endif

/// Text files that people write: read whole within a bound, written by rename.
enum TextFile {
    /// More than any recipe, lock or requirements file has; bounds memory on a mistaken path.
    static let limit = 64 << 20

    /// - Throws: ``BuilderError`` (`unreadable`) naming the path and the reason.
    static func read(_ path: FilePath) throws -> String {
        do {
            let descriptor = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
            return try descriptor.closeAfter {
                var bytes: [UInt8] = []
                var chunk = [UInt8](repeating: 0, count: 1 << 16)
                while true {
                    let count = try chunk.withUnsafeMutableBytes { try descriptor.read(into: $0) }
                    if count == 0 { break }
                    bytes.append(contentsOf: chunk[..<count])
                    guard bytes.count <= limit else {
                        throw BuilderError(
                            .unreadable, subject: path.string, message: "is larger than \(limit >> 20) MiB")
                    }
                }
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    throw BuilderError(
                        .unreadable, subject: path.string, message: "is not UTF-8 text",
                        advice: "name a recipe, a lock or a requirements file")
                }
                return text
            }
        } catch let error as Errno {
            throw BuilderError(
                .unreadable, subject: path.string, message: "cannot be read: \(error)",
                advice: error == .noSuchFileOrDirectory ? "check the path; it is taken from the current folder" : nil)
        }
    }

    static func readIfPresent(_ path: FilePath) throws -> String? {
        var status = stat()
        guard stat(path.string, &status) == 0 else { return nil }
        return try read(path)
    }

    /// Writes a neighbour file and renames it over the old one, so that a reader sees the old text or the new one.
    ///
    /// - Throws: ``BuilderError`` (`unwritable`).
    static func write(_ text: String, to path: FilePath) throws {
        // Process numbers repeat where containers share a folder.
        let name = ".\(path.lastComponent?.string ?? "file").\(getpid()).\(UInt32.random(in: 0 ... .max))"
        let temporary = path.removingLastComponent().appending(name)
        do {
            let descriptor = try FileDescriptor.open(
                temporary, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
            try descriptor.closeAfter {
                var text = text
                _ = try text.withUTF8 { try descriptor.writeAll(UnsafeRawBufferPointer($0)) }
                fsync(descriptor.rawValue)
            }
            guard rename(temporary.string, path.string) == 0 else { throw Errno(rawValue: errno) }
        } catch let error as Errno {
            unlink(temporary.string)
            throw BuilderError(
                .unwritable, subject: path.string, message: "cannot be written: \(error)",
                advice: "check that the folder exists, can be written to, and has room")
        }
    }

    /// The names in a folder.
    static func names(in folder: FilePath) throws -> [String] {
        guard let open = opendir(folder.string) else {
            throw BuilderError(
                .unreadable, subject: folder.string, message: "cannot be listed: \(Errno(rawValue: errno))")
        }
        defer { closedir(open) }
        var names: [String] = []
        while let entry = readdir(open) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names
    }
}
