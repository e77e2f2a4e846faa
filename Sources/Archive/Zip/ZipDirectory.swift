/// A zip's central directory, read strictly: whatever is ambiguous, contradictory or unsafe is refused.
///
/// Pure: it works on the directory's bytes, wherever they come from. Refused are names that are absolute, leave the
/// folder, hold backslashes or NUL, or are not UTF-8 (with or without the flag); a path twice, or as both file and
/// folder; symbolic links and device nodes; encryption; methods other than stored and deflate; members that overlap
/// or lie outside the file; counts and sizes that cannot be; and more than the ``ZipLimits`` allow.
public struct ZipDirectory: Sendable {
    /// Every member in the directory's order.
    public let members: [ZipMember]
    /// The sum of the members' inflated sizes.
    public let totalSize: UInt64

    private let indexes: [String: Int]

    /// Where the central directory lies, from the last bytes of a file; see ``ZipEnd/init(tail:fileSize:name:)``.
    public static func locate(
        tail: [UInt8], fileSize: UInt64, name: String = "the archive"
    ) throws -> ZipEnd {
        try ZipEnd(tail: tail, fileSize: fileSize, name: name)
    }

    /// Reads a directory.
    ///
    /// - Parameters:
    ///   - bytes: exactly the file's bytes in `end.directory`.
    ///   - end: what the end records say.
    ///   - name: what messages call the archive.
    public init(
        bytes: [UInt8], end: ZipEnd, limits: ZipLimits = ZipLimits(), name: String = "the archive"
    ) throws {
        guard UInt64(bytes.count) == end.directory.upperBound - end.directory.lowerBound else {
            throw ArchiveError(
                .truncated, name, "has a directory of \(end.directory.count) bytes, of which \(bytes.count) are here")
        }
        guard UInt64(bytes.count) <= limits.directorySize else {
            throw ArchiveError(
                .tooLarge, name,
                "has a directory of \(bytes.count) bytes; the limit is \(limits.directorySize)")
        }
        var parser = ZipDirectoryParser(archive: name, directoryStart: end.directory.lowerBound)
        try bytes.withUnsafeBytes { try parser.parse($0, count: end.memberCount) }
        indexes = try parser.checkPaths()
        members = try parser.checkExtents()
        totalSize = try parser.checkSizes(limits)
    }

    /// The member of a name, `nil` if there is none.
    public func member(named name: String) -> ZipMember? {
        indexes[name].map { members[$0] }
    }

    /// The place in ``members`` of a name, `nil` if there is none.
    public func index(of name: String) -> Int? {
        indexes[name]
    }
}
