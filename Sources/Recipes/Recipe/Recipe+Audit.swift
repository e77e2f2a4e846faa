extension Recipe {
    /// Which known vulnerabilities of its packages an environment may have.
    public struct Audit: Sendable, Hashable {
        /// From which severity on a build is refused.
        public enum Threshold: String, Sendable, CaseIterable {
            case low
            case medium
            case high
            case critical
            /// All of them, also those whose severity nobody tells.
            case any
        }

        /// Nothing is refused if `nil`.
        public var refuse: Threshold?
        public var ignored: [IgnoredVulnerability]

        public init(refuse: Threshold? = nil, ignored: [IgnoredVulnerability] = []) {
            self.refuse = refuse
            self.ignored = ignored
        }
    }

    /// A vulnerability that is known, and why it does no harm here.
    public struct IgnoredVulnerability: Sendable, Hashable {
        /// Any name of it: `CVE-…`, `GHSA-…`, `PYSEC-…`.
        public var id: String
        public var reason: String
        /// The last day on which that holds, `2026-12-31`; for good if `nil`.
        public var until: String?

        public init(_ id: String, reason: String, until: String? = nil) {
            self.id = id
            self.reason = reason
            self.until = until
        }
    }
}

extension Recipe.Audit {
    public static let shape = Shape(
        "Which known vulnerabilities are not let through.", initial: Recipe.Audit(),
        fields: [
            Field(
                "refuse", \.refuse, .word, synonyms: ["fail-on", "fail_on", "severity", "threshold"],
                examples: ["high"],
                "From which severity on a build is refused, by the advisories that the data folder has: `any` refuses also "
                    + "those whose severity nobody tells. Default: none is refused."),
            Field(
                "ignore", \.ignored, .list(of: Recipe.IgnoredVulnerability.shape.codec),
                synonyms: ["ignored", "accept", "allow", "except"],
                "Vulnerabilities that are known, each with the reason why it does no harm."),
        ])
}

extension Recipe.IgnoredVulnerability {
    static let shape = Shape(
        "A vulnerability that is known.", initial: Recipe.IgnoredVulnerability("", reason: ""),
        fields: [
            Field(
                "id", \.id, .text, required: true, synonyms: ["cve", "vulnerability", "name"],
                examples: ["CVE-2026-12345"], "Any of its names, as `chidori env audit` tells them."),
            Field(
                "reason", \.reason, .text, required: true, synonyms: ["because", "why", "comment"],
                examples: ["the affected parser is never called"], "Why it does no harm."),
            Field(
                "until", \.until, .day, synonyms: ["expires", "end"], examples: ["2026-12-31"],
                "The last day, in UTC, on which it is ignored."),
        ])
}

extension Codec where Value == String {
    /// A day of the calendar, `2026-12-31` (RFC 3339 §5.6, `full-date`).
    fileprivate static var day: Codec {
        parsed("a day such as 2026-12-31", pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$") { text in
            let parts = text.split(separator: "-", omittingEmptySubsequences: false)
            let digits = parts.allSatisfy { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
            guard digits, parts.map(\.utf8.count) == [4, 2, 2], let month = Int(parts[1]), (1...12).contains(month),
                let day = Int(parts[2]), (1...31).contains(day)
            else { throw BadText(message: "is no day", advice: "write it as YEAR-MONTH-DAY: 2026-12-31") }
            return text
        } print: {
            $0
        }
    }
}
