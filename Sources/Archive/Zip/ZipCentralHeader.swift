/// One header of a zip's central directory, as it stands: nothing is checked but that it lies inside the directory.
///
/// Source: APPNOTE 4.3.12.
struct ZipCentralHeader {
    /// Where the name and the extra fields lie in the directory's bytes.
    let name: Range<Int>
    let extra: Range<Int>
    /// Where the next header starts.
    let next: Int
    let flags: UInt16
    let method: UInt16
    let crc32: UInt32
    /// Bytes when inflated, from the zip64 field where the header leaves it to that.
    let size: UInt64
    /// Bytes in the archive, likewise.
    let compressedSize: UInt64
    /// Where the local header starts, likewise.
    let headerOffset: UInt64
    /// The zip64 field gives all that the header leaves to it, and the member lies on this disk.
    let isWhole: Bool
    /// The mode that Unix systems write; zero where another system wrote the header.
    let unixMode: UInt16

    /// - Throws: `ArchiveError`: `malformed` where no header starts, `truncated` where it ends beyond the directory.
    init(_ directory: UnsafeRawBufferPointer, at start: Int, archive: String) throws {
        guard directory.count - start >= ZipFormat.centralHeaderSize,
            directory.little(start, as: UInt32.self) == ZipFormat.centralHeader
        else {
            throw ArchiveError(.malformed, archive, "has something other than a member's header in its directory")
        }
        let nameStart = start + ZipFormat.centralHeaderSize
        let nameEnd = nameStart + Int(directory.little(start + 28, as: UInt16.self))
        let extraEnd = nameEnd + Int(directory.little(start + 30, as: UInt16.self))
        name = nameStart..<nameEnd
        extra = nameEnd..<extraEnd
        next = extraEnd + Int(directory.little(start + 32, as: UInt16.self))
        guard next <= directory.count else {
            throw ArchiveError(.truncated, archive, "has a member header that reaches beyond its directory")
        }
        flags = directory.little(start + 8, as: UInt16.self)
        method = directory.little(start + 10, as: UInt16.self)
        crc32 = directory.little(start + 16, as: UInt32.self)
        unixMode = UInt16(truncatingIfNeeded: directory.little(start + 38, as: UInt32.self) >> 16)
        var size = UInt64(directory.little(start + 24, as: UInt32.self))
        var compressedSize = UInt64(directory.little(start + 20, as: UInt32.self))
        var offset = UInt64(directory.little(start + 42, as: UInt32.self))
        let isWidened = ZipExtraFields(UnsafeRawBufferPointer(rebasing: directory[extra]))
            .widen(&size, &compressedSize, &offset)
        isWhole = isWidened && directory.little(start + 34, as: UInt16.self) == 0
        self.size = size
        self.compressedSize = compressedSize
        headerOffset = offset
    }
}
