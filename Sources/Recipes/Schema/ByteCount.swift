/// Sizes as people write them.
enum ByteCount {
    private static let units: [(name: String, bytes: UInt64)] = [
        ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("TB", 1_000_000_000_000),
        ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000), ("KB", 1_000), ("B", 1),
    ]

    /// `500 MB`, `1.5GiB`, `1048576`: bytes, rounded down; `nil` for anything else.
    static func parse(_ text: String) -> UInt64? {
        let bytes = Array(text.utf8)
        let number = bytes.prefix { ($0 >= 0x30 && $0 <= 0x39) || $0 == UInt8(ascii: ".") }
        let unit = String(decoding: bytes[number.count...].drop { $0 == 0x20 }, as: UTF8.self)
        guard let factor = unit.isEmpty ? 1 : units.first(where: { $0.name == unit })?.bytes else { return nil }
        let parts = number.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard let digits = parts.first, (1...15).contains(digits.count), parts.count < 3,
            let whole = UInt64(String(decoding: digits, as: UTF8.self))
        else { return nil }
        let (total, overflows) = whole.multipliedReportingOverflow(by: factor)
        guard !overflows else { return nil }
        guard parts.count == 2 else { return total }
        guard factor > 1, (1...6).contains(parts[1].count),
            let fraction = UInt64(String(decoding: parts[1], as: UTF8.self))
        else { return nil }
        let scale = parts[1].reduce(UInt64(1)) { product, _ in product * 10 }
        let rest = factor / scale * fraction + factor % scale * fraction / scale
        let (sum, tooMuch) = total.addingReportingOverflow(rest)
        return tooMuch ? nil : sum
    }

    /// The text with the largest unit that is exact: `500 MB`, `1536 MiB`.
    static func print(_ bytes: UInt64) -> String {
        for unit in units where bytes > 0 && bytes % unit.bytes == 0 && unit.bytes > 1 {
            return "\(bytes / unit.bytes) \(unit.name)"
        }
        return "\(bytes) B"
    }
}
