/// A pax extended header: records `length key=value\n` as the content of an entry of type `x` before the entry that
/// they are about (POSIX.1-2001, pax §"pax Extended Header").
struct PaxRecords {
    private let records: [String: [UInt8]]

    init(_ records: [String: [UInt8]]) {
        self.records = records
    }

    /// Appends the header block, the records in the order of their keys, and the padding.
    func append(to output: inout [UInt8]) {
        var content: [UInt8] = []
        for (key, value) in records.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            let rest = key.utf8.count + value.count + 3
            var length = rest + String(rest).utf8.count
            // The length counts its own digits, of which there may now be one more.
            if rest + String(length).utf8.count != length { length = rest + String(length).utf8.count }
            content += "\(length) \(key)=".utf8
            content += value
            content.append(UInt8(ascii: "\n"))
        }
        var block = TarBlock()
        _ = block.setPath("././@PaxHeader")
        block.setNumber(0, at: 100, digits: 7)
        block.setNumber(0, at: 108, digits: 7)
        block.setNumber(0, at: 116, digits: 7)
        block.setNumber(UInt64(content.count), at: 124, digits: 11)
        block.setNumber(0, at: 136, digits: 11)
        block.type = UInt8(ascii: "x")
        block.append(to: &output)
        output += content
        output.append(contentsOf: repeatElement(0, count: TarHeader.padding(after: UInt64(content.count))))
    }
}
