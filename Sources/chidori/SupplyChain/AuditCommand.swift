internal import Advisories
internal import ArgumentParser
internal import ContentStore
internal import Diagnostics
internal import EnvironmentBuilder
internal import JSONDocument
internal import Recipes
internal import SupplyChain
internal import SystemPackage

/// `chidori env audit`: known vulnerabilities.
struct AuditCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Tell the known vulnerabilities of environments, by advisories in OSV's format.",
        usage: "chidori env audit [<options>] [<environment> ...]",
        discussion: """
            Nothing is asked of any server: advisories are what `chidori store osv load` has put into the data folder, or \
            --osv. The exit status is 14 where the policy does not let one through: --fail-on, else the recipe's `audit`. \
            Severities are CVSS's; a vulnerability that nobody rates counts for `any` alone.

            Examples:
              chidori env audit
              chidori env audit features.lock.toml --osv PyPI-all.zip --fail-on high
              chidori env audit features --fail-on any --ignore CVE-2026-12345
            """)

    @Argument(help: "Environments by name or id, recipes or locks. Default: all environments.", completion: .file())
    var environments: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp("Advisories in place of the data folder's: a file, a folder or a zip.", valueName: "path"),
        completion: .file())
    var osv: String?

    @Option(name: .long, help: "From which severity on it is a failure. Default: the recipe's `audit: refuse:`.")
    var failOn: FailOn?

    @Option(name: .long, help: ArgumentHelp("A vulnerability to let pass. May be repeated.", valueName: "id"))
    var ignore: [String] = []

    @OptionGroup var shared: SharedOptions

    func answer(_ session: Session) async throws -> Answer {
        let builder = session.builder
        let source = osv.map { AdvisorySource.files(AdvisoryFiles(absolute($0))) } ?? .store
        var reports: [AuditReport] = []
        for environment in environments {
            if environment.isFileOfEnvironments {
                let input = try builder.read(absolute(environment))
                let located = try await builder.lock(for: input, policy: .asWritten)
                let own = builder.auditPolicy(of: located.policy)
                reports.append(try await builder.audit(located, policy: policy(own), by: source))
            } else {
                reports.append(try report(on: builder.summary(environment), builder, source))
            }
        }
        if environments.isEmpty {
            for summary in try builder.summaries() { reports.append(try report(on: summary, builder, source)) }
        }
        return Answer(
            ["refused": .bool(reports.contains { !$0.refused.isEmpty }), "environments": .array(reports.map(\.json))],
            text: reports.filter { !$0.audit.findings.isEmpty }.map(\.text).joined(separator: "\n\n"),
            remarks: Self.remarks(reports),
            finding: reports.contains { !$0.refused.isEmpty } ? .vulnerable : nil)
    }

    private func report(
        on summary: EnvironmentSummary, _ builder: EnvironmentBuilder, _ source: AdvisorySource
    ) throws -> AuditReport {
        try builder.audit(summary, policy: policy(builder.auditPolicy(of: summary)), by: source)
    }

    private func policy(_ own: AuditPolicy) -> AuditPolicy {
        var policy = own
        if let failOn { policy.refuse = failOn.threshold }
        policy.exceptions += ignore.map { AuditPolicy.Exception($0, reason: "--ignore") }
        return policy
    }

    private static func remarks(_ reports: [AuditReport]) -> [String] {
        guard !reports.isEmpty else { return ["There are no environments to look at"] }
        return reports.map { report in
            let known = report.audit.findings.count
            let ignored = report.audit.findings.count { $0.ignored != nil }
            func some(_ count: Int, _ what: String) -> String {
                count == 0 ? "" : known == 1 ? ", \(what)" : ", \(count) of them \(what)"
            }
            let verdict =
                known == 0
                ? "no known vulnerabilities" : counted(known, "known vulnerability", plural: "known vulnerabilities")
            return "\(report.name): \(verdict) in \(counted(report.subjects, "package"))"
                + some(ignored, "ignored") + some(report.refused.count, "not let through")
        }
            + reports.flatMap { report in
                report.expired.map {
                    "\(report.name): \($0.id) is ignored no longer, its day \($0.until ?? "") is over"
                }
            }
    }
}

/// The words of `--fail-on`.
enum FailOn: String, ExpressibleByArgument, CaseIterable {
    case low
    case medium
    case high
    case critical
    case any

    var threshold: AuditPolicy.Threshold {
        switch self {
        case .low: .low
        case .medium: .medium
        case .high: .high
        case .critical: .critical
        case .any: .any
        }
    }
}

extension AuditReport {
    var text: String {
        var table = Table(["PACKAGE", "VERSION", "VULNERABILITY", "SEVERITY", "FIXED IN"])
        for finding in audit.findings {
            table.add([
                finding.package.name, finding.version, finding.id,
                finding.severity.description + (finding.ignored == nil ? "" : " (ignored)"),
                finding.fixes.isEmpty ? "-" : finding.fixes.joined(separator: ", "),
            ])
        }
        return "\(name)\n\(table.text)"
    }

    var json: JSON {
        [
            "name": .string(name), "packages": JSON(subjects), "refused": JSON(refused.map(\.id)),
            "findings": .array(audit.findings.map(\.json)),
            "expired": JSON(expired.map(\.id)),
        ]
    }
}

extension Audit.Finding {
    var json: JSON {
        [
            "id": .string(id), "names": JSON(names), "package": .string(package.name),
            "ecosystem": .string(package.ecosystem.rawValue), "version": .string(version),
            "severity": .string(severity.level.word), "score": severity.score.map(JSON.number) ?? .null,
            "summary": JSON(summary), "fixed": JSON(fixes), "ignored": JSON(ignored),
        ]
    }
}
