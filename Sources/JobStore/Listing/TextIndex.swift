/// Which jobs of a run have which three bytes one after another in their words.
///
/// Made once, when a run is full, since words never change. A text is sought by the jobs that have all of its three-byte
/// pieces; those are then looked at one by one, since they may have the pieces elsewhere. For texts of one or two bytes,
/// each job also has entries for its single bytes, and its last bytes are followed by zeros.
///
/// The entries of a run are spread over 64 buckets by their first two bytes. A bucket is the entries in order: the three
/// bytes, the length of the set in bytes, and the set (see ``PositionSet``).
enum TextIndex {
    static let bucketCount = 64

    /// The row of a bucket.
    static func place(_ run: Int64, bucket: Int) -> Int64 { run << 6 | Int64(bucket) }

    static func bucket(_ first: UInt8, _ second: UInt8) -> Int { (Int(first) &* 31 &+ Int(second)) & (bucketCount - 1) }

    /// A piece of a text: exactly three bytes, or the beginning of several such.
    struct Piece: Hashable, Sendable {
        let bytes: [UInt8]

        var bucket: Int { TextIndex.bucket(bytes[0], bytes.count > 1 ? bytes[1] : 0) }
    }

    /// A byte alone: an entry that no text has by itself, since nothing but zeros follows a zero.
    private static func alone(_ byte: UInt8) -> [UInt8] { [byte, 0, 1] }

    /// How many pieces of a long text are looked up; more would hardly leave fewer jobs.
    private static let mostPieces = 12

    /// What is looked up for a text; nothing for an empty one.
    static func pieces(of text: [UInt8]) -> [Piece] {
        switch text.count {
        case 0: return []
        case 1: return [Piece(bytes: alone(text[0]))]
        case 2: return [Piece(bytes: text)]
        default:
            let all = Set((0...text.count - 3).map { Piece(bytes: Array(text[$0..<$0 + 3])) })
            return Array(all.prefix(mostPieces))
        }
    }

    /// The buckets of a run.
    ///
    /// - Parameter words: by position; empty for jobs that are not there any more.
    static func buckets(of words: [(position: Int, bytes: [UInt8])]) -> [[UInt8]] {
        // Bucket, three bytes and position in one number, so that sorting brings together what belongs together.
        var entries: [UInt64] = []
        func add(_ first: UInt8, _ second: UInt8, _ third: UInt8, _ position: Int) {
            let piece = UInt64(first) << 16 | UInt64(second) << 8 | UInt64(third)
            entries.append(UInt64(bucket(first, second)) << 40 | piece << 16 | UInt64(position))
        }
        for (position, bytes) in words {
            for index in bytes.indices {
                let second = index + 1 < bytes.count ? bytes[index + 1] : 0
                let third = index + 2 < bytes.count ? bytes[index + 2] : 0
                add(bytes[index], second, third, position)
            }
            for byte in Set(bytes) {
                let entry = alone(byte)
                add(entry[0], entry[1], entry[2], position)
            }
        }
        entries.sort()
        var buckets = [[UInt8]](repeating: [], count: bucketCount)
        var index = 0
        while index < entries.count {
            let key = entries[index] >> 16
            var set = PositionSet()
            while index < entries.count, entries[index] >> 16 == key {
                set.insert(Int(entries[index] & 0xFFFF))
                index += 1
            }
            let bytes = set.bytes
            let bucket = Int(key >> 24)
            for shift in [16, 8, 0] as [UInt64] { buckets[bucket].append(UInt8(truncatingIfNeeded: key >> shift)) }
            buckets[bucket].append(UInt8(bytes.count))
            buckets[bucket] += bytes
        }
        return buckets
    }

    /// The jobs that have a piece, from its bucket.
    static func jobs(with piece: Piece, in bucket: UnsafeRawBufferPointer) -> PositionSet {
        var found = PositionSet()
        let wanted = piece.bytes
        var at = 0
        while at + 4 <= bucket.count {
            let size = Int(bucket[at + 3])
            guard at + 4 + size <= bucket.count else { return found }
            let isIt =
                bucket[at] == wanted[0] && (wanted.count < 2 || bucket[at + 1] == wanted[1])
                && (wanted.count < 3 || bucket[at + 2] == wanted[2])
            // Two bytes are also the beginning of an entry for a single one; that one has a zero, which no text has.
            if isIt {
                found.formUnion(
                    PositionSet(bytes: UnsafeRawBufferPointer(rebasing: bucket[(at + 4)..<(at + 4 + size)])))
                if wanted.count == 3 { return found }
            }
            at += 4 + size
        }
        return found
    }
}
