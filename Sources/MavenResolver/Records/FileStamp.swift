internal import ContentStore
internal import FileSystem
internal import Glibc
internal import SystemPackage
internal import Transfer

/// What tells whether a file of this machine is still the one that was read: its size, and when it was changed last.
struct FileStamp: Hashable, Sendable {
    /// In bytes.
    let size: UInt64
    /// Nanoseconds since 1970.
    let changed: Int64

    /// `nil` for what is no file of this machine, or not there.
    init?(_ url: ResourceURL) {
        guard let path = url.filePath else { return nil }
        var status = stat()
        guard path.withPlatformString({ stat($0, &status) }) == 0 else { return nil }
        size = UInt64(status.st_size)
        changed = status.st_mtim.nanoseconds
    }

    /// As a record keeps it.
    static func put(_ stamp: FileStamp?, _ writer: inout RecordWriter) {
        writer.number(UInt8(stamp == nil ? 0 : 1))
        guard let stamp else { return }
        writer.number(stamp.size)
        writer.number(stamp.changed)
    }

    static func read(_ reader: inout RecordReader) throws(RecordDamage) -> FileStamp? {
        guard try reader.number(UInt8.self) == 1 else { return nil }
        return FileStamp(size: try reader.number(), changed: try reader.number())
    }

    private init(size: UInt64, changed: Int64) {
        self.size = size
        self.changed = changed
    }

    /// Whether what a URL leads to is what was read then; of what is not on this machine only its digest tells.
    static func holds(_ stamp: FileStamp?, of url: String) -> Bool {
        guard let stamp else { return true }
        return (try? ResourceURL(url)).flatMap(FileStamp.init) == stamp
    }
}
