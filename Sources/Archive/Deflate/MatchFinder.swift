/// Finds repetitions of four bytes and more in a window of bytes, by chains of earlier places with one hash.
///
/// Places are counted on from stream to stream, and a place before the stream's start counts as none; so starting a
/// stream clears nothing, and what was seen before it cannot change its output.
/// The tables are the caller's to free. A copy shares them, so that a loop may keep the pointers in registers.
struct MatchFinder {
    struct Match {
        var length: Int
        var distance: Int
    }

    private static let hashBits: UInt32 = 15
    /// How many earlier places are looked at. Twice as many make bytecode 1 % smaller, and take a sixth longer.
    private static let depth = 4

    private let heads: UnsafeMutablePointer<UInt32>
    private let chain: UnsafeMutablePointer<UInt32>

    static func allocate() -> MatchFinder {
        let finder = MatchFinder(
            heads: .allocate(capacity: 1 << hashBits), chain: .allocate(capacity: DeflateTables.window))
        finder.clear()
        return finder
    }

    func deallocate() {
        heads.deallocate()
        chain.deallocate()
    }

    /// Forgets every place, so that counting may start at 1 again.
    func clear() {
        heads.update(repeating: 0, count: 1 << Self.hashBits)
        chain.update(repeating: 0, count: DeflateTables.window)
    }

    /// Notes the bytes at `bytes`, four of which can be read, as being at `place`.
    @inline(__always)
    func insert(_ bytes: UnsafeRawPointer, place: UInt32) {
        let word = UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self))
        let hash = Int((word &* 0x9E37_79B1) &>> (32 &- Self.hashBits))
        chain[Int(place & 32767)] = heads[hash]
        heads[hash] = place
    }

    /// Notes the bytes and finds the best earlier match that is longer than `least` (≥ 3), no longer than `most` (≥ 4).
    ///
    /// - Parameter first: the earliest place that may be matched.
    /// - Returns: a length of `least` or less when there is none.
    @inline(__always)
    func match(
        _ bytes: UnsafeRawPointer, place: UInt32, first: UInt32, longerThan least: Int, most: Int, nice: Int
    ) -> Match {
        let word = UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self))
        let hash = Int((word &* 0x9E37_79B1) &>> (32 &- Self.hashBits))
        var candidate = heads[hash]
        chain[Int(place & 32767)] = candidate
        heads[hash] = place

        var best = Match(length: least, distance: 0)
        var left = Self.depth
        while candidate >= first, left > 0 {
            let distance = Int(place &- candidate)
            let earlier = bytes - distance
            // Four bytes that end where a longer match goes on, and the first four.
            if (earlier + best.length - 3).loadUnaligned(as: UInt32.self)
                == (bytes + best.length - 3).loadUnaligned(as: UInt32.self),
                UInt32(littleEndian: earlier.loadUnaligned(as: UInt32.self)) == word
            {
                let length = Self.commonPrefix(bytes, earlier, from: 4, most: most)
                if length > best.length {
                    best = Match(length: length, distance: distance)
                    if length >= nice { break }
                }
            }
            let next = chain[Int(candidate & 32767)]
            if next >= candidate { break }
            candidate = next
            left &-= 1
        }
        return best
    }

    /// How many bytes agree, at most `most`; the first `from` are known to. Reads up to 8 bytes beyond.
    @inline(__always)
    private static func commonPrefix(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, from: Int, most: Int) -> Int {
        var count = from
        while count < most {
            let difference =
                UInt64(littleEndian: (a + count).loadUnaligned(as: UInt64.self))
                ^ UInt64(littleEndian: (b + count).loadUnaligned(as: UInt64.self))
            if difference != 0 { return min(most, count &+ difference.trailingZeroBitCount &>> 3) }
            count &+= 8
        }
        return most
    }
}
