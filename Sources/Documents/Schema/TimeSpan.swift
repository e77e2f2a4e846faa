/// Spans of time as people write them.
public enum TimeSpan {
    private static let units: [(names: [String], milliseconds: UInt64)] = [
        (["w"], 604_800_000), (["d"], 86_400_000), (["h"], 3_600_000), (["m", "min"], 60_000), (["s"], 1000),
        (["ms"], 1),
    ]

    /// JSON Schema's regular expression (ECMA 262) of what is read.
    static let pattern = #"^([0-9]+(\.[0-9]+)?|([0-9]+(\.[0-9]+)? *(w|d|h|m|min|s|ms) *)+)$"#

    /// `90s`, `15m`, `1h30m`, `2w`, `1.5 h`, `500ms`, and seconds without a unit: milliseconds, rounded down; `nil` for anything
    /// else. Units stand from the largest to the smallest, each once.
    public static func parse(_ text: String) -> Int64? {
        var rest = Array(text.utf8)[...]
        var total: UInt64 = 0
        var usable = units[...]
        repeat {
            let number = Quantity.takeNumber(&rest)
            let name = Quantity.takeUnit(&rest)
            let factor: UInt64
            if name.isEmpty, usable.count == units.count, rest.isEmpty {
                factor = 1000
            } else if let unit = usable.firstIndex(where: { $0.names.contains(name) }) {
                factor = usable[unit].milliseconds
                usable = usable[(unit + 1)...]
                rest = rest.drop { $0 == 0x20 }
            } else {
                return nil
            }
            guard let part = Quantity.scaled(number, by: factor) else { return nil }
            let (sum, overflows) = total.addingReportingOverflow(part)
            guard !overflows else { return nil }
            total = sum
        } while !rest.isEmpty
        return Int64(exactly: total)
    }

    /// `1h30m`, `7d`, `500ms`, `0s`; weeks are told as days.
    public static func print(_ milliseconds: Int64) -> String {
        var rest = UInt64(max(0, milliseconds))
        var text = ""
        for unit in units.dropFirst() where rest >= unit.milliseconds {
            text += "\(rest / unit.milliseconds)\(unit.names[0])"
            rest %= unit.milliseconds
        }
        return text.isEmpty ? "0s" : text
    }
}
