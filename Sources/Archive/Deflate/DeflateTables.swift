/// The symbols of deflate's lengths and distances (RFC 1951 §3.2.5).
enum DeflateTables {
    static let literalSymbols = 286
    static let distanceSymbols = 30
    static let endOfBlock = 256
    static let window = 32768

    static let lengthBase: [Int] = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227,
        258,
    ]
    static let lengthExtra: [UInt8] = [
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
    ]
    static let distanceBase: [Int] = [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
        6145,
        8193, 12289, 16385, 24577,
    ]
    static let distanceExtra: [UInt8] = [
        0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
    ]
    /// The order in which code lengths of the code length code are written.
    static let codeLengthOrder: [Int] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

    /// For every length 3…258, the index of its symbol after 257, at `length - 3`.
    static let lengthIndex: [UInt8] = {
        var table = [UInt8](repeating: 28, count: 256)
        for index in 0..<28 {
            let base = lengthBase[index]
            for length in base..<(base + 1 << Int(lengthExtra[index])) where length < 258 {
                table[length - 3] = UInt8(index)
            }
        }
        return table
    }()

    /// The distance symbol: at `distance - 1` up to 256, at `256 + (distance - 1) >> 7` beyond.
    static let distanceIndex: [UInt8] = {
        var table = [UInt8](repeating: 0, count: 512)
        for index in 0..<distanceSymbols {
            let base = distanceBase[index]
            for distance in base..<(base + 1 << Int(distanceExtra[index])) {
                table[distance <= 256 ? distance - 1 : 256 + (distance - 1) >> 7] = UInt8(index)
            }
        }
        return table
    }()

    /// Code lengths of the fixed codes (RFC 1951 §3.2.6).
    static let fixedLiteralLengths: [UInt8] = (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 }
    static let fixedDistanceLengths = [UInt8](repeating: 5, count: 30)
}
