/// The head of a dynamic block: code lengths of both codes, run-length coded and Huffman coded (RFC 1951 §3.2.7).
struct CodeLengths {
    /// `symbol | extra value << 8 | extra width << 16`, as many as `count`.
    private var items = InlineArray<320, UInt32>(repeating: 0)
    private var count = 0
    private var itemLengths = InlineArray<19, UInt8>(repeating: 0)
    private var literals = 0
    private var distances = 0
    private var written = 0

    /// Builds both codes and their description.
    ///
    /// - Parameters:
    ///   - counts: of literals and lengths, and from `distances` on of distances.
    ///   - lengths: receives code lengths in the same places.
    /// - Returns: the bits that the description takes.
    mutating func plan(
        counts: UnsafePointer<UInt32>, distances offset: Int, lengths: UnsafeMutablePointer<UInt8>
    ) -> Int {
        HuffmanCode.lengths(of: counts, symbols: DeflateTables.literalSymbols, limit: 15, into: lengths)
        HuffmanCode.lengths(
            of: counts + offset, symbols: DeflateTables.distanceSymbols, limit: 15, into: lengths + offset)
        literals = DeflateTables.literalSymbols
        while literals > 257, lengths[literals - 1] == 0 { literals -= 1 }
        distances = DeflateTables.distanceSymbols
        while distances > 1, lengths[offset + distances - 1] == 0 { distances -= 1 }

        let boundary = literals
        runs(of: literals + distances) { $0 < boundary ? lengths[$0] : lengths[offset + $0 - boundary] }
        var itemCounts = InlineArray<19, UInt32>(repeating: 0)
        for index in 0..<count { itemCounts[Int(items[index] & 0xFF)] += 1 }
        let counts = itemCounts
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 19) { copy in
            for index in 0..<19 { copy[index] = counts[index] }
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 19) { lengths in
                guard let from = copy.baseAddress, let to = lengths.baseAddress else { return }
                HuffmanCode.lengths(of: from, symbols: 19, limit: 7, into: to)
                for index in 0..<19 { itemLengths[index] = lengths[index] }
            }
        }
        written = 19
        while written > 4, itemLengths[DeflateTables.codeLengthOrder[written - 1]] == 0 { written -= 1 }
        var bits = 14 + 3 * written
        for index in 0..<count {
            bits += Int(itemLengths[Int(items[index] & 0xFF)]) + Int(items[index] >> 16)
        }
        return bits
    }

    /// Codes runs of zeros with 17 and 18, of other lengths with 16.
    private mutating func runs(of total: Int, _ length: (Int) -> UInt8) {
        count = 0
        var index = 0
        while index < total {
            let value = length(index)
            var run = 1
            while index + run < total, length(index + run) == value { run += 1 }
            index += run
            if value == 0 {
                while run >= 11 {
                    let taken = min(run, 138)
                    add(18, UInt32(taken - 11), 7)
                    run -= taken
                }
                if run >= 3 {
                    add(17, UInt32(run - 3), 3)
                    run = 0
                }
            } else {
                add(UInt32(value), 0, 0)
                run -= 1
                while run >= 3 {
                    let taken = min(run, 6)
                    add(16, UInt32(taken - 3), 2)
                    run -= taken
                }
            }
            for _ in 0..<run { add(UInt32(value), 0, 0) }
        }
    }

    private mutating func add(_ symbol: UInt32, _ extra: UInt32, _ width: UInt32) {
        items[count] = symbol | extra << 8 | width << 16
        count += 1
    }

    func write(to writer: inout BitWriter) {
        writer.put(UInt64(literals - 257), 5)
        writer.put(UInt64(distances - 1), 5)
        writer.put(UInt64(written - 4), 4)
        for index in 0..<written { writer.put(UInt64(itemLengths[DeflateTables.codeLengthOrder[index]]), 3) }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 19) { lengths in
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 19) { codes in
                guard let from = lengths.baseAddress, let to = codes.baseAddress else { return }
                for index in 0..<19 { lengths[index] = itemLengths[index] }
                HuffmanCode.codes(for: from, symbols: 19, into: to)
                for index in 0..<count {
                    let code = codes[Int(items[index] & 0xFF)]
                    writer.put(UInt64(code & 0xFFFF), UInt64(code >> 16))
                    writer.put(UInt64(items[index] >> 8 & 0xFF), UInt64(items[index] >> 16))
                }
            }
        }
    }
}
