/// Sizes of memory as the JVM and Spark write them, where `k`, `m`, `g` and `t` are powers of 1024 (`java`, `-Xmx`), as
/// are `kb` and `KiB`, in capitals or not (Spark's `JavaUtils.byteStringAs`), and a number alone counts MiB
/// (`spark.driver.memory`).
enum MemorySize {
    private static let units: [(letter: String, bytes: UInt64)] = [
        ("t", 1 << 40), ("g", 1 << 30), ("m", 1 << 20), ("k", 1 << 10), ("b", 1),
    ]

    /// JSON Schema's regular expression (ECMA 262) of what is read.
    static let pattern = #"^[0-9]+(\.[0-9]+)? *([kKmMgGtT]([iI]?[bB]?)|[bB])?$"#

    /// `512m`, `4g`, `1.5 GiB`, `1024`: bytes, rounded down; `nil` for anything else.
    static func parse(_ text: String) -> Int64? {
        var rest = Array(text.utf8)[...]
        let number = Quantity.takeNumber(&rest)
        let name = Quantity.takeUnit(&rest).lowercased()
        guard rest.isEmpty else { return nil }
        let unit = units.first { unit in
            let letter = unit.letter
            return name == letter || (unit.bytes > 1 && [letter + "b", letter + "i", letter + "ib"].contains(name))
        }
        guard let factor = name.isEmpty ? 1 << 20 : unit?.bytes else { return nil }
        return Quantity.scaled(number, by: factor).flatMap { Int64(exactly: $0) }
    }

    /// The text with the largest unit that is exact: `4g`, `1536m`, which the JVM and Spark read as well.
    static func print(_ bytes: Int64) -> String {
        let bytes = UInt64(max(0, bytes))
        for unit in units where bytes > 0 && bytes % unit.bytes == 0 { return "\(bytes / unit.bytes)\(unit.letter)" }
        return "0b"
    }
}
