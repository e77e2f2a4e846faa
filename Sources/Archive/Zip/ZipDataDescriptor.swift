/// The record behind the data of a member that was written as a stream (APPNOTE 6.3.10 §4.3.9).
enum ZipDataDescriptor {
    /// Holds the record against the directory, in any of its four shapes: with or without signature, sizes of 32 or
    /// 64 bits.
    static func check(_ member: ZipMember, dataOffset: UInt64, source: some ByteSource) throws {
        let start = dataOffset + member.compressedSize
        let bytes = try source.bytes(in: start..<min(start + 24, member.extentEnd))
        guard shapes(of: member).contains(where: { bytes.starts(with: $0) }) else {
            throw ArchiveError(
                .malformed, source.name, member: member.name,
                "has a data descriptor that contradicts the directory")
        }
    }

    private static func shapes(of member: ZipMember) -> [[UInt8]] {
        var signature: [UInt8] = []
        signature.append(little: ZipFormat.dataDescriptor)
        var wide: [UInt8] = []
        wide.append(little: member.crc32)
        var narrow = wide
        wide.append(little: member.compressedSize)
        wide.append(little: member.size)
        narrow.append(little: UInt32(truncatingIfNeeded: member.compressedSize))
        narrow.append(little: UInt32(truncatingIfNeeded: member.size))
        let narrowShapes = member.size > UInt64(UInt32.max) ? [] : [signature + narrow, narrow]
        return [signature + wide, wide] + narrowShapes
    }
}
