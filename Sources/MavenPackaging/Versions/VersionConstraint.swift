/// What a dependency says of the version that it wants: a version that will give way to another (soft), or ranges that
/// must hold (hard): `[1.0,2.0)`, `[1.5]`, `(,1.0],[1.2,)`, `[1.2.*]`.
public struct VersionConstraint: Sendable, Hashable, CustomStringConvertible {
    /// As it was written.
    public let text: String
    /// One of them must hold; empty for a soft version.
    public let ranges: [Range]

    /// One range; a bound that is `nil` is open to that side.
    public struct Range: Sendable, CustomStringConvertible {
        public struct Bound: Sendable {
            public let version: MavenVersion
            public let isInclusive: Bool
        }

        public let lower: Bound?
        public let upper: Bound?

        public func contains(_ version: MavenVersion) -> Bool {
            if let lower {
                let order = lower.version.compare(version)
                if order > 0 || order == 0 && !lower.isInclusive { return false }
            }
            if let upper {
                let order = upper.version.compare(version)
                if order < 0 || order == 0 && !upper.isInclusive { return false }
            }
            return true
        }

        /// The only version that there can be; `nil` for more.
        var only: MavenVersion? {
            guard let lower, let upper, lower.isInclusive, upper.isInclusive, lower.version == upper.version else {
                return nil
            }
            return lower.version
        }

        public var description: String {
            let low = lower.map { "\($0.isInclusive ? "[" : "(")\($0.version)" } ?? "("
            let high = upper.map { "\($0.version)\($0.isInclusive ? "]" : ")")" } ?? ")"
            return "\(low),\(high)"
        }
    }

    /// - Throws: `MavenPackagingError.Code.badRange`.
    public init(_ text: String) throws(MavenPackagingError) {
        self.text = text
        var ranges: [Range] = []
        var rest = Substring(text)
        while rest.hasPrefix("[") || rest.hasPrefix("(") {
            guard let end = rest.firstIndex(where: { $0 == ")" || $0 == "]" }) else {
                throw Self.bad(text, "is a version range without an end")
            }
            ranges.append(try Self.range(rest[...end], of: text))
            rest = trimmed(rest[rest.index(after: end)...])
            if rest.hasPrefix(",") { rest = trimmed(rest.dropFirst()) }
        }
        guard ranges.isEmpty || rest.isEmpty else {
            throw Self.bad(text, "has '\(rest)' after a version range, where another range is expected")
        }
        self.ranges = ranges
    }

    /// Whether the version must hold; if not, it gives way.
    public var isHard: Bool { !ranges.isEmpty }

    /// Whether a version satisfies it. Any satisfies a soft one.
    public func allows(_ version: MavenVersion) -> Bool {
        ranges.isEmpty || ranges.contains { $0.contains(version) }
    }

    /// The version of a soft constraint, or of a range that has no other.
    public var pinned: MavenVersion? {
        if ranges.isEmpty { return MavenVersion(text) }
        return ranges.count == 1 ? ranges[0].only : nil
    }

    public var description: String { text }

    public static func == (a: Self, b: Self) -> Bool { a.text == b.text }
    public func hash(into hasher: inout Hasher) { hasher.combine(text) }

    private static func range(_ range: Substring, of text: String) throws(MavenPackagingError) -> Range {
        let isClosedBelow = range.hasPrefix("[")
        let isClosedAbove = range.hasSuffix("]")
        let inner = range.dropFirst().dropLast()
        guard let comma = inner.firstIndex(of: ",") else {
            guard isClosedBelow, isClosedAbove else {
                throw bad(text, "has a single version in a range that is open")
            }
            let version = trimmed(inner)
            if version.hasSuffix(".*") {
                let prefix = String(version.dropLast())
                return Range(
                    lower: .init(version: MavenVersion(prefix + "min"), isInclusive: true),
                    upper: .init(version: MavenVersion(prefix + "max"), isInclusive: true))
            }
            let bound = Range.Bound(version: MavenVersion(String(version)), isInclusive: true)
            return Range(lower: bound, upper: bound)
        }
        let low = trimmed(inner[..<comma])
        let high = trimmed(inner[inner.index(after: comma)...])
        guard !high.contains(",") else { throw bad(text, "has more than two versions in one range") }
        let lower = low.isEmpty ? nil : Range.Bound(version: MavenVersion(String(low)), isInclusive: isClosedBelow)
        let upper = high.isEmpty ? nil : Range.Bound(version: MavenVersion(String(high)), isInclusive: isClosedAbove)
        if let lower, let upper, upper.version < lower.version {
            throw bad(text, "has a range that ends below its beginning")
        }
        return Range(lower: lower, upper: upper)
    }

    private static func bad(_ text: String, _ message: String) -> MavenPackagingError {
        MavenPackagingError(
            .badRange, "version '\(text)'", message, advice: "write it as [1.0,2.0), [1.5] or (,1.0],[1.2,)")
    }
}
