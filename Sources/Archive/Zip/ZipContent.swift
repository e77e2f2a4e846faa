/// A file's content made ready for a ``ZipWriter``: deflated by ``DeflateEncoder`` where that makes it smaller, stored
/// where it does not. Compressing is most of the work of writing a zip, so it may be done on any thread, in any order.
public struct ZipContent: Sendable {
    public let method: ZipMember.Method
    /// As the archive will keep them.
    public let bytes: [UInt8]
    /// Bytes of the content itself.
    public let size: UInt64
    /// CRC-32 of the content itself.
    public let crc32: UInt32

    /// - Parameter encoder: one that has no stream under way; it is left so.
    public init(_ content: UnsafeRawBufferPointer, encoder: inout DeflateEncoder) {
        var crc = CRC32()
        crc.update(content)
        crc32 = crc.value
        size = UInt64(content.count)
        var deflated: [UInt8] = []
        deflated.reserveCapacity(content.count / 2)
        encoder.encode(content, appendingTo: &deflated)
        if deflated.count < content.count {
            (method, bytes) = (.deflated, deflated)
        } else {
            (method, bytes) = (.stored, Array(content))
        }
    }
}
