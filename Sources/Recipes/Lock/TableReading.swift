/// A table of a lock or project file while it is read: what is wrong is reported, and reading goes on.
struct TableReading {
    let entries: [SourceNode.Entry]
    let mark: SourceMark

    /// Reports a node that is no table.
    init?(_ node: SourceNode, _ reading: inout Reading) {
        guard case .mapping(let entries) = node.content else {
            reading.report(.wrongType, at: node.mark, "must be a table, and is \(node.kind)")
            return nil
        }
        self.entries = entries
        mark = node.mark
    }

    func entry(_ key: String) -> SourceNode.Entry? { entries.first { $0.key == key } }

    /// Reads a key's value, if there is one.
    func read<Value>(_ key: String, _ codec: Codec<Value>, _ reading: inout Reading) -> Value? {
        guard let entry = entry(key) else { return nil }
        return reading.under(key) { codec.read(entry.value, &$0) }
    }

    /// Reads a key's value; reports where there is none.
    func require<Value>(_ key: String, _ codec: Codec<Value>, _ reading: inout Reading) -> Value? {
        if entry(key) == nil {
            reading.report(.missingKey, at: mark, "`\(key)` is missing")
            return nil
        }
        return read(key, codec, &reading)
    }

    /// Reads the tables of an array, those that can be read.
    func tables<Value>(
        _ key: String, _ reading: inout Reading, _ body: (TableReading, inout Reading) -> Value?
    ) -> [Value] {
        guard let entry = entry(key) else { return [] }
        return reading.under(key) { reading in
            guard case .sequence(let items) = entry.value.content else {
                reading.report(.wrongType, at: entry.value.mark, "must be an array, and is \(entry.value.kind)")
                return []
            }
            var values: [Value] = []
            values.reserveCapacity(items.count)
            for (index, item) in items.enumerated() {
                reading.under(index) { reading in
                    guard let table = TableReading(item, &reading), let value = body(table, &reading) else { return }
                    values.append(value)
                }
            }
            return values
        }
    }

    /// Reads a table within this one, if there is one.
    func table<Value>(
        _ key: String, _ reading: inout Reading, _ body: (TableReading, inout Reading) -> Value?
    ) -> Value? {
        guard let entry = entry(key) else { return nil }
        return reading.under(key) { reading in
            TableReading(entry.value, &reading).flatMap { body($0, &reading) }
        }
    }
}
