/// What is known of one thing, for people: a line each, with names in a column of their own.
struct Facts {
    private var lines: [(name: String, value: String)] = []

    /// A fact without a value is left out.
    mutating func add(_ name: String, _ value: String?) {
        if let value { lines.append((name, value)) }
    }

    var text: String {
        let width = lines.map(\.name.count).max() ?? 0
        return lines.map { $0.name + String(repeating: " ", count: width + 2 - $0.name.count) + $0.value }
            .joined(separator: "\n")
    }
}
