/// What a zip's central directory lists, taken as it stands: for looking into archives that others will read, such as
/// jars, and never for unpacking them.
///
/// The JVM takes what ``ZipDirectory`` refuses: names twice, folders that are files, bytes before the zip. So names are
/// bytes that mean nothing here, and members are held to nothing but the directory's own bounds.
public struct ZipListing: Sendable {
    /// One member, as the directory has it.
    public struct Member: Sendable {
        /// Where its name lies in ``ZipListing/bytes``.
        public let name: Range<Int>
        public let method: UInt16
        public let crc32: UInt32
        /// Bytes when inflated.
        public let size: UInt64
        /// Bytes in the archive.
        public let compressedSize: UInt64
        /// Where its local header starts in the file.
        public let headerOffset: UInt64
    }

    /// The directory's bytes.
    public let bytes: [UInt8]
    /// In the directory's order.
    public let members: [Member]

    /// Reads a zip's directory.
    ///
    /// - Throws: `ArchiveError`: `notAnArchive`, `truncated`, `malformed`, `tooLarge`, `unreadable`.
    public init(of source: some ByteSource, limits: ZipLimits = ZipLimits()) throws {
        let (directory, count, shift) = try Self.locate(in: source)
        guard directory.upperBound - directory.lowerBound <= limits.directorySize else {
            throw ArchiveError(
                .tooLarge, source.name,
                "has a directory of \(directory.count) bytes; the limit is \(limits.directorySize)")
        }
        let bytes = try source.bytes(in: directory)
        members = try bytes.withUnsafeBytes { try Self.members($0, count: count, shift: shift, name: source.name) }
        self.bytes = bytes
    }

    /// A member's first bytes, inflated; fewer where it has fewer.
    ///
    /// - Throws: `ArchiveError` for a member that is broken, or kept in another way than stored or deflated.
    public func beginning(
        of member: Member, count: Int, in source: some ByteSource, _ inflater: inout Inflater
    ) throws -> [UInt8] {
        let wanted = Int(min(UInt64(count), member.size))
        if wanted == 0 { return [] }
        // The local header's extra fields need not be the directory's, so it tells where the data starts.
        let headerSize = UInt64(ZipFormat.localHeaderSize)
        guard source.size >= headerSize, member.headerOffset <= source.size - headerSize else {
            throw ArchiveError(.truncated, source.name, "has a member beyond its end")
        }
        let header = try source.bytes(in: member.headerOffset..<member.headerOffset + headerSize)
        let skip = try header.withUnsafeBytes { header in
            guard header.little(0, as: UInt32.self) == ZipFormat.localHeader else {
                throw ArchiveError(.malformed, source.name, "has no member where its directory says")
            }
            return Int(header.little(26, as: UInt16.self)) + Int(header.little(28, as: UInt16.self))
        }
        let start = member.headerOffset + UInt64(ZipFormat.localHeaderSize + skip)
        let room = source.size > start ? source.size - start : 0
        // Deflate never needs much more room than what it holds.
        let stored = min(member.compressedSize, room, UInt64(wanted) + 512)
        let data = try source.bytes(in: start..<start + stored)
        switch ZipMember.Method(rawValue: member.method) {
        case .stored: return Array(data.prefix(wanted))
        case .deflated:
            inflater.reset()
            return try [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
                let output = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<wanted])
                filled = try data.withUnsafeBytes {
                    try inflater.inflate($0, into: output, name: source.name).produced
                }
            }
        case nil:
            throw ArchiveError(
                .unsupportedMethod, source.name, "has a member of method \(member.method), which no JVM reads")
        }
    }

    /// Where the directory lies, how many members it claims, and how far the file's own offsets are off: by the bytes
    /// before the zip.
    private static func locate(
        in source: some ByteSource
    ) throws -> (directory: Range<UInt64>, count: UInt64, shift: UInt64) {
        let size = source.size
        let tail = try source.bytes(in: size - min(size, UInt64(ZipEnd.longestTail))..<size)
        return try tail.withUnsafeBytes { tail in
            var at = tail.count - ZipFormat.endSize
            let first = max(0, at - 0xFFFF)
            while at >= first, tail.little(at, as: UInt32.self) != ZipFormat.end { at -= 1 }
            guard at >= first else {
                throw ArchiveError(
                    .notAnArchive, source.name, "is no zip file, or its end is missing: it has no end record")
            }
            var end = size - UInt64(tail.count - at)
            var count = UInt64(tail.little(at + 10, as: UInt16.self))
            var length = UInt64(tail.little(at + 12, as: UInt32.self))
            var offset = UInt64(tail.little(at + 16, as: UInt32.self))
            let record = at - ZipFormat.zip64LocatorSize - ZipFormat.zip64EndSize
            if record >= 0, tail.little(at - ZipFormat.zip64LocatorSize, as: UInt32.self) == ZipFormat.zip64Locator,
                tail.little(record, as: UInt32.self) == ZipFormat.zip64End
            {
                count = tail.little(record + 32, as: UInt64.self)
                length = tail.little(record + 40, as: UInt64.self)
                offset = tail.little(record + 48, as: UInt64.self)
                end -= UInt64(ZipFormat.zip64LocatorSize + ZipFormat.zip64EndSize)
            }
            guard length <= end, offset <= end - length, count <= length / UInt64(ZipFormat.centralHeaderSize) else {
                throw ArchiveError(
                    .truncated, source.name,
                    "says that \(count) members are listed in \(length) bytes from byte \(offset), and ends at byte \(size)"
                )
            }
            return (end - length..<end, count, end - length - offset)
        }
    }

    private static func members(
        _ bytes: UnsafeRawBufferPointer, count: UInt64, shift: UInt64, name archive: String
    ) throws -> [Member] {
        var members: [Member] = []
        members.reserveCapacity(Int(count))
        var at = 0
        while at < bytes.count {
            let header = try ZipCentralHeader(bytes, at: at, archive: archive)
            members.append(
                Member(
                    name: header.name, method: header.method, crc32: header.crc32, size: header.size,
                    compressedSize: header.compressedSize, headerOffset: header.headerOffset &+ shift))
            at = header.next
        }
        // Writers without zip64 count to 65,535 and then from 0 again, which the JVM takes too.
        guard UInt64(members.count) & 0xFFFF == count & 0xFFFF else {
            throw ArchiveError(
                .malformed, archive, "lists \(members.count) members, but its end record claims \(count)")
        }
        return members
    }
}
