internal import MavenPackaging
internal import PythonPackaging

extension Advisory {
    /// What this says of one version of a package; `nil` where that is not affected.
    public func match(_ package: AffectedPackage, version: String) -> Affected? {
        guard !isWithdrawn else { return nil }
        return affected.first { $0.package == package && $0.holds(version) }
    }
}

extension Advisory.Affected {
    /// Whether a version is among those that are affected: named, or within a range (OSV schema §evaluation).
    public func holds(_ version: String) -> Bool {
        switch package.ecosystem {
        case .python:
            // A local version is a build of the public one: `2.1+cpu`.
            guard let own = try? Version(version).withoutLocal else { return versions.contains(version) }
            return holds(own) { try? Version($0) }
        case .maven: return holds(MavenVersion(version)) { MavenVersion($0) }
        }
    }

    /// The versions from which it is fixed, as ranges that hold the version tell them.
    public var fixes: [String] {
        ranges.flatMap(\.events).compactMap { if case .fixed(let version) = $0 { version } else { nil } }
    }

    private func holds<Order: Comparable>(_ version: Order, _ parse: (String) -> Order?) -> Bool {
        versions.contains { parse($0) == version } || ranges.contains { $0.holds(version, parse) }
    }
}

extension Advisory.Range {
    /// Goes through the events in the order of their versions. What is no version of the ecosystem's orders nothing: an
    /// `introduced` counts as before everything, so that nothing is missed; any other is passed over.
    fileprivate func holds<Order: Comparable>(_ version: Order, _ parse: (String) -> Order?) -> Bool {
        var limits: [Order] = []
        var isUnlimited = true
        var steps: [(version: Order?, isStart: Bool, isInclusive: Bool)] = []
        for event in events {
            switch event {
            case .introduced(let text): steps.append((text == "0" ? nil : parse(text), true, true))
            case .fixed(let text): if let end = parse(text) { steps.append((end, false, true)) }
            case .lastAffected(let text): if let end = parse(text) { steps.append((end, false, false)) }
            case .limit(let text):
                guard text != "*" else { continue }
                isUnlimited = false
                if let limit = parse(text) { limits.append(limit) }
            }
        }
        guard isUnlimited || limits.contains(where: { version < $0 }) else { return false }
        // At one version, what ends comes before what begins, and after it what ends behind it.
        steps.sort { a, b in
            guard let first = a.version else { return b.version != nil }
            guard let second = b.version else { return false }
            if first != second { return first < second }
            return Self.rank(a.isStart, a.isInclusive) < Self.rank(b.isStart, b.isInclusive)
        }
        var isAffected = false
        for step in steps {
            if step.isStart {
                if step.version.map({ version >= $0 }) ?? true { isAffected = true }
            } else if let end = step.version, step.isInclusive ? version >= end : version > end {
                isAffected = false
            }
        }
        return isAffected
    }

    private static func rank(_ isStart: Bool, _ isInclusive: Bool) -> Int { isStart ? 1 : isInclusive ? 0 : 2 }
}
