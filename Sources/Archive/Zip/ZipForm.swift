/// What a zip says of a file beside its name: how its bytes are kept, and what they come to.
public struct ZipForm: Sendable, Hashable {
    public var method: ZipMember.Method
    /// CRC-32 of the content itself.
    public var crc32: UInt32
    /// Bytes as the zip keeps them.
    public var compressedSize: UInt64
    /// Bytes of the content itself.
    public var size: UInt64

    public init(method: ZipMember.Method, crc32: UInt32, compressedSize: UInt64, size: UInt64) {
        self.method = method
        self.crc32 = crc32
        self.compressedSize = compressedSize
        self.size = size
    }
}
