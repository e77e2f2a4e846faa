internal import Glibc

/// The addresses that mean something on one link alone: 169.254.0.0/16 (RFC 3927), also as IPv6 writes it (RFC 4291
/// §2.5.5.2, RFC 6052 §2.1), and fe80::/10 (RFC 4291 §2.5.6).
enum LinkLocal {
    /// - Parameter address: a `sockaddr`, all of it. One of another family than these is none.
    static func contains(_ address: UnsafeRawBufferPointer) -> Bool {
        guard address.count >= MemoryLayout<sa_family_t>.size else { return false }
        switch Int32(address.loadUnaligned(as: sa_family_t.self)) {
        case AF_INET: return isLocal(ipv4: part(of: address, from: MemoryLayout<sockaddr_in>.offset(of: \.sin_addr), 4))
        case AF_INET6:
            let bytes = part(of: address, from: MemoryLayout<sockaddr_in6>.offset(of: \.sin6_addr), 16)
            guard bytes.count == 16 else { return false }
            if bytes[0] == 0xFE, bytes[1] & 0xC0 == 0x80 { return true }
            return mapped.contains { bytes.starts(with: $0) } && isLocal(ipv4: Array(bytes.suffix(4)))
        default: return false
        }
    }

    /// What comes before an IPv4 address that is written as one of IPv6: `::ffff:0:0/96` and `64:ff9b::/96`.
    private static let mapped: [[UInt8]] = [
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0],
    ]

    private static func isLocal(ipv4 bytes: [UInt8]) -> Bool { bytes.starts(with: [169, 254]) }

    private static func part(of address: UnsafeRawBufferPointer, from start: Int?, _ count: Int) -> [UInt8] {
        guard let start, address.count >= start + count else { return [] }
        return Array(address[start..<start + count])
    }
}
