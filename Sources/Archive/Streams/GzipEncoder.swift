/// Compresses a stream to a gzip file of one member, with bytes that never change (see ``DeflateEncoder``).
public struct GzipEncoder: ~Copyable {
    private var deflate = DeflateEncoder()
    private var crc = CRC32()
    private var size: UInt64 = 0

    public init() {}

    /// Adds content. `sink` takes compressed bytes as they come, valid during the call alone.
    public mutating func write(
        _ content: UnsafeRawBufferPointer, sink: (UnsafeRawBufferPointer) throws -> Void
    ) rethrows {
        if size == 0, !content.isEmpty { try GzipMember.header.withUnsafeBytes(sink) }
        crc.update(content)
        size += UInt64(content.count)
        try deflate.write(content, sink: sink)
    }

    /// Ends the file and makes ready for another one.
    public mutating func finish(sink: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        if size == 0 { try GzipMember.header.withUnsafeBytes(sink) }
        try deflate.finish(sink: sink)
        try GzipMember.trailer(crc32: crc.value, size: size).withUnsafeBytes(sink)
        crc = CRC32()
        size = 0
    }
}
