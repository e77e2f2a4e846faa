/// A member's local header (APPNOTE 6.3.10 §4.3.7), which must say what the directory says.
struct ZipLocalHeader {
    /// Bytes of the header with its name and extra fields.
    let size: Int
    /// Where the member's data starts in the file.
    let dataOffset: UInt64
    /// Sizes and checksum stand behind the data too, and may be zero in this header.
    let hasDataDescriptor: Bool

    /// - Parameter bytes: the file's bytes from the header's start, as many as there are or fit.
    init(_ bytes: UnsafeRawBufferPointer, of member: ZipMember, archive: String) throws {
        func fault(_ message: String) -> ArchiveError {
            ArchiveError(.malformed, archive, member: member.name, message)
        }
        guard bytes.count >= ZipFormat.localHeaderSize, bytes.little(0, as: UInt32.self) == ZipFormat.localHeader else {
            throw fault("has no local header where the directory says")
        }
        let nameEnd = ZipFormat.localHeaderSize + Int(bytes.little(26, as: UInt16.self))
        size = nameEnd + Int(bytes.little(28, as: UInt16.self))
        guard size <= bytes.count else { throw fault("has a local header that reaches into the next member") }
        guard bytes[ZipFormat.localHeaderSize..<nameEnd].elementsEqual(member.name.utf8) else {
            throw fault("has another name in its local header")
        }
        let flags = bytes.little(6, as: UInt16.self)
        guard flags & ZipFormat.encryptionFlags == 0 else {
            throw ArchiveError(.encrypted, archive, member: member.name, "is encrypted")
        }
        guard bytes.little(8, as: UInt16.self) == member.method.rawValue else {
            throw fault("has another compression method in its local header")
        }
        var contentSize = UInt64(bytes.little(22, as: UInt32.self))
        var compressedSize = UInt64(bytes.little(18, as: UInt32.self))
        var none: UInt64 = 0
        let extra = ZipExtraFields(UnsafeRawBufferPointer(rebasing: bytes[nameEnd..<size]))
        guard extra.widen(&contentSize, &compressedSize, &none) else {
            throw fault("has sizes in its local header that its zip64 field does not give")
        }
        let crc32 = bytes.little(14, as: UInt32.self)
        hasDataDescriptor = flags & ZipFormat.dataDescriptorFlag != 0
        let agrees = contentSize == member.size && compressedSize == member.compressedSize && crc32 == member.crc32
        guard agrees || hasDataDescriptor && contentSize == 0 && compressedSize == 0 && crc32 == 0 else {
            throw fault("has other sizes or another checksum in its local header than in the directory")
        }
        dataOffset = member.headerOffset + UInt64(size)
        guard member.extentEnd - dataOffset >= member.compressedSize else {
            throw ArchiveError(.overlap, archive, member: member.name, "reaches into the next member")
        }
    }
}
