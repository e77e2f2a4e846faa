/// One stretch of a larger file, in memory: what a range request brought.
public struct PartialSource: ByteSource {
    /// The size of the whole file.
    public let size: UInt64
    public let name: String
    private let bytes: [UInt8]
    private let start: UInt64

    /// - Parameters:
    ///   - bytes: the bytes that are here.
    ///   - start: the place of the first of them in the file.
    ///   - size: the size of the whole file.
    public init(_ bytes: [UInt8], at start: UInt64, of size: UInt64, name: String = "the archive") {
        self.bytes = bytes
        self.start = start
        self.size = size
        self.name = name
    }

    public func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws {
        guard offset >= start, offset - start <= UInt64(bytes.count),
            UInt64(buffer.count) <= UInt64(bytes.count) - (offset - start)
        else {
            throw ArchiveError(
                .truncated, name,
                "is here from byte \(start) to \(start + UInt64(bytes.count)), but byte \(offset) is needed")
        }
        let first = Int(offset - start)
        bytes.withUnsafeBytes {
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[first..<first + buffer.count]))
        }
    }
}
