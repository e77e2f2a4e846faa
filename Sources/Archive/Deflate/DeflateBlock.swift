/// The literals and matches of one deflate block, and their writing in the cheapest of the three forms.
struct DeflateBlock: ~Copyable {
    private typealias Tables = DeflateTables

    /// A literal is its value; a match is `distance << 16 | length`.
    private let tokens: UnsafeMutablePointer<UInt32>
    private var tokenCount = 0
    private let counts: UnsafeMutablePointer<UInt32>
    private let lengths: UnsafeMutablePointer<UInt8>
    private let codes: UnsafeMutablePointer<UInt32>
    private let fixedCodes: UnsafeMutablePointer<UInt32>
    private let lengthIndex: UnsafeMutablePointer<UInt8>
    private let distanceIndex: UnsafeMutablePointer<UInt8>

    /// Where the distance symbols stand in the tables, behind 288 for literals and lengths.
    private static let distances = 288
    private static let tableSize = 288 + 32
    private static let leastForOwnCodes = 160

    init(capacity: Int) {
        tokens = .allocate(capacity: capacity)
        counts = .allocate(capacity: Self.tableSize)
        lengths = .allocate(capacity: Self.tableSize)
        codes = .allocate(capacity: Self.tableSize)
        fixedCodes = .allocate(capacity: Self.tableSize)
        lengthIndex = .allocate(capacity: 256)
        distanceIndex = .allocate(capacity: 512)
        counts.initialize(repeating: 0, count: Self.tableSize)
        lengths.initialize(repeating: 0, count: Self.tableSize)
        codes.initialize(repeating: 0, count: Self.tableSize)
        fixedCodes.initialize(repeating: 0, count: Self.tableSize)
        lengthIndex.initialize(from: Tables.lengthIndex, count: 256)
        distanceIndex.initialize(from: Tables.distanceIndex, count: 512)
        HuffmanCode.codes(for: Tables.fixedLiteralLengths, symbols: 288, into: fixedCodes)
        HuffmanCode.codes(for: Tables.fixedDistanceLengths, symbols: 30, into: fixedCodes + Self.distances)
    }

    deinit {
        tokens.deallocate()
        counts.deallocate()
        lengths.deallocate()
        codes.deallocate()
        fixedCodes.deallocate()
        lengthIndex.deallocate()
        distanceIndex.deallocate()
    }

    /// Empties the block and hands it out for filling; what is put there counts once ``take(_:)`` gets it back.
    mutating func start() -> DeflateTokens {
        counts.update(repeating: 0, count: Self.tableSize)
        return DeflateTokens(
            next: tokens, counts: counts, distanceCounts: counts + Self.distances, lengthIndex: lengthIndex,
            distanceIndex: distanceIndex)
    }

    mutating func take(_ filled: DeflateTokens) {
        tokenCount = filled.next - tokens
    }

    @inline(__always)
    private func distanceSymbol(_ distance: Int) -> Int {
        Int(distanceIndex[distance <= 256 ? distance &- 1 : 256 &+ (distance &- 1) &>> 7])
    }

    /// Writes the block in the form that takes the fewest bits; on a tie fixed before dynamic before stored.
    mutating func write(_ content: UnsafeRawBufferPointer, isLast: Bool, to writer: inout BitWriter) {
        counts[Tables.endOfBlock] = 1
        var header = CodeLengths()
        // So few symbols seldom earn the description of their codes, and a tar header is all there is to most blocks.
        let dynamic =
            tokenCount < Self.leastForOwnCodes
            ? Int.max : 3 + header.plan(counts: counts, distances: Self.distances, lengths: lengths) + bits(lengths)
        let fixed = 3 + fixedBits()
        let stored = 3 + 7 + 32 + 8 * content.count
        let last: UInt64 = isLast ? 1 : 0
        if fixed <= dynamic, fixed <= stored {
            writer.put(last | 1 << 1, 3)
            writeTokens(fixedCodes, to: &writer)
        } else if dynamic <= stored {
            writer.put(last | 2 << 1, 3)
            header.write(to: &writer)
            HuffmanCode.codes(for: lengths, symbols: Tables.literalSymbols, into: codes)
            HuffmanCode.codes(
                for: lengths + Self.distances, symbols: Tables.distanceSymbols, into: codes + Self.distances)
            writeTokens(codes, to: &writer)
        } else {
            writer.put(last, 3)
            writer.align()
            writer.put(UInt64(content.count), 16)
            writer.put(UInt64(~UInt16(content.count)), 16)
            writer.put(content)
        }
    }

    /// The bits that all symbols and their extra bits take with some code lengths.
    private func bits(_ lengths: UnsafePointer<UInt8>) -> Int {
        var sum = 0
        for symbol in 0..<Tables.literalSymbols { sum &+= Int(counts[symbol]) &* Int(lengths[symbol]) }
        for symbol in Self.distances..<Self.distances + Tables.distanceSymbols {
            sum &+= Int(counts[symbol]) &* Int(lengths[symbol])
        }
        return sum &+ extraBits()
    }

    private func fixedBits() -> Int {
        var sum = 0
        for symbol in 0..<Tables.literalSymbols { sum &+= Int(counts[symbol]) &* Int(fixedCodes[symbol] &>> 16) }
        for symbol in Self.distances..<Self.distances + Tables.distanceSymbols { sum &+= Int(counts[symbol]) &* 5 }
        return sum &+ extraBits()
    }

    private func extraBits() -> Int {
        var sum = 0
        for index in 8..<28 { sum &+= Int(counts[257 &+ index]) &* ((index &- 4) &>> 2) }
        for index in 4..<30 { sum &+= Int(counts[Self.distances &+ index]) &* ((index &- 2) &>> 1) }
        return sum
    }

    private func writeTokens(_ codes: UnsafePointer<UInt32>, to writer: inout BitWriter) {
        var out = writer
        for index in 0..<tokenCount {
            let token = tokens[index]
            if token < 1 << 16 {
                let code = codes[Int(token)]
                out.put(UInt64(code & 0xFFFF), UInt64(code &>> 16))
                continue
            }
            let length = Int(token & 0xFFFF)
            let distance = Int(token &>> 16)
            let lengthIndex = Int(self.lengthIndex[length &- 3])
            let code = codes[257 &+ lengthIndex]
            var bits = UInt64(code & 0xFFFF)
            var width = UInt64(code &>> 16)
            let lengthExtra = lengthIndex < 8 || lengthIndex == 28 ? 0 : (lengthIndex &- 4) &>> 2
            let lengthRest = lengthExtra == 0 ? 0 : (length &- 3) & ((1 &<< lengthExtra) &- 1)
            bits |= UInt64(lengthRest) &<< width
            width &+= UInt64(lengthExtra)
            let symbol = distanceSymbol(distance)
            let distanceCode = codes[Self.distances &+ symbol]
            bits |= UInt64(distanceCode & 0xFFFF) &<< width
            width &+= UInt64(distanceCode &>> 16)
            let distanceExtra = symbol < 4 ? 0 : (symbol &- 2) &>> 1
            let distanceRest = (distance &- 1) & ((1 &<< distanceExtra) &- 1)
            bits |= UInt64(distanceRest) &<< width
            width &+= UInt64(distanceExtra)
            out.put(bits, width)
        }
        let end = codes[Tables.endOfBlock]
        out.put(UInt64(end & 0xFFFF), UInt64(end &>> 16))
        writer = out
    }
}
