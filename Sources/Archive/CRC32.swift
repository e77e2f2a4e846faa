internal import CISAL

/// A running CRC-32 as zip and gzip use it (RFC 1952 §8), by ISA-L (which uses carry-less multiplication).
public struct CRC32: Sendable, Equatable {
    /// The checksum of everything so far.
    public private(set) var value: UInt32 = 0

    public init() {}

    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress else { return }
        value = crc32_gzip_refl(value, base.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count))
    }

    /// The checksum of some bytes at once.
    public static func of(_ bytes: [UInt8]) -> UInt32 {
        var crc = CRC32()
        bytes.withUnsafeBytes { crc.update($0) }
        return crc.value
    }
}
