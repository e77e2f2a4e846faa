internal import FileSystem
internal import Glibc
internal import SystemPackage

/// Looks at local folders and small files.
enum LocalFolder {
    /// What tells one state of a file from another.
    struct Facts: Equatable {
        var size: UInt64
        /// Nanoseconds since 1970.
        var changed: Int64
        var isFolder: Bool
        var isFile: Bool
    }

    static var home: String? { getenv("HOME").map { String(cString: $0) } }

    static func facts(of path: FilePath) -> Facts? {
        var status = stat()
        guard path.withPlatformString({ stat($0, &status) }) == 0 else { return nil }
        let type = status.st_mode & S_IFMT
        return Facts(
            size: UInt64(status.st_size),
            changed: status.st_mtim.nanoseconds,
            isFolder: type == S_IFDIR, isFile: type == S_IFREG)
    }

    static func exists(_ path: FilePath) -> Bool { facts(of: path) != nil }
    static func isFolder(_ path: FilePath) -> Bool { facts(of: path)?.isFolder ?? false }

    /// The names in a folder, sorted by their bytes; `nil` if it cannot be read.
    static func names(in path: FilePath) -> [String]? {
        try? path.folderNames()
    }

    /// A small file's text; `nil` if it cannot be read or is no file.
    static func text(of path: FilePath, limit: Int = 1 << 20) -> String? {
        guard let facts = facts(of: path), facts.isFile, facts.size <= UInt64(limit),
            let bytes = try? path.fileContents(limit: limit)
        else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func firstLine(of path: FilePath) -> String? {
        text(of: path).map { text in String(text.prefix { $0 != "\n" && $0 != "\r" && $0 != "\r\n" }) }
    }
}
