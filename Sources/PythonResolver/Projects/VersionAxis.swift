internal import PubGrub
internal import PythonPackaging

/// The positions of one project's versions on the solver's axis, and of the bounds that requirements set.
///
/// Versions lie evenly apart, and a bound that is no version itself gets a position in the gap where it belongs. So
/// `<2` and `>=2` are apart although there is no 2, and a requirement of versions that do not exist is no different
/// from any other until a version is looked for:
///
///     1.0            1.5 (a bound)   1.8            2 (a bound)          2.1
///     ──┬──────────────┬──────────────┬──────────────┬───────────────────┬──
///       1·s                           2·s                                3·s
struct VersionAxis {
    let versions: [Version]
    private let spacing: Int32
    /// Bounds that are no versions, ascending.
    private var bounds: [(version: Version, position: Int32)] = []

    init(_ versions: [Version]) {
        self.versions = versions
        spacing = (VersionSet.end - 1) / Int32(clamping: versions.count + 2)
    }

    @inline(__always)
    func position(of index: Int) -> Int32 {
        Int32(truncatingIfNeeded: index + 1) &* spacing
    }

    /// The version at a position that is one's.
    func index(at position: Int32) -> Int {
        Int(position / spacing) - 1
    }

    /// Where the version stands, if it is one of these.
    func index(of version: Version) -> Int? {
        let index = lowerBound(of: version)
        return index < versions.count && versions[index] == version ? index : nil
    }

    /// The index of the first version that is not below the given one.
    private func lowerBound(of version: Version) -> Int {
        var (low, high) = (0, versions.count)
        while low < high {
            let middle = (low + high) / 2
            if versions[middle] < version { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The version or bound at a position.
    func version(at position: Int32) -> Version? {
        if position > 0, position % spacing == 0, index(at: position) < versions.count {
            return versions[index(at: position)]
        }
        return bounds.first { $0.position == position }?.version
    }

    /// The indices of the versions in a set, ascending.
    func indices(in set: VersionSet) -> [Int] {
        (0..<set.count).flatMap { indices(in: set.interval($0)) }
    }

    /// The indices of the versions in an interval.
    func indices(in interval: VersionSet.Interval) -> Range<Int> {
        let lower = max(Int((Int64(interval.lower) + Int64(spacing) - 1) / Int64(spacing)) - 1, 0)
        let upper = min(Int((interval.upper - 1) / spacing), versions.count)
        return lower < upper ? lower..<upper : 0..<0
    }

    /// The version and the gaps on both sides of it.
    func widened(_ index: Int) -> VersionSet {
        VersionSet(
            index == 0 ? 0 : position(of: index - 1) + 1,
            index + 1 == versions.count ? VersionSet.end : position(of: index + 1))
    }

    /// The version alone.
    func exactly(_ index: Int) -> VersionSet {
        VersionSet(position(of: index))
    }

    /// The versions that a specifier set admits, pre-releases too.
    mutating func set(of specifiers: SpecifierSet) -> VersionSet {
        var set = VersionSet.full
        for specifier in specifiers.specifiers {
            set = set.intersection(self.set(of: specifier))
            if set.isEmpty { return set }
        }
        return set
    }

    private mutating func set(of specifier: Specifier) -> VersionSet {
        let admitted = SpecifierSet([specifier]).matches(in: versions)
        let bound = position(of: specifier.version)
        let first = admitted.first?.lowerBound
        let last = admitted.last?.upperBound
        switch specifier.operator {
        case .greaterOrEqual:
            return VersionSet(bound, VersionSet.end)
        case .greater:
            // Post-releases and local versions of the bound lie above it and are not admitted.
            let refused = (first ?? versions.count) - 1
            return VersionSet(max(bound, refused < 0 ? 0 : position(of: refused)) + 1, VersionSet.end)
        case .less:
            // Pre-releases of the bound lie below it and are not admitted.
            let refused = last ?? 0
            return VersionSet(0, refused < versions.count ? min(bound, position(of: refused)) : bound)
        case .lessOrEqual:
            // Local versions of the bound lie above it and are admitted.
            return VersionSet(0, max(bound, last.map { position(of: $0 - 1) } ?? 0) + 1)
        case .compatible:
            return range(of: specifier, from: bound, admitted)
        case .equal where specifier.isPrefixMatch:
            return range(of: specifier, from: bound, admitted)
        case .notEqual where specifier.isPrefixMatch:
            return range(of: specifier, from: bound, complement(of: admitted)).complement
        case .equal:
            return union(of: admitted, otherwise: bound)
        case .arbitrary:
            // It compares texts, so a version that equals the bound is not admitted for that.
            return admitted.isEmpty ? .empty : union(of: admitted, otherwise: bound)
        case .notEqual:
            return union(of: complement(of: admitted), otherwise: bound).complement
        }
    }

    /// From the bound to the end of the release that it names a part of: `==1.4.*`, `~=1.4.2`.
    private mutating func range(of specifier: Specifier, from bound: Int32, _ admitted: [Range<Int>]) -> VersionSet {
        var upper = VersionSet.end
        if let limit = specifier.prefixLimit { upper = position(of: limit) }
        // Pre-releases of the limit are no part of it, and those of the prefix are.
        if let last = admitted.last, last.upperBound < versions.count {
            upper = min(upper, position(of: last.upperBound))
        }
        let lower = admitted.first.map { min(bound, position(of: $0.lowerBound)) } ?? bound
        return VersionSet(lower, max(upper, lower))
    }

    private func union(of ranges: [Range<Int>], otherwise bound: Int32) -> VersionSet {
        if ranges.isEmpty { return VersionSet(bound) }
        return VersionSet(
            intervals: ranges.map {
                VersionSet.Interval(position(of: $0.lowerBound), position(of: $0.upperBound - 1) + 1)
            })
    }

    private func complement(of ranges: [Range<Int>]) -> [Range<Int>] {
        var start = 0
        var others: [Range<Int>] = []
        for range in ranges {
            if start < range.lowerBound { others.append(start..<range.lowerBound) }
            start = range.upperBound
        }
        if start < versions.count { others.append(start..<versions.count) }
        return others
    }

    /// The position of a version, or of a bound that is none.
    private mutating func position(of version: Version) -> Int32 {
        let low = lowerBound(of: version)
        if low < versions.count, versions[low] == version { return position(of: low) }
        var (place, end) = (0, bounds.count)
        while place < end {
            let middle = (place + end) / 2
            if bounds[middle].version < version { place = middle + 1 } else { end = middle }
        }
        if place < bounds.count, bounds[place].version == version { return bounds[place].position }
        var below = low == 0 ? 0 : position(of: low - 1)
        var above = low == versions.count ? VersionSet.end : position(of: low)
        if place > 0 { below = max(below, bounds[place - 1].position) }
        if place < bounds.count { above = min(above, bounds[place].position) }
        // Without room for another the bound shares its neighbour's place, which costs a look for a version at most.
        let middle = below + (above - below) / 2
        bounds.insert((version, middle), at: place)
        return middle
    }
}

extension Specifier {
    /// The first release past those that `==1.4.*` and `~=1.4.2` admit: 1.5.
    fileprivate var prefixLimit: Version? {
        let count = isPrefixMatch ? version.releaseCount : version.releaseCount - 1
        guard count > 0 else { return nil }
        let numbers = (0..<count).map { version.release($0) &+ ($0 == count - 1 ? 1 : 0) }
        let text = version.description
        let epoch = text.firstIndex(of: "!").map { text[...$0] } ?? ""
        return try? Version(epoch + numbers.map(String.init).joined(separator: "."))
    }
}
