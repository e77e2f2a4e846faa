/// Which jobs of a run have something: a run is 1,024 jobs that came one after another, and a job's place in it is its
/// position.
///
/// Stored as the positions themselves (two bytes each, little-endian) where they are few, and as a bit for each position
/// otherwise, so that a set never takes more than 128 bytes.
struct PositionSet: Equatable, Sendable {
    static let capacity = 1024
    private static let wordCount = capacity / 64
    private static let fullSize = capacity / 8

    private var words: InlineArray<16, UInt64>

    init() {
        words = InlineArray(repeating: 0)
    }

    static let all: PositionSet = {
        var set = PositionSet()
        set.words = InlineArray(repeating: .max)
        return set
    }()

    /// All positions before this one.
    init(below position: Int) {
        self.init()
        for word in 0..<Self.wordCount {
            let count = min(64, max(0, position - word * 64))
            words[word] = count == 64 ? .max : (1 << UInt64(count)) - 1
        }
    }

    static func == (left: Self, right: Self) -> Bool {
        (0..<wordCount).allSatisfy { left.words[$0] == right.words[$0] }
    }

    var isEmpty: Bool { (0..<Self.wordCount).allSatisfy { words[$0] == 0 } }

    var count: Int { (0..<Self.wordCount).reduce(0) { $0 + words[$1].nonzeroBitCount } }

    func contains(_ position: Int) -> Bool { words[position >> 6] >> UInt64(position & 63) & 1 == 1 }

    mutating func insert(_ position: Int) { words[position >> 6] |= 1 << UInt64(position & 63) }

    mutating func remove(_ position: Int) { words[position >> 6] &= ~(1 << UInt64(position & 63)) }

    mutating func formUnion(_ other: PositionSet) {
        for word in 0..<Self.wordCount { words[word] |= other.words[word] }
    }

    mutating func formIntersection(_ other: PositionSet) {
        for word in 0..<Self.wordCount { words[word] &= other.words[word] }
    }

    mutating func subtract(_ other: PositionSet) {
        for word in 0..<Self.wordCount { words[word] &= ~other.words[word] }
    }

    /// The highest position, which is taken out.
    mutating func popLast() -> Int? {
        for word in stride(from: Self.wordCount - 1, through: 0, by: -1) where words[word] != 0 {
            let bit = 63 - words[word].leadingZeroBitCount
            words[word] &= ~(1 << UInt64(bit))
            return word * 64 + bit
        }
        return nil
    }

    // MARK: - As bytes

    init(bytes: UnsafeRawBufferPointer) {
        self.init()
        if bytes.count == Self.fullSize {
            for word in 0..<Self.wordCount {
                words[word] = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: word * 8, as: UInt64.self))
            }
        } else {
            for offset in stride(from: 0, to: bytes.count - 1, by: 2) {
                let position = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
                if position < Self.capacity { insert(Int(position)) }
            }
        }
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        if count * 2 >= Self.fullSize {
            bytes.reserveCapacity(Self.fullSize)
            for word in 0..<Self.wordCount { withUnsafeBytes(of: words[word].littleEndian) { bytes += $0 } }
        } else {
            for word in 0..<Self.wordCount {
                var rest = words[word]
                while rest != 0 {
                    let position = UInt16(word * 64 + rest.trailingZeroBitCount)
                    bytes.append(UInt8(truncatingIfNeeded: position))
                    bytes.append(UInt8(truncatingIfNeeded: position >> 8))
                    rest &= rest - 1
                }
            }
        }
        return bytes
    }
}
