internal import ChidoriClient
internal import Diagnostics
internal import Documents
internal import JSONDocument
internal import JobAPI

/// Shows what happens in a build on a server: a live line on a terminal, sentences elsewhere, an object a line with
/// `--json`.
struct BuildFollowing {
    let client: ChidoriClient
    let output: Output

    /// Follows a build to its end.
    ///
    /// - Throws: ``FailedBuild`` where it came to nothing.
    func follow(_ id: String) async throws -> BuildReport {
        var hasLine = false
        let isLive = output.terminal.isInteractive && !output.quiet && !output.json
        let build = try await client.follow(build: id, pause: isLive ? 500 : 20_000) { news in
            if hasLine { output.terminal.erase(lines: 1) }
            hasLine = false
            for step in news.steps { tell(step) }
            guard isLive, news.state == .building, let progress = news.progress else { return }
            let count = progress.total.map { " \(progress.done ?? 0)/\($0)" } ?? ""
            output.terminal.write(output.terminal.styled(progress.name + count, .dim) + "\n")
            hasLine = true
        }
        guard build.state == .ready else { throw FailedBuild(build) }
        return build
    }

    private func tell(_ step: BuildStep) {
        if output.json {
            output.event(.object([JSON.Member("event", "step")] + BuildStep.shape.json(step).members))
            return
        }
        switch step.name {
        case "ready", "failed", "cancelled", "undelivered": break
        case "warning": output.warn(step.message)
        case "changed", "check", "waiting", "building", "delivered": output.say("\(step.name): \(step.message)")
        default: if output.verbose { output.say("\(step.name): \(step.message)") }
        }
    }
}

/// A build on a server that came to nothing.
struct FailedBuild: Diagnostic {
    private let build: BuildReport

    init(_ build: BuildReport) {
        self.build = build
    }

    /// The kind of trouble that the same would have been here.
    var category: DiagnosticCategory { build.category.flatMap(DiagnosticCategory.init(named:)) ?? .badInput }
    var subject: String { "build \(build.id.prefix(12)) of \(build.name ?? "an environment")" }
    var message: String { build.state == .cancelled ? "was cancelled" : "failed: \(build.message)" }
    var advice: String? { "`chidori build logs \(build.id.prefix(12))` tells what happened on the way" }
}

/// Deliveries of a build on a server that came to nothing. The environment is there.
struct FailedDelivery: Diagnostic {
    private let build: BuildReport
    private let failed: [BuildReport.Delivery]

    /// `nil` where there is none.
    init?(_ build: BuildReport) {
        self.build = build
        failed = build.deliveries.filter { $0.state == .failed }
        if failed.isEmpty { return nil }
    }

    var category: DiagnosticCategory { failed[0].category.flatMap(DiagnosticCategory.init(named:)) ?? .badInput }
    var subject: String { failed.map(\.title).joined(separator: ", ") }
    var message: String {
        let reasons = failed.map { $0.message ?? "it failed" }
        return "was not delivered: " + (reasons.count == 1 ? reasons[0] : reasons.map { "\n  \($0)" }.joined())
    }
    var advice: String? {
        "the environment is ready (\(build.environment?.prefix(12) ?? "")); the same command tries the delivery again"
    }
}

extension BuildReport.Delivery {
    /// What it is, for people: `volume:NAME` without for whom and how long it is held there.
    var title: String { delivery.hasPrefix("volume:") ? String(delivery.prefix { $0 != "?" }) : delivery }
}

extension DiagnosticCategory {
    /// As the server tells it: `noSolution`.
    fileprivate init?(named name: String) {
        guard let category = Self.allCases.first(where: { "\($0)" == name }) else { return nil }
        self = category
    }
}

extension JSON {
    /// Of an object.
    fileprivate var members: [JSON.Member] {
        guard case .object(let members) = self else { return [] }
        return members
    }
}
