extension SpecifierSet {
    /// Whether every clause admits the version, pre-releases too unless `prereleases` is false.
    ///
    /// As in `packaging`, `nil` admits a pre-release here: asked about one version, there is no other to prefer.
    public func contains(_ version: Version, prereleases: Bool? = nil) -> Bool {
        if prereleases == false, version.isPrerelease { return false }
        return specifiers.allSatisfy { $0.admits(version) }
    }

    /// The versions that the set admits, in the order given.
    ///
    /// With `prereleases` `nil`, pre-releases are among them if a clause names one or if no other version is admitted.
    public func filter(_ versions: [Version], prereleases: Bool? = nil) -> [Version] {
        let admitted = versions.filter { contains($0, prereleases: prereleases) }
        guard prereleases == nil, self.prereleases != true else { return admitted }
        let finals = admitted.filter { !$0.isPrerelease }
        return finals.isEmpty ? admitted : finals
    }

    /// Where in an ascending list the admitted versions lie, pre-releases included: ascending disjoint ranges of indices.
    public func matches(in sorted: [Version]) -> [Range<Int>] {
        var bounds = 0..<sorted.count
        var holes: [Range<Int>] = []
        var scanned: [Specifier] = []
        for specifier in specifiers {
            if specifier.isScanned {
                scanned.append(specifier)
                continue
            }
            let interval = specifier.interval(in: sorted)
            if specifier.operator == .notEqual {
                if !interval.isEmpty { holes.append(interval) }
            } else {
                bounds = bounds.clamped(to: interval)
            }
            if bounds.isEmpty { return [] }
        }
        var ranges = bounds.isEmpty ? [] : SpecifierSet.subtract(holes, from: bounds)
        for specifier in scanned {
            ranges = ranges.flatMap { range in SpecifierSet.runs(in: range) { specifier.admits(sorted[$0]) } }
        }
        return ranges
    }

    private static func subtract(_ holes: [Range<Int>], from bounds: Range<Int>) -> [Range<Int>] {
        if holes.isEmpty { return [bounds] }
        var ranges: [Range<Int>] = []
        var start = bounds.lowerBound
        for hole in holes.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            let end = min(hole.lowerBound, bounds.upperBound)
            if start < end { ranges.append(start..<end) }
            start = max(start, hole.upperBound)
        }
        if start < bounds.upperBound { ranges.append(start..<bounds.upperBound) }
        return ranges
    }

    /// The maximal runs of indices for which the predicate holds.
    private static func runs(in range: Range<Int>, where predicate: (Int) -> Bool) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start: Int?
        for index in range {
            if predicate(index) {
                start = start ?? index
            } else if let begun = start {
                ranges.append(begun..<index)
                start = nil
            }
        }
        if let start { ranges.append(start..<range.upperBound) }
        return ranges
    }
}

extension Specifier {
    /// Whether the admitted versions need not lie together in an ascending list: `===` compares text, and so does an
    /// oddly spelled `~=`.
    var isScanned: Bool { detail != .none }

    /// Where in an ascending list the versions lie that the clause admits; for `!=`, those that it refuses.
    func interval(in sorted: [Version]) -> Range<Int> {
        let count = sorted.count
        switch `operator` {
        case .greaterOrEqual:
            return firstIndex(in: sorted) { Version.order($0, version, withLocal: false) >= 0 }..<count
        case .lessOrEqual:
            return 0..<firstIndex(in: sorted) { Version.order($0, version, withLocal: false) > 0 }
        case .less:
            let limit = version.isPrerelease ? version : earliestPrerelease
            return 0..<firstIndex(in: sorted) { $0 >= limit }
        case .greater:
            return firstIndex(in: sorted) { $0 > version && admits($0) }..<count
        case .compatible:
            let limit = prefixLimit(count: version.releaseCount - 1)
            let start = firstIndex(in: sorted) { Version.order($0, version, withLocal: false) >= 0 }
            return start..<max(start, firstIndex(in: sorted) { $0 >= limit })
        case .equal, .notEqual:
            if isPrefixMatch {
                let limit = prefixLimit(count: version.releaseCount)
                let start = earliestPrerelease
                let first = firstIndex(in: sorted) { $0 >= start }
                return first..<max(first, firstIndex(in: sorted) { $0 >= limit })
            }
            let withLocal = version.isLocal
            let first = firstIndex(in: sorted) { Version.order($0, version, withLocal: withLocal) >= 0 }
            return first..<firstIndex(in: sorted) { Version.order($0, version, withLocal: withLocal) > 0 }
        case .arbitrary:
            return 0..<count
        }
    }

    /// The first version past those that share the first `count` numbers of the release: `1.3.dev0` for two of `1.2.5`.
    private func prefixLimit(count: Int) -> Version {
        let own = VersionParts(version)
        var parts = VersionParts()
        parts.epoch = own.epoch
        for index in 0..<count {
            let number = version.releaseNumber(index)
            parts.append(index == count - 1 ? number.successor : number)
        }
        parts.development = .zero
        return parts.version
    }

    /// The first index from which on the predicate holds.
    @inline(__always)
    private func firstIndex(in sorted: [Version], where predicate: (Version) -> Bool) -> Int {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if predicate(sorted[middle]) {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return low
    }
}

extension VersionNumber {
    /// The next number.
    var successor: VersionNumber {
        switch self {
        case .small(let value) where value < .max: return .small(value + 1)
        case .small: return .large("18446744073709551616")
        case .large(let digits):
            var bytes = Array(digits.utf8)
            for index in bytes.indices.reversed() {
                if bytes[index] < UInt8(ascii: "9") {
                    bytes[index] += 1
                    return .large(String(decoding: bytes, as: UTF8.self))
                }
                bytes[index] = UInt8(ascii: "0")
            }
            return .large("1" + String(decoding: bytes, as: UTF8.self))
        }
    }
}
