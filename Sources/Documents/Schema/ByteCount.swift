/// Sizes as people write them.
public enum ByteCount {
    private static let units: [(name: String, bytes: UInt64)] = [
        ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("TB", 1_000_000_000_000),
        ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000), ("KB", 1_000), ("B", 1),
    ]

    /// `500 MB`, `1.5GiB`, `1048576`: bytes, rounded down; `nil` for anything else.
    public static func parse(_ text: String) -> UInt64? {
        var rest = Array(text.utf8)[...]
        let number = Quantity.takeNumber(&rest)
        let unit = Quantity.takeUnit(&rest)
        guard rest.isEmpty, let factor = unit.isEmpty ? 1 : units.first(where: { $0.name == unit })?.bytes else {
            return nil
        }
        return Quantity.scaled(number, by: factor)
    }

    /// The text with the largest unit that is exact: `500 MB`, `1536 MiB`.
    public static func print(_ bytes: UInt64) -> String {
        for unit in units where bytes > 0 && bytes % unit.bytes == 0 && unit.bytes > 1 {
            return "\(bytes / unit.bytes) \(unit.name)"
        }
        return "\(bytes) B"
    }
}
