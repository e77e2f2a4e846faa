public import Advisories
internal import ContentStore
internal import Cryptography
internal import ImageSpec
internal import MavenPackaging
internal import PythonPackaging
public import Recipes
public import SupplyChain
internal import SystemPackage
internal import Workers

#if canImport(Glibc)
    internal import Glibc
#endif

/// Where advisories come from.
public enum AdvisorySource: Sendable {
    /// The data folder.
    case store
    case files(AdvisoryFiles)
}

/// What is known against an environment, and what of it is not let through.
public struct AuditReport: Sendable {
    public let name: String
    /// Packages and jars that were looked at.
    public let subjects: Int
    public let audit: Audit
    public let refused: [Audit.Finding]
    /// What is ignored no longer, since its day is over.
    public let expired: [AuditPolicy.Exception]
    /// Whether somebody else has sent the recipe, which then excepts nothing.
    let isForeign: Bool
}

extension EnvironmentBuilder {
    /// Looks for known vulnerabilities in a lock's packages and jars. Nothing is fetched.
    ///
    /// - Parameter policy: the recipe's own if `nil`.
    /// - Throws: `SupplyChainError` (`noAdvisories`), and what reading advisories throws.
    public func audit(
        _ located: LocatedLock, policy: AuditPolicy? = nil, by source: AdvisorySource = .store
    ) async throws -> AuditReport {
        let subjects = try auditSubjects(of: located)
        let policy = policy ?? auditPolicy(of: located.policy)
        return try await blocking { [self] in
            try audit(subjects, named: located.name, policy: policy, by: source)
        }
    }

    /// Looks for known vulnerabilities in an environment of the store.
    public func audit(
        _ summary: EnvironmentSummary, policy: AuditPolicy, by source: AdvisorySource = .store
    ) throws -> AuditReport {
        try audit(summary.manifest.auditSubjects, named: summary.manifest.name, policy: policy, by: source)
    }

    /// What a recipe lets through, and whoever keeps the data folder. What a recipe excepts that was sent to a server is
    /// its sender's word alone.
    public func auditPolicy(of audit: Recipe.Audit?) -> AuditPolicy {
        var own = AuditPolicy(audit ?? Recipe.Audit())
        if settings.isForeign { own.exceptions = [] }
        return settings.audit.joined(with: own)
    }

    /// The policy for an environment of the store: that of the recipe which it was last built of, by this machine's own
    /// users, where its lock was kept.
    public func auditPolicy(of summary: EnvironmentSummary) throws -> AuditPolicy {
        let hasLock = try isOwn(summary.manifest.lock, of: summary)
        return auditPolicy(of: hasLock ? try lock(of: summary).policy : nil)
    }

    private func audit(
        _ subjects: [Audit.Subject], named name: String, policy: AuditPolicy, by source: AdvisorySource
    ) throws -> AuditReport {
        let packages = Set(subjects.map(\.package))
        let advisories =
            switch source {
            case .store: try AdvisoryStore(in: settings.data).advisories(on: packages)
            case .files(let files): try files.advisories(on: packages)
            }
        var audit = Audit(subjects) { advisories[$0] ?? [] }
        let today = String(Timestamp.text(UInt64(max(0, time(nil)))).prefix(10))
        let refused = policy.apply(to: &audit, today: today)
        return AuditReport(
            name: name, subjects: subjects.count, audit: audit, refused: refused,
            expired: policy.expired(today: today), isForeign: settings.isForeign)
    }

    /// Refuses to make what the policy does not let through.
    ///
    /// - Throws: `SupplyChainError` (`vulnerable`), which names what is known; (`noAdvisories`) where nothing can be known.
    func refuseVulnerable(_ located: LocatedLock) async throws {
        let policy = auditPolicy(of: located.policy)
        guard policy.refuse != nil else { return }
        let report = try await audit(located, policy: policy)
        for exception in report.expired {
            observer(.warning("\(exception.id) is ignored no longer: its day, \(exception.until ?? ""), is over"))
        }
        if let error = report.refusal { throw error }
    }

    /// Tells what is known against something that goes to others and that no policy judges; stops nothing.
    func tellUnjudged(_ located: LocatedLock) async throws {
        let policy = auditPolicy(of: located.policy)
        guard policy.refuse == nil else { return }
        do {
            let report = try await audit(located, policy: policy)
            let open = report.audit.findings.count { $0.ignored == nil }
            guard open > 0 else { return }
            observer(
                .warning(
                    "\(located.name) has \(counted(open, "known vulnerability", plural: "known vulnerabilities")), and no "
                        + "policy that refuses any (`audit: refuse:`); `chidori env audit` tells them"))
        } catch let error as SupplyChainError where error.code == .noAdvisories {
            observer(
                .warning(
                    "\(located.name) is not audited: no policy asks for it, and no advisories are loaded "
                        + "(`chidori store osv load`)"))
        }
    }

    /// Packages and jars on every platform that is asked for, each once.
    private func auditSubjects(of located: LocatedLock) throws -> [Audit.Subject] {
        var subjects: Set<Audit.Subject> = []
        for platform in platforms(of: located) {
            let selected = try located.lock.selection(
                for: platform, python: python(for: located), file: located.path.string)
            for package in selected {
                guard let version = package.version else { continue }
                subjects.insert(Audit.Subject(AffectedPackage(python: package.name), version: version.description))
            }
        }
        for jar in located.lock.jars {
            subjects.insert(
                Audit.Subject(
                    AffectedPackage(maven: jar.coordinate.module.description), version: jar.coordinate.version))
        }
        return subjects.sorted { ($0.package, $0.version) < ($1.package, $1.version) }
    }
}

extension AuditReport {
    /// Why it is not let through; `nil` where it is.
    public var refusal: SupplyChainError? {
        guard !refused.isEmpty else { return nil }
        let shown = refused.prefix(5).map { finding in
            "\(finding.id) in \(finding.package) \(finding.version) (\(finding.severity))"
        }
        let more = refused.count > shown.count ? ", and \(refused.count - shown.count) more" : ""
        return SupplyChainError(
            .vulnerable, name,
            "has \(counted(refused.count, "known vulnerability", plural: "known vulnerabilities")) that its policy does not "
                + "let through: \(shown.joined(separator: ", "))\(more)",
            advice: "`chidori env audit` tells the versions in which they are fixed; "
                + (isForeign
                    ? "what a recipe that is sent ignores counts for nothing: ask who keeps the server to let it through"
                    : "one that does no harm can be named under `audit: ignore:` in the recipe, with the reason"))
    }
}

extension EnvironmentManifest {
    var auditSubjects: [Audit.Subject] {
        units.compactMap { unit in
            guard unit.isJar else {
                return AffectedPackage(.python, named: unit.name).map { Audit.Subject($0, version: unit.version) }
            }
            let module = unit.name.split(separator: ":").prefix(2).joined(separator: ":")
            return Audit.Subject(AffectedPackage(maven: module), version: unit.version)
        }
    }
}
