/// A zip whose members can be read, in any order and from many threads at once.
///
/// Every read checks the member's local header against the directory, and its bytes against size, CRC-32 and the
/// exact end of its deflate stream.
public struct ZipArchive: Sendable {
    public let source: any ByteSource
    public let directory: ZipDirectory

    /// Reads the directory of a zip.
    public init(source: any ByteSource, limits: ZipLimits = ZipLimits()) throws {
        let size = source.size
        let tail = min(size, UInt64(4096))
        let end: ZipEnd
        do {
            end = try ZipEnd(tail: source.bytes(in: size - tail..<size), fileSize: size, name: source.name)
        } catch let error as ArchiveError where error.code == .tailTooShort {
            let tail = min(size, UInt64(ZipEnd.longestTail))
            end = try ZipEnd(tail: source.bytes(in: size - tail..<size), fileSize: size, name: source.name)
        }
        guard end.directory.upperBound - end.directory.lowerBound <= limits.directorySize else {
            throw ArchiveError(
                .tooLarge, source.name,
                "has a directory of \(end.directory.count) bytes; the limit is \(limits.directorySize)")
        }
        self.init(
            source: source,
            directory: try ZipDirectory(
                bytes: source.bytes(in: end.directory), end: end, limits: limits, name: source.name))
    }

    /// A zip whose directory is known, such as one that lies behind range requests.
    public init(source: any ByteSource, directory: ZipDirectory) {
        self.source = source
        self.directory = directory
    }

    /// The member of a name. Throws `noSuchMember` if there is none.
    public func member(named name: String) throws -> ZipMember {
        guard let member = directory.member(named: name) else {
            throw ArchiveError(.noSuchMember, source.name, member: name, "does not exist")
        }
        return member
    }

    /// A small member's bytes at once. Throws `tooLarge` beyond `limit` bytes.
    public func contents(of member: ZipMember, limit: Int = 16 << 20) throws -> [UInt8] {
        guard member.size <= UInt64(limit) else {
            throw ArchiveError(
                .tooLarge, source.name, member: member.name,
                "has \(member.size) bytes; the limit is \(limit)")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(member.size))
        // A small buffer serves a small member: METADATA and RECORD are read from thousands of wheels.
        var reader = ZipMemberReader(
            bufferSize: Int(min(max(member.extent.upperBound - member.extent.lowerBound, 4096), 256 << 10)))
        try reader.stream(member, of: source) { bytes.append(contentsOf: $0) }
        return bytes
    }

    /// Passes a member's inflated bytes to `chunk` piece by piece; see ``ZipMemberReader``.
    public func stream(_ member: ZipMember, chunk: (UnsafeRawBufferPointer) throws -> Void) throws {
        var reader = ZipMemberReader()
        try reader.stream(member, of: source, inflated: chunk)
    }

    /// Passes a member's bytes on in both forms in one pass; see ``ZipMemberReader``.
    public func stream(
        _ member: ZipMember, compressed: (UnsafeRawBufferPointer) throws -> Void,
        inflated: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var reader = ZipMemberReader()
        try reader.stream(member, of: source, compressed: compressed, inflated: inflated)
    }
}
