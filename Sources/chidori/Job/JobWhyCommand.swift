internal import ArgumentParser
internal import ChidoriClient
internal import Documents
internal import JSONDocument
internal import JobAPI
internal import JobModel

/// `chidori job why`: why a job is where it is.
struct JobWhyCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "why", abstract: "Tell why a job waits, or how it ended.",
        usage: "chidori job why [<options>] <id>",
        discussion: """
            Of a job that waits for others it tells how far those are, of one with many tasks how many run and wait, and of \
            one that has ended how, and where its log is.

            Example:
              chidori job why 01m80ys0kzeasnes75wqcd1vj1
            """)

    @Argument(help: "The job's id.")
    var id: String

    @OptionGroup(title: "Server options") var shared: ServerOptions

    func answer(_ client: ChidoriClient) async throws -> Answer {
        let job = try await client.job(try jobID(id))
        let wait = try await client.wait(of: job.id)
        let attempts = try await client.attempts(of: job.id)
        let place = wait.position.map { $0 > 0 ? " (\($0) of its queue come before it)" : "" } ?? ""
        var lines = ["\(wait.state.rawValue): \(wait.message)\(place)"]
        if wait.reason == "dependency" { lines += try await Self.dependencies(of: job, client) }
        if wait.tasks.total > 1 { lines.append(wait.tasks.text(isOver: wait.state.isFinal)) }
        lines += Self.drivers(of: job, attempts, of: wait.tasks.total)
        return Answer(["wait": WaitReport.shape.json(wait)], text: lines.joined(separator: "\n"))
    }

    /// The jobs that it waits for and that have not ended, a line each.
    private static func dependencies(of job: Job, _ client: ChidoriClient) async throws -> [String] {
        var lines: [String] = []
        for id in job.request.dependencies.compactMap({ JobID($0.job) }) {
            let other: Job
            do {
                other = try await client.job(id)
            } catch let error as ChidoriClientError where error.problem?.status == 404 {
                // It is in a queue that we may not see.
                continue
            }
            if !other.state.isFinal { lines.append("  \(id) (\(other.request.title)): \(other.state.rawValue)") }
        }
        return lines
    }

    /// What became of its drivers, as far as that tells why it is where it is, and where what they printed is.
    private static func drivers(of job: Job, _ attempts: [Attempt], of tasks: Int) -> [String] {
        func log(_ attempt: Attempt, _ option: String = "") -> String {
            let task = attempt.id.task
            return "`chidori job logs \(option)\(job.id)\(tasks > 1 ? " --task \(task.group)/\(task.index)" : "")`"
        }
        guard let last = attempts.max(by: { $0.createdAt < $1.createdAt }) else {
            return job.state.isFinal ? ["no driver of it was started"] : []
        }
        if let running = attempts.first(where: { $0.state == .running }) {
            return ["what it prints: \(log(running, "-f "))"]
        }
        // What was ended because of another's end is nobody's fault of its own.
        let failures = attempts.filter { attempt in
            attempt.state == .ended && !attempt.succeeded && attempt.round == job.round
                && attempt.reason.map(EndReason.decided.contains) != true
        }
        let failure = failures.max { ($0.endedAt ?? $0.createdAt) < ($1.endedAt ?? $1.createdAt) }
        guard let shown = failure ?? (job.state.isFinal ? last : nil) else { return [] }
        return ["\(shown.name(tasks: tasks)) \(shown.end); what it printed: \(log(shown))"]
    }
}

extension Attempt {
    /// `its try 2`, `try 2 of main/7`.
    fileprivate func name(tasks: Int) -> String {
        tasks > 1 ? "try \(id.number) of \(id.task.group)/\(id.task.index)" : "its try \(id.number)"
    }

    /// `ended with status 3 after 4.2 s`.
    fileprivate var end: String {
        let how =
            signal.map { "was ended by signal \($0)" } ?? exitCode.map { "ended with status \($0)" }
            ?? "ended: \(reason?.rawValue ?? state.rawValue)"
        let took = startedAt.flatMap { start in endedAt.map { " after \(start.span(until: $0))" } } ?? ""
        return how + took
    }
}
