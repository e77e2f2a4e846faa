internal import ArgumentParser
internal import ChidoriClient
internal import Diagnostics
internal import Documents
internal import JSONDocument
internal import JobAPI
internal import JobModel

/// `chidori job show`: one job, with its attempts.
struct JobShowCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a job and its attempts.", usage: "chidori job show [<options>] <id>",
        discussion: """
            Example:
              chidori job show 01m80ys0kzeasnes75wqcd1vj1 --json | jq .job.state
            """)

    @Argument(help: "The job's id.")
    var id: String

    @OptionGroup(title: "Server options") var shared: ServerOptions

    func answer(_ client: ChidoriClient) async throws -> Answer {
        let job = try await client.job(try jobID(id))
        let attempts = try await client.attempts(of: job.id)
        return Answer(
            ["job": Job.shape.json(job), "attempts": .array(attempts.map { Attempt.shape.json($0) })],
            text: Self.facts(job, attempts) + (attempts.isEmpty ? "" : "\n\n" + Self.table(attempts)))
    }

    private static func facts(_ job: Job, _ attempts: [Attempt]) -> String {
        let task = job.request.task
        let program =
            task.command.isEmpty
            ? [task.file, task.mainClass].compactMap { $0 }.joined(separator: " ") : task.command.joined(separator: " ")
        let labels = job.request.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        var facts = Facts()
        facts.add("id", job.id.description)
        facts.add("name", job.request.title)
        facts.add("state", job.state.rawValue + (job.message.isEmpty ? "" : ": \(job.message)"))
        facts.add("intent", job.state.isFinal ? nil : job.intent?.rawValue)
        facts.add("program", program.isEmpty ? nil : program)
        facts.add("arguments", task.arguments.isEmpty ? nil : task.arguments.joined(separator: " "))
        if job.request.groups.isEmpty {
            facts.add("environment", job.environment(of: job.request.taskGroups[0]))
            facts.add("array", job.request.arrayText)
            facts.add("driver", task.driverText)
            facts.add("executors", task.executorText)
        }
        for group in job.request.groups.isEmpty ? [] : job.request.taskGroups {
            facts.add("group", Self.text(of: group, in: job))
        }
        facts.add("tries", job.tries(attempts))
        for attempt in attempts where attempt.state != .ended || attempts.count == 1 {
            facts.add("Spark", attempt.applicationID.map { $0 + (attempt.userInterface.map { " at \($0)" } ?? "") })
        }
        for dependency in job.request.dependencies {
            facts.add("after", "\(dependency.job) has \(dependency.on.rawValue)")
        }
        facts.add("queue", job.request.queue)
        facts.add("priority", job.request.priority == 0 ? nil : "\(job.request.priority)")
        facts.add("labels", labels.isEmpty ? nil : labels.joined(separator: " "))
        facts.add("user", "\(job.user) of \(job.tenant)")
        facts.add("submitted", job.createdAt.description)
        facts.add("started", job.startedAt?.description)
        facts.add("ended", job.endedAt?.description)
        return facts.text
    }

    /// `workers: 2 tasks; driver 1 core, 1 GiB of memory; in tensorflow (0f3a2b1c9d8e)`.
    private static func text(of group: TaskGroup, in job: Job) -> String {
        let parts = [
            counted(group.replicas, "task"), group.task.driverText.map { "driver \($0)" },
            group.task.executorText.map { "executors \($0)" }, job.environment(of: group).map { "in \($0)" },
        ]
        return "\(group.name): " + parts.compactMap { $0 }.joined(separator: "; ")
    }

    private static func table(_ attempts: [Attempt]) -> String {
        let hasTasks = Set(attempts.map(\.id.task)).count > 1
        var table = Table((hasTasks ? ["TASK"] : []) + ["TRY", "STATE", "WHY", "STARTED", "RAN", "STATUS"])
        for attempt in attempts {
            let status = attempt.signal.map { "signal \($0)" } ?? attempt.exitCode.map { "\($0)" } ?? "-"
            let ran = attempt.startedAt?.span(until: attempt.endedAt ?? .now)
            table.add(
                (hasTasks ? ["\(attempt.id.task.group)/\(attempt.id.task.index)"] : []) + [
                    "\(attempt.id.number)", attempt.state.rawValue, attempt.reason?.rawValue ?? "-",
                    attempt.startedAt?.description ?? "-", ran ?? "-", status,
                ])
        }
        return table.text
    }
}
