internal import ContentStore

extension RecordWriter {
    mutating func longText(_ text: String) {
        self.text(text, length: UInt32.self)
    }

    mutating func table(_ table: TextTable) {
        row(table.ends)
        row(table.bytes)
    }
}

extension RecordReader {
    mutating func longText() throws(RecordDamage) -> String {
        try text(length: UInt32.self)
    }

    mutating func table() throws(RecordDamage) -> TextTable {
        let ends = try row(of: UInt32.self)
        let bytes = try row(of: UInt8.self)
        var last: UInt32 = 0
        for end in ends {
            guard end >= last else { throw damage }
            last = end
        }
        guard Int(last) == bytes.count else { throw damage }
        return TextTable(bytes: bytes, ends: ends)
    }
}
