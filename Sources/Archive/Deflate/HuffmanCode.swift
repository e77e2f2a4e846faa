/// Builds Huffman codes of limited length, always the same for the same counts.
enum HuffmanCode {
    /// Code lengths for symbols by how often they occur; 0 for one that does not.
    ///
    /// At least two symbols get a code even if none occurs, since some decoders refuse less.
    ///
    /// - Parameters:
    ///   - counts: how often each symbol occurs.
    ///   - limit: the longest code allowed, at most 15.
    ///   - lengths: receives a length for each symbol.
    static func lengths(
        of counts: UnsafePointer<UInt32>, symbols: Int, limit: Int, into lengths: UnsafeMutablePointer<UInt8>
    ) {
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: symbols) { sorted in
            var used = 0
            for symbol in 0..<symbols {
                lengths[symbol] = 0
                if counts[symbol] > 0 {
                    sorted[used] = UInt64(counts[symbol]) << 16 | UInt64(symbol)
                    used += 1
                }
            }
            var spare = 0
            while used < 2 {
                if counts[spare] == 0 {
                    sorted[used] = 1 << 16 | UInt64(spare)
                    used += 1
                }
                spare += 1
            }
            // By count, then by symbol: no two entries are equal, so any sort gives the same order.
            var entries = UnsafeMutableBufferPointer(rebasing: sorted[..<used])
            entries.sort()
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: used) { weights in
                for index in 0..<used { weights[index] = UInt32(sorted[index] >> 16) }
                minimumRedundancy(weights)
                assign(depths: weights, sorted: UnsafeBufferPointer(entries), limit: limit, to: lengths)
            }
        }
    }

    /// Replaces ascending weights by their depths in a Huffman tree, in place (Moffat and Katajainen 1995).
    private static func minimumRedundancy(_ a: UnsafeMutableBufferPointer<UInt32>) {
        let n = a.count
        // Pair the two lightest again and again; a spent inner node keeps its parent's index.
        a[0] &+= a[1]
        var root = 0
        var leaf = 2
        for next in 1..<max(1, n - 1) {
            if leaf >= n || a[root] < a[leaf] {
                a[next] = a[root]
                a[root] = UInt32(next)
                root += 1
            } else {
                a[next] = a[leaf]
                leaf += 1
            }
            if leaf >= n || root < next && a[root] < a[leaf] {
                a[next] &+= a[root]
                a[root] = UInt32(next)
                root += 1
            } else {
                a[next] &+= a[leaf]
                leaf += 1
            }
        }
        // Parents' indexes become depths of the inner nodes.
        a[n - 2] = 0
        for next in stride(from: n - 3, through: 0, by: -1) { a[next] = a[Int(a[next])] &+ 1 }
        // Depths of inner nodes become depths of the leaves.
        var available = 1
        var innerUsed = 0
        var depth: UInt32 = 0
        var inner = n - 2
        var next = n - 1
        while available > 0 {
            while inner >= 0, a[inner] == depth {
                innerUsed += 1
                inner -= 1
            }
            while available > innerUsed {
                a[next] = depth
                next -= 1
                available -= 1
            }
            available = 2 * innerUsed
            depth += 1
            innerUsed = 0
        }
    }

    /// Cuts depths to the limit, makes up for it where it costs least, and hands the longest codes to the rarest.
    private static func assign(
        depths: UnsafeMutableBufferPointer<UInt32>, sorted: UnsafeBufferPointer<UInt64>, limit: Int,
        to lengths: UnsafeMutablePointer<UInt8>
    ) {
        withUnsafeTemporaryAllocation(of: Int.self, capacity: 17) { count in
            count.initialize(repeating: 0)
            for depth in depths { count[min(Int(depth), limit)] += 1 }
            var sum = 0
            for length in 1...limit { sum += count[length] << (limit - length) }
            while sum > 1 << limit {
                count[limit] -= 1
                var length = limit - 1
                while count[length] == 0 { length -= 1 }
                count[length] -= 1
                count[length + 1] += 2
                sum -= 1
            }
            var index = 0
            for length in stride(from: limit, through: 1, by: -1) {
                for _ in 0..<count[length] {
                    lengths[Int(sorted[index] & 0xFFFF)] = UInt8(length)
                    index += 1
                }
            }
        }
    }

    /// The codes for some lengths, bits reversed as deflate writes them: `length << 16 | code` (RFC 1951 §3.2.2).
    static func codes(
        for lengths: UnsafePointer<UInt8>, symbols: Int, into codes: UnsafeMutablePointer<UInt32>
    ) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 17) { next in
            next.initialize(repeating: 0)
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 17) { count in
                count.initialize(repeating: 0)
                for symbol in 0..<symbols { count[Int(lengths[symbol])] += 1 }
                count[0] = 0
                var code: UInt32 = 0
                for length in 1...15 {
                    code = (code + count[length - 1]) << 1
                    next[length] = code
                }
            }
            for symbol in 0..<symbols {
                let length = Int(lengths[symbol])
                if length == 0 {
                    codes[symbol] = 0
                    continue
                }
                var code = next[length]
                next[length] += 1
                var reversed: UInt32 = 0
                for _ in 0..<length {
                    reversed = reversed << 1 | code & 1
                    code >>= 1
                }
                codes[symbol] = UInt32(length) << 16 | reversed
            }
        }
    }
}
