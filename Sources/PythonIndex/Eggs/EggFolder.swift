internal import Archive
internal import FileSystem
internal import Glibc
internal import PythonPackaging
internal import SystemPackage

/// An egg that lies as a folder, `name-version-pyX.Y.egg/` with EGG-INFO in it: packed canonically into a zip it is an
/// egg like any other, with the same digest wherever the same files lie.
///
/// What running a program from the folder leaves behind is no part of it: compiled modules beside their sources.
struct EggFolder {
    private struct Entry {
        var path: String
        var size: UInt64
        /// Nanoseconds since 1970.
        var changed: Int64
        var isExecutable: Bool
    }

    let path: FilePath
    /// By the bytes of their paths.
    private let entries: [Entry]

    /// The largest file that a zip without extensions holds, in bytes.
    private static let fileLimit = 0xFFFF_FFFE
    /// How deep the folders of an egg may be.
    private static let depthLimit = 64

    /// Whether a folder is one, by its name and what is in it.
    static func isEgg(_ path: FilePath) -> Bool {
        (try? EggFilename(path.lastComponent?.string ?? "")) != nil && LocalFolder.isFolder(path.appending("EGG-INFO"))
    }

    /// Looks at every file in the folder.
    ///
    /// - Throws: `PythonIndexError.Code.noSuchFile` for what cannot be read, `.wrongContent` for what is neither file
    ///   nor folder.
    init(_ path: FilePath) throws {
        self.path = path
        var found: [Entry] = []
        try Self.collect(path, below: "", depth: 0, into: &found)
        let names = Set(found.lazy.map(\.path))
        entries = found.filter { entry in
            guard entry.path.hasSuffix(".pyc") else { return !entry.path.hasSuffix(".pyo") }
            return !names.contains(String(entry.path.dropLast()))
        }.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    private static func collect(
        _ folder: FilePath, below prefix: String, depth: Int, into entries: inout [Entry]
    ) throws {
        guard depth < depthLimit else {
            throw PythonIndexError(
                .wrongContent, folder.string, "is nested too deeply for a folder of an egg",
                advice: "look for a folder that was copied into itself")
        }
        for name in try reading(folder, { () throws(Errno) in try folder.folderNames() }) where name != "__pycache__" {
            let path = folder.appending(name)
            var status = stat()
            try reading(path) { () throws(Errno) in
                _ = try uninterrupted { path.withPlatformString { lstat($0, &status) } }
            }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: try collect(path, below: prefix + name + "/", depth: depth + 1, into: &entries)
            case S_IFREG:
                entries.append(
                    Entry(
                        path: prefix + name, size: UInt64(status.st_size),
                        changed: status.st_mtim.nanoseconds,
                        isExecutable: status.st_mode & 0o111 != 0))
            default:
                throw PythonIndexError(
                    .wrongContent, path.string, "is neither a file nor a folder, and an egg holds nothing else",
                    advice: "put the file itself there in place of a link")
            }
        }
    }

    /// What tells one state of a local file, or of an egg folder in its place, from another; `nil` for what is neither.
    static func facts(of path: FilePath, isEgg: Bool) throws -> LocalFolder.Facts? {
        if isEgg, LocalFolder.isFolder(path) { return try EggFolder(path).facts }
        return LocalFolder.facts(of: path).flatMap { $0.isFile ? $0 : nil }
    }

    /// What tells one state of the folder from another: the bytes of all files, and in place of a time a number made of
    /// every file's path, size and time.
    var facts: LocalFolder.Facts {
        var mark: UInt64 = 0xCBF2_9CE4_8422_2325
        func mix(_ byte: UInt8) { mark = (mark ^ UInt64(byte)) &* 0x100_0000_01B3 }
        for entry in entries {
            for byte in entry.path.utf8 { mix(byte) }
            mix(entry.isExecutable ? 1 : 0)
            withUnsafeBytes(of: entry.size.littleEndian) { $0.forEach(mix) }
            withUnsafeBytes(of: entry.changed.littleEndian) { $0.forEach(mix) }
        }
        return LocalFolder.Facts(
            size: entries.reduce(0) { $0 + $1.size }, changed: Int64(bitPattern: mark), isFolder: true, isFile: false)
    }

    /// A file of EGG-INFO; `nil` if it is not there.
    func information(_ name: String) throws -> [UInt8]? {
        let path = EggMetadata.folder + name
        guard entries.contains(where: { $0.path == path }) else { return nil }
        return try contents(of: path, limit: EggMember.limit)
    }

    /// Passes the egg's bytes as a zip to `sink`, piece by piece: the same for the same files.
    func pack(sink: (UnsafeRawBufferPointer) throws -> Void) throws {
        var writer = ZipWriter()
        for entry in entries {
            let bytes = try contents(of: entry.path, limit: Self.fileLimit)
            try bytes.withUnsafeBytes {
                try writer.add(entry.path, isExecutable: entry.isExecutable, content: $0, sink: sink)
            }
        }
        try writer.finish(sink: sink)
    }

    private func contents(of name: String, limit: Int) throws -> [UInt8] {
        let file = path.appending(name)
        return try Self.reading(file) { () throws(Errno) in try file.fileContents(limit: limit) }
    }

    private static func reading<Value>(_ path: FilePath, _ body: () throws(Errno) -> Value) throws -> Value {
        do throws(Errno) {
            return try body()
        } catch {
            throw PythonIndexError(
                .noSuchFile, path.string, "cannot be read (\(error))", advice: "check the path, and who may read it",
                cause: error)
        }
    }
}
