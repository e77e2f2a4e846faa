/// The frame around a raw deflate stream that makes it a member of a gzip file (RFC 1952).
///
/// A gzip file is a series of members, and readers concatenate what they hold (§2.2). The frame here is canonical:
/// no name, no time, operating system unknown (255).
public enum GzipMember {
    /// The ten bytes before the deflate stream.
    public static let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]

    /// The eight bytes behind it.
    ///
    /// - Parameter size: of the inflated bytes; its lower 32 bits are written.
    public static func trailer(crc32: UInt32, size: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(little: crc32)
        bytes.append(little: UInt32(truncatingIfNeeded: size))
        return bytes
    }
}
