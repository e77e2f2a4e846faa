public import Recipes

/// Which known vulnerabilities are not let through.
public struct AuditPolicy: Sendable, Hashable {
    public typealias Threshold = Recipe.Audit.Threshold

    public typealias Exception = Recipe.IgnoredVulnerability

    /// Nothing is refused if `nil`.
    public var refuse: Threshold?
    public var exceptions: [Exception]

    public init(refuse: Threshold? = nil, exceptions: [Exception] = []) {
        self.refuse = refuse
        self.exceptions = exceptions
    }

    /// The policy of a recipe.
    public init(_ audit: Recipe.Audit) {
        self.init(refuse: audit.refuse, exceptions: audit.ignored)
    }

    /// What either of two does not let through, but for what either of them excepts.
    public func joined(with other: AuditPolicy) -> AuditPolicy {
        let refuse = [refuse, other.refuse].compactMap(\.self).max { $0.strictness < $1.strictness }
        return AuditPolicy(refuse: refuse, exceptions: exceptions + other.exceptions)
    }

    /// Marks what is let pass, and tells what is refused.
    ///
    /// - Parameter today: `2026-11-22`.
    public func apply(to audit: inout Audit, today: String) -> [Audit.Finding] {
        let valid = exceptions.filter { $0.until.map { $0 >= today } ?? true }
        for index in audit.findings.indices {
            let names = Set(audit.findings[index].names.map { $0.uppercased() })
            audit.findings[index].ignored = valid.first { names.contains($0.id.uppercased()) }?.reason
        }
        guard let refuse else { return [] }
        return audit.findings.filter { $0.ignored == nil && refuse.refuses($0.severity) }
    }

    /// The exceptions whose day is over.
    public func expired(today: String) -> [Exception] {
        exceptions.filter { $0.until.map { $0 < today } ?? false }
    }
}

extension Recipe.Audit.Threshold {
    /// Whether a vulnerability of that severity is not let through.
    public func refuses(_ severity: Severity) -> Bool {
        switch self {
        case .any: true
        case .low: severity.level >= .low
        case .medium: severity.level >= .medium
        case .high: severity.level >= .high
        case .critical: severity.level >= .critical
        }
    }

    fileprivate var strictness: Int {
        switch self {
        case .critical: 0
        case .high: 1
        case .medium: 2
        case .low: 3
        case .any: 4
        }
    }
}
