internal import Archive
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// A file that gets its name when it is whole: written beside it under another, made durable, renamed. Gone if it was
/// never finished.
final class NewFile {
    /// What temporary names begin with.
    private static let prefix = ".chidori-new-"

    private let path: FilePath
    private let temporary: FilePath
    private let descriptor: Int32
    private var isFinished = false

    private static func temporary(beside path: FilePath) -> FilePath {
        let random = String(UInt64.random(in: .min ... .max), radix: 36)
        return path.removingLastComponent().appending("\(prefix)\(getpid())-\(random)")
    }

    /// Puts another name of a file in the place of a present one, in one step. Where files cannot have several names the
    /// present one stays.
    static func link(_ source: FilePath, replacing path: FilePath) throws {
        let temporary = temporary(beside: path)
        if try Files.link(source, to: temporary) { try Files.rename(temporary, to: path) }
    }

    init(_ path: FilePath) throws {
        self.path = path
        temporary = Self.temporary(beside: path)
        descriptor = temporary.withPlatformString { open($0, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o644) }
        guard descriptor >= 0 else { throw Files.fault(path, "written", Errno(rawValue: errno)) }
    }

    deinit {
        close(descriptor)
        if !isFinished { _ = temporary.withPlatformString { unlink($0) } }
    }

    /// Removes what writers left in a folder that were killed. The caller knows that none is at work there.
    static func removeUnfinished(in folder: FilePath) throws {
        guard let listing = folder.withPlatformString({ opendir($0) }) else {
            throw Files.fault(folder, "read", Errno(rawValue: errno))
        }
        defer { closedir(listing) }
        while let entry = readdir(listing) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name.hasPrefix(prefix) else { continue }
            _ = folder.appending(name).withPlatformString { unlink($0) }
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while let base = rest.baseAddress, !rest.isEmpty {
            let count = Glibc.write(descriptor, base, rest.count)
            if count < 0 {
                let error = Errno(rawValue: errno)
                if error == .interrupted { continue }
                throw Files.fault(path, "written", error)
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Copies what a blob holds; it must have the size that it claims.
    func write(_ blob: ImageBlob) throws {
        switch blob.source {
        case .bytes(let bytes): try bytes.withUnsafeBytes(write)
        case .file(let file):
            let source = try FileSource(file)
            guard source.size == blob.size else {
                throw LayersError(
                    .badLayout, file.string, "has \(source.size) bytes, but \(blob.size) are expected",
                    advice: "run `chidori store verify`, or fetch the base again")
            }
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
            defer { buffer.deallocate() }
            var offset: UInt64 = 0
            while offset < source.size {
                let count = Int(min(UInt64(buffer.count), source.size - offset))
                let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
                try source.read(at: offset, into: piece)
                try write(UnsafeRawBufferPointer(piece))
                offset += UInt64(count)
            }
        }
    }

    /// Makes the content durable and gives it its name, in place of what had it.
    func finish() throws {
        guard fsync(descriptor) == 0 else { throw Files.fault(path, "written", Errno(rawValue: errno)) }
        try Files.rename(temporary, to: path)
        isFinished = true
    }
}
