internal import ArgumentParser
internal import ChidoriClient
internal import Diagnostics
internal import Documents
internal import JSONDocument
internal import JobAPI
internal import JobModel

/// `chidori job list`: jobs, the newest first.
struct JobListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List jobs, the newest first.", usage: "chidori job list [<options>]",
        discussion: """
            Examples:
              chidori job list --state running --state queued
              chidori job list --queue 'science.*' --created-after 2026-11-01
              chidori job list --schema sales --table orders --json | jq -r '.jobs[].id'
            """,
        aliases: ["ls"])

    @Option(
        name: .long,
        help: ArgumentHelp("Only jobs in this state. May be repeated.", valueName: "state"),
        completion: .list(JobState.allCases.map(\.rawValue)))
    var state: [String] = []

    @Option(name: .long, help: "Only of this queue; with `.*` behind it, of all below it too.")
    var queue: String?

    @Option(name: .long, help: "Only of this user.")
    var user: String?

    @Option(name: .long, help: "Only with this label `schema`.")
    var schema: String?

    @Option(name: .long, help: "Only with this label `table`.")
    var table: String?

    @Option(name: .long, help: ArgumentHelp("Only with this label. May be repeated.", valueName: "k=v"))
    var label: [String] = []

    @Option(name: .long, help: "Only in this environment: its id, or as jobs named it.")
    var environment: String?

    @Option(name: .long, help: ArgumentHelp("Only submitted then or later.", valueName: "time"))
    var createdAfter: String?

    @Option(name: .long, help: ArgumentHelp("Only submitted earlier.", valueName: "time"))
    var createdBefore: String?

    @Option(name: .long, help: "Only with this in the name, program, id or a label.")
    var text: String?

    @Option(name: .long, help: ArgumentHelp("How many at most.", valueName: "n"))
    var limit = 50

    @Flag(name: .long, help: "All of them, however many.")
    var all = false

    @OptionGroup(title: "Server options") var shared: ServerOptions

    func answer(_ client: ChidoriClient) async throws -> Answer {
        var query = try self.query()
        var jobs: [Job] = []
        var hasMore = true
        while hasMore, all || jobs.count < limit {
            query.limit = all ? 1000 : min(1000, limit - jobs.count)
            let page = try await client.jobs(query)
            jobs += page.jobs
            query.cursor = page.next
            hasMore = page.next != nil
        }
        var remarks: [String] = []
        if jobs.isEmpty { remarks.append("No jobs like this") }
        if hasMore { remarks.append("There are more: --all, or a higher --limit, lists them") }
        return Answer(
            ["jobs": .array(jobs.map { Job.shape.json($0) }), "more": .bool(hasMore)],
            text: jobs.isEmpty ? "" : table(jobs), remarks: remarks)
    }

    /// The options as the API reads them, so that both say the same of a mistake.
    private func query() throws -> JobQuery {
        var document = OptionDocument()
        document.put("state", state.flatMap { $0.split(separator: ",").map(String.init) })
        document.put("queue", queue)
        document.put("user", user)
        document.put("schema", schema)
        document.put("table", table)
        document.put("label", label)
        document.put("environment", environment)
        document.put("createdAfter", createdAfter)
        document.put("createdBefore", createdBefore)
        document.put("text", text)
        return try document.value(JobQuery.shape)
    }

    private static func state(of job: Job) -> String {
        guard let intent = job.intent, !job.state.isFinal else { return job.state.rawValue }
        return "\(job.state.rawValue) (\(intent.rawValue))"
    }

    /// Names are cut where a line would be longer than 100 columns, or the terminal if that is wider.
    private func table(_ jobs: [Job]) -> String {
        let now = Moment.now
        var table = Table(["ID", "STATE", "NAME", "QUEUE", "USER", "SUBMITTED", "RAN"], rightAligned: [6])
        for job in jobs {
            table.add([
                job.id.description, Self.state(of: job), job.request.title, job.request.queue, job.user,
                job.createdAt.age, job.startedAt?.span(until: job.endedAt ?? now) ?? "-",
            ])
        }
        let width = output.terminal.isInteractive ? output.terminal.width : 0
        return table.text(fitting: max(100, width), cutting: [2, 3, 4])
    }
}
