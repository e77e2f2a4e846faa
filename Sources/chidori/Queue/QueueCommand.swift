internal import ArgumentParser
internal import ChidoriClient
internal import Diagnostics
internal import Documents
internal import JSONDocument
internal import JobAPI
internal import JobModel

/// `chidori queue`: the queues of a server.
struct QueueCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "Look at queues, and set them up.",
        subcommands: [QueueListCommand.self, QueueShowCommand.self, QueueSetCommand.self, QueueRemoveCommand.self])
}

/// `chidori queue list`.
struct QueueListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the queues, and how much is in them.",
        usage: "chidori queue list [<options>]",
        discussion: """
            Example:
              chidori queue list
            """,
        aliases: ["ls"])

    @OptionGroup(title: "Server options") var shared: ServerOptions

    func answer(_ client: ChidoriClient) async throws -> Answer {
        let queues = try await client.queues()
        var table = Table(["NAME", "GATE", "PRIORITY", "WAITING", "RUNNING", "CAPS"], rightAligned: [2, 3, 4])
        for queue in queues {
            let settings = queue.settings
            table.add([
                settings.name, settings.gate.rawValue, "\(settings.priority)", "\(queue.waiting)", "\(queue.running)",
                settings.caps.line,
            ])
        }
        return Answer(["queues": .array(queues.map { QueueReport.shape.json($0) })], text: table.text)
    }
}

/// `chidori queue show`.
struct QueueShowCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a queue.", usage: "chidori queue show [<options>] <name>",
        discussion: """
            Example:
              chidori queue show science
            """)

    @Argument(help: "The queue's name.")
    var name: String

    @OptionGroup(title: "Server options") var shared: ServerOptions

    func answer(_ client: ChidoriClient) async throws -> Answer {
        let queue = try await client.queue(name).value
        let jobs = queue.jobs.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        var facts = Facts()
        facts.add("name", queue.settings.name)
        facts.add("gate", queue.settings.gate.rawValue)
        facts.add("priority", "\(queue.settings.priority)")
        facts.add("caps", queue.settings.caps.line)
        facts.add("environment", queue.settings.environment ?? "-")
        facts.add("jobs", jobs.isEmpty ? "-" : jobs)
        return Answer(["queue": QueueReport.shape.json(queue)], text: facts.text)
    }
}

/// `chidori queue set`.
struct QueueSetCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Set a queue up, or make it another.",
        usage: "chidori queue set [<options>] <name>",
        discussion: """
            What is not named stays as it is. It holds at once.

            Examples:
              chidori queue set science --drivers 4 --memory 64g
              chidori queue set science --gate draining
              chidori queue set science.training --priority 10 --cores none
            """)

    @Argument(help: "The queue's name; dots make a path, such as science.training.")
    var name: String

    @Option(name: .long, help: ArgumentHelp("Queues with higher priority are served first.", valueName: "n"))
    var priority: Int?

    @Option(
        name: .long, help: ArgumentHelp("open, draining or closed.", valueName: "gate"),
        completion: .list(QueueSettings.Gate.allCases.map(\.rawValue)))
    var gate: String?

    @Option(name: .long, help: "Taken where a job names none; `none` takes it away.")
    var environment: String?

    @OptionGroup(title: "Caps") var caps: CapsOptions
    @OptionGroup(title: "Server options") var shared: ServerOptions

    func validate() throws {
        if let gate, QueueSettings.Gate(rawValue: gate) == nil {
            throw ValidationError("--gate takes open, draining or closed, not '\(gate)'")
        }
    }

    func answer(_ client: ChidoriClient) async throws -> Answer {
        var settings = QueueSettings(name: name)
        var tag: String?
        do {
            let known = try await client.queue(name)
            (settings, tag) = (known.value.settings, known.tag)
        } catch let error as ChidoriClientError where error.problem?.status == 404 {
            // It comes about.
        }
        if let priority { settings.priority = priority }
        if let gate = gate.flatMap({ QueueSettings.Gate(rawValue: $0) }) { settings.gate = gate }
        if let environment { settings.environment = environment == "none" ? nil : environment }
        try caps.change(&settings.caps)
        let queue = try await client.set(settings, ifMatches: tag)
        return Answer(
            ["queue": QueueReport.shape.json(queue), "isNew": .bool(tag == nil)],
            remarks: ["Queue \(name): \(queue.settings.gate.rawValue), caps: \(queue.settings.caps.line)"])
    }
}

/// `chidori queue remove`.
struct QueueRemoveCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove a queue that has no living jobs, and no queues below it.",
        usage: "chidori queue remove [<options>] <name>",
        discussion: """
            Example:
              chidori queue remove science.training
            """,
        aliases: ["rm"])

    @Argument(help: "The queue's name.")
    var name: String

    @OptionGroup(title: "Server options") var shared: ServerOptions

    func answer(_ client: ChidoriClient) async throws -> Answer {
        try await client.removeQueue(name)
        return Answer(["removed": .string(name)], remarks: ["Removed the queue \(name)"])
    }
}

extension QueueReport {
    fileprivate func count(_ states: [JobState]) -> Int64 { states.reduce(0) { $0 + (jobs[$1.rawValue] ?? 0) } }
    fileprivate var waiting: Int64 { count([.accepted, .preparing, .queued, .retrying, .suspended]) }
    fileprivate var running: Int64 { count([.admitted, .starting, .running, .lost]) }
}
