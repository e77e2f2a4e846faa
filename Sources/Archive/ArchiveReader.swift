internal import CArchive
public import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Reads tars and, of source distributions, zips, as a stream of entries.
///
/// Wheels do not come through here: ``ZipArchive`` reads those, more strictly. Paths that would leave the folder are
/// refused. Of what libarchive knows only that is switched on which such files come as: more would be more for an archive
/// to hide in, and some of it is read by other programs of the machine. One owner, one thread.
public struct ArchiveReader: ~Copyable {
    /// One entry: its header in the terms of ``TarHeader``, with `./` before and `/` behind the path taken off.
    public struct Entry: Sendable {
        public var header: TarHeader
        /// Whether the archive states a size; a raw stream's is known only at its end.
        public var hasSize: Bool
    }

    private let library: ArchiveFunctions
    private let archive: OpaquePointer
    private let name: String
    /// libarchive converts names to the thread's locale; in this one nothing is lost.
    private let locale: locale_t?

    /// Opens a file. Messages call it `name`, or by its last path component.
    ///
    /// - Throws: ``ArchiveError`` (`notAnArchive`), also for one that is compressed more than once: what is, is small and
    ///   endless.
    public init(_ path: FilePath, name: String? = nil, accepting formats: Formats) throws {
        try self.init(path, name: name, formats, reading: ArchiveLibrary.functions())
    }

    /// What is read at all.
    public enum Formats: Sendable {
        /// What image layers and archives of images come as: a tar, plain or by gzip or zstd (OCI image-spec §layer).
        case layers
        /// What source distributions come as: a tar, compressed in any way that was ever usual, or a zip.
        case sources
    }

    private init(
        _ path: FilePath, name: String?, _ formats: Formats, reading library: ArchiveFunctions
    ) throws {
        self.library = library
        guard let archive = library.archive_read_new() else { preconditionFailure("no memory for libarchive's reader") }
        self.archive = archive
        self.name = name ?? path.lastComponent?.string ?? path.string
        locale = newlocale(1 << LC_CTYPE, "C.UTF-8", nil)
        _ = library.archive_read_support_format_tar(archive)
        _ = library.archive_read_support_filter_gzip(archive)
        _ = library.archive_read_support_filter_zstd(archive)
        if case .sources = formats {
            _ = library.archive_read_support_filter_bzip2(archive)
            _ = library.archive_read_support_filter_xz(archive)
            _ = library.archive_read_support_filter_lzma(archive)
            _ = library.archive_read_support_filter_lzip(archive)
            _ = library.archive_read_support_filter_compress(archive)
            _ = library.archive_read_support_format_zip(archive)
        }
        guard library.archive_read_open_filename(archive, path.string, 256 << 10) == ARCHIVE_OK else {
            throw fault(.notAnArchive, "cannot be read as an archive")
        }
        // One is the file itself.
        if library.archive_filter_count(archive) > 2 {
            throw fault(.notAnArchive, "is compressed more than once")
        }
    }

    deinit {
        _ = library.archive_read_free(archive)
        if let locale { freelocale(locale) }
    }

    /// The next entry, `nil` at the archive's end. What is left of the current one's content is skipped.
    ///
    /// Throws `unsafeName` for a path, or a hard link's target, that is absolute or has `..`, and `notAnArchive` or
    /// `truncated` for broken archives.
    public mutating func next() throws -> Entry? {
        let before = locale.map { uselocale($0) }
        defer { if let before { uselocale(before) } }
        while true {
            var entry: OpaquePointer?
            let status = library.archive_read_next_header(archive, &entry)
            if status == ARCHIVE_EOF { return nil }
            guard status == ARCHIVE_OK || status == ARCHIVE_WARN, let entry else {
                throw fault(.malformed, "is broken")
            }
            guard let path = library.archive_entry_pathname_utf8(entry) ?? library.archive_entry_pathname(entry) else {
                throw fault(.unsafeName, "has an entry whose name is not UTF-8")
            }
            let relative = try safe(String(cString: path))
            // The root folder of a `tar -C root .` has no path of its own.
            if relative.isEmpty { continue }
            return try Entry(
                header: TarHeader(
                    path: relative, kind: kind(of: entry), mode: UInt16(library.archive_entry_perm(entry) & 0o7777),
                    size: library.archive_entry_hardlink(entry) == nil
                        ? UInt64(max(0, library.archive_entry_size(entry))) : 0,
                    modified: UInt64(max(0, library.archive_entry_mtime(entry))),
                    userID: UInt32(clamping: library.archive_entry_uid(entry)),
                    groupID: UInt32(clamping: library.archive_entry_gid(entry)), records: attributes(of: entry)),
                hasSize: library.archive_entry_size_is_set(entry) != 0)
        }
    }

    /// Passes the current entry's content on piece by piece; holes of sparse files come as zeros.
    public mutating func stream(chunk: (UnsafeRawBufferPointer) throws -> Void) throws {
        var position: Int64 = 0
        while true {
            var buffer: UnsafeRawPointer?
            var size = 0
            var offset: la_int64_t = 0
            let status = library.archive_read_data_block(archive, &buffer, &size, &offset)
            if status == ARCHIVE_EOF { return }
            guard status == ARCHIVE_OK || status == ARCHIVE_WARN else {
                throw fault(.truncated, "has an entry whose content is broken or cut off")
            }
            if offset > position {
                let zeros = [UInt8](repeating: 0, count: 4096)
                while position < offset {
                    let count = Int(min(Int64(zeros.count), offset - position))
                    try zeros.withUnsafeBytes { try chunk(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
                    position += Int64(count)
                }
            }
            position += Int64(size)
            if size > 0 { try chunk(UnsafeRawBufferPointer(start: buffer, count: size)) }
        }
    }

    /// The current entry's content at once. Throws `tooLarge` beyond `limit` bytes.
    public mutating func contents(limit: Int = 16 << 20) throws -> [UInt8] {
        var bytes: [UInt8] = []
        let name = name
        try stream { chunk in
            guard bytes.count + chunk.count <= limit else {
                throw ArchiveError(.tooLarge, name, "has an entry of more than \(limit) bytes where that is the limit")
            }
            bytes.append(contentsOf: chunk)
        }
        return bytes
    }

    private func kind(of entry: OpaquePointer) throws -> TarHeader.Kind {
        if let target = library.archive_entry_hardlink_utf8(entry) ?? library.archive_entry_hardlink(entry) {
            return .hardLink(target: try safe(String(cString: target)))
        }
        switch UInt32(library.archive_entry_filetype(entry)) {
        case 0o100000: return .file
        case 0o040000: return .directory
        case 0o120000:
            guard let target = library.archive_entry_symlink_utf8(entry) ?? library.archive_entry_symlink(entry) else {
                throw fault(.malformed, "has a symbolic link without a target")
            }
            return .symbolicLink(target: String(cString: target))
        case 0o020000:
            return .characterDevice(
                major: UInt32(library.archive_entry_rdevmajor(entry)),
                minor: UInt32(library.archive_entry_rdevminor(entry)))
        case 0o060000:
            return .blockDevice(
                major: UInt32(library.archive_entry_rdevmajor(entry)),
                minor: UInt32(library.archive_entry_rdevminor(entry)))
        case 0o010000: return .fifo
        default: throw fault(.unsupportedType, "has an entry that is no file, folder, link or device")
        }
    }

    /// Extended attributes as the pax records that tars keep them in.
    private func attributes(of entry: OpaquePointer) -> [String: [UInt8]] {
        guard library.archive_entry_xattr_reset(entry) > 0 else { return [:] }
        var records: [String: [UInt8]] = [:]
        var key: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var size = 0
        while library.archive_entry_xattr_next(entry, &key, &value, &size) == ARCHIVE_OK {
            guard let key else { continue }
            records["SCHILY.xattr." + String(cString: key)] = Array(UnsafeRawBufferPointer(start: value, count: size))
        }
        return records
    }

    private func safe(_ path: String) throws -> String {
        guard path.isInnerPath else {
            throw ArchiveError(
                .unsafeName, name, member: path, "would leave the folder it is unpacked into")
        }
        return path.pathNames.filter { $0 != "." }.joined(separator: "/")
    }

    private func fault(_ code: ArchiveError.Code, _ message: String) -> ArchiveError {
        let detail = library.archive_error_string(archive).map { " (\(String(cString: $0)))" } ?? ""
        return ArchiveError(code, name, message + detail)
    }
}
