internal import Advisories
internal import ContentStore
internal import Cryptography
internal import EnvironmentBuilder
internal import EnvironmentSupply
internal import FileSystem
internal import JobModel
internal import Recipes
internal import SupplyChain
internal import Synchronization
internal import SystemPackage
internal import Workers

/// What the last looks at environments came to, as long as the advisories are the same. Submissions ask again and again.
struct AuditVerdicts {
    /// Tells one state of the advisories from another: the file's size and the time of its last change.
    var advisories: [Int64] = []
    /// Why something is not let through; `nil` where it is.
    var refusals: [Subject: SupplyChainError?] = [:]

    struct Subject: Hashable {
        var environment: String
        var policy: AuditPolicy
    }
}

extension BuildService {
    /// Refuses an environment with known vulnerabilities that the server's keeper does not let through. What a recipe lets
    /// through beyond that was its build's to look at.
    ///
    /// - Throws: ``EnvironmentSupplyError`` (`vulnerable`; `unavailable` where nothing can be known).
    func audit(_ environment: String, of reference: EnvironmentReference) async throws {
        guard settings.audit.refuse != nil else { return }
        do {
            let error = try await blocking { try self.refusal(of: environment, reference) }
            guard let error else { return }
            throw EnvironmentSupplyError(.vulnerable, error.subject, error.message, advice: error.advice, cause: error)
        } catch let error as SupplyChainError {
            throw EnvironmentSupplyError(
                .unavailable, error.subject, error.message,
                advice: "an admin can load advisories: `chidori store osv load`",
                cause: error)
        }
    }

    private func refusal(of environment: String, _ reference: EnvironmentReference) throws -> SupplyChainError? {
        let summary = try summary(of: environment, reference)
        let subject = AuditVerdicts.Subject(environment: environment, policy: try policy(of: summary, reference))
        let stamp = AdvisoryStore(in: settings.data).stamp
        let known = state.withLock { state -> SupplyChainError?? in
            if state.verdicts.advisories != stamp { state.verdicts = AuditVerdicts(advisories: stamp) }
            return state.verdicts.refusals[subject]
        }
        if let known { return known }
        let report = try builder.audit(summary, policy: subject.policy)
        let refusal = report.refusal
        // A day on which something is ignored may end, so what is let through because of it is looked at again.
        if !report.audit.findings.contains(where: { $0.ignored != nil }) {
            state.withLock { state in
                guard state.verdicts.advisories == stamp, state.verdicts.refusals.count < 10_000 else { return }
                state.verdicts.refusals[subject] = .some(refusal)
            }
        }
        return refusal
    }

    /// The environment as it is by the name that it was asked for.
    private func summary(of environment: String, _ reference: EnvironmentReference) throws -> EnvironmentSummary {
        if case .named(let name) = reference, let named = try? builder.summary(Self.plain(name)),
            named.id.digest.hex == environment
        {
            return named
        }
        return try builder.summary(environment)
    }

    /// What an admin's recipe says now counts, whatever its lock said when the environment was made.
    private func policy(of summary: EnvironmentSummary, _ reference: EnvironmentReference) throws -> AuditPolicy {
        if case .named(let name) = reference, let path = recipe(named: name),
            case .recipe(let recipe) = try builder.read(path).content
        {
            return builder.auditPolicy(of: recipe.audit)
        }
        return try builder.auditPolicy(of: summary)
    }
}
