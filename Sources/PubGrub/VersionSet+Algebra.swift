extension VersionSet {
    /// Whether the set holds `position`.
    public func contains(_ position: Int32) -> Bool {
        if position < first.upper { return position >= first.lower }
        guard let rest else { return false }
        var low = 0
        var high = rest.count
        while low < high {
            let middle = (low + high) / 2
            if rest[middle].upper <= position { low = middle + 1 } else { high = middle }
        }
        return low < rest.count && rest[low].lower <= position
    }

    /// Every position that this set does not hold.
    public var complement: VersionSet {
        var builder = Builder()
        var start: Int32 = 0
        for index in 0..<count {
            let interval = interval(index)
            builder.append(start, interval.lower)
            start = interval.upper
        }
        builder.append(start, Self.end)
        return builder.set
    }

    /// The positions that both sets hold.
    public func intersection(_ other: VersionSet) -> VersionSet {
        if rest == nil, other.rest == nil {
            return VersionSet(max(first.lower, other.first.lower), min(first.upper, other.first.upper))
        }
        var builder = Builder()
        let (n, m) = (count, other.count)
        var (i, j) = (0, 0)
        while i < n, j < m {
            let a = interval(i)
            let b = other.interval(j)
            builder.append(max(a.lower, b.lower), min(a.upper, b.upper))
            if a.upper < b.upper { i += 1 } else { j += 1 }
        }
        return builder.set
    }

    /// The positions that either set holds.
    public func union(_ other: VersionSet) -> VersionSet {
        if isEmpty { return other }
        if other.isEmpty { return self }
        var builder = Builder()
        let (n, m) = (count, other.count)
        var (i, j) = (0, 0)
        while i < n || j < m {
            let takeMine = j == m || (i < n && interval(i).lower <= other.interval(j).lower)
            let next = takeMine ? interval(i) : other.interval(j)
            builder.append(next.lower, next.upper)
            if takeMine { i += 1 } else { j += 1 }
        }
        return builder.set
    }

    /// The positions that this set holds and the other does not.
    public func subtracting(_ other: VersionSet) -> VersionSet {
        if other.isEmpty || isEmpty { return self }
        var builder = Builder()
        let (n, m) = (count, other.count)
        var j = 0
        for i in 0..<n {
            let mine = interval(i)
            var start = mine.lower
            while j < m, other.interval(j).upper <= start { j += 1 }
            var k = j
            while k < m, other.interval(k).lower < mine.upper {
                builder.append(start, other.interval(k).lower)
                start = max(start, other.interval(k).upper)
                k += 1
            }
            builder.append(start, mine.upper)
        }
        return builder.set
    }

    /// Whether no position is in both sets.
    public func isDisjoint(with other: VersionSet) -> Bool {
        if rest == nil, other.rest == nil {
            return max(first.lower, other.first.lower) >= min(first.upper, other.first.upper)
        }
        let (n, m) = (count, other.count)
        var (i, j) = (0, 0)
        while i < n, j < m {
            let a = interval(i)
            let b = other.interval(j)
            if max(a.lower, b.lower) < min(a.upper, b.upper) { return false }
            if a.upper < b.upper { i += 1 } else { j += 1 }
        }
        return true
    }

    /// Whether the other set holds every position of this one.
    public func isSubset(of other: VersionSet) -> Bool {
        if isEmpty { return true }
        if rest == nil, other.rest == nil {
            return other.first.lower <= first.lower && first.upper <= other.first.upper
        }
        let (n, m) = (count, other.count)
        var j = 0
        for i in 0..<n {
            let mine = interval(i)
            while j < m, other.interval(j).upper < mine.upper { j += 1 }
            guard j < m, other.interval(j).lower <= mine.lower else { return false }
        }
        return true
    }
}

extension VersionSet: CustomStringConvertible {
    public var description: String {
        isEmpty
            ? "∅"
            : intervals.map { "\($0.lower)..<\($0.upper == Self.end ? "∞" : "\($0.upper)")" }.joined(separator: "|")
    }
}
