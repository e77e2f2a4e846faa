internal import ArgumentParser
internal import ChidoriClient
internal import JSONDocument
internal import JobAPI
internal import JobModel
internal import SystemPackage

/// `chidori job logs`: what a job's driver has printed.
struct JobLogsCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Print what a job's driver has printed.",
        usage: "chidori job logs [<options>] <id>",
        discussion: """
            Both of the driver's streams go to standard output, byte by byte as they were; with --json each piece is in an \
            event.

            Examples:
              chidori job logs 01m80ys0kzeasnes75wqcd1vj1 --tail 20
              chidori job logs -f 01m80ys0kzeasnes75wqcd1vj1
              chidori job logs 01m80ys0kzeasnes75wqcd1vj1 --task workers/3 --attempt 1
            """)

    @Argument(help: "The job's id.")
    var id: String

    @Flag(name: .shortAndLong, help: "Go on until the job has ended, over all attempts.")
    var follow = false

    @Option(name: .long, help: ArgumentHelp("Only so many lines from the end.", valueName: "n"))
    var tail: Int?

    @Option(
        name: .long, help: ArgumentHelp("GROUP, GROUP/INDEX or an index. Default: the first task.", valueName: "task"))
    var task: String?

    @Option(name: .long, help: ArgumentHelp("Which try. Default: the last one.", valueName: "n"))
    var attempt: Int?

    @OptionGroup(title: "Server options") var shared: ServerOptions

    var patience: Duration { follow ? JobWaiting.patience : .seconds(2) }

    func answer(_ client: ChidoriClient) async throws -> Answer {
        var query = LogQuery()
        (query.tail, query.task, query.attempt) = (tail, task, attempt)
        let id = try jobID(id)
        if follow {
            try await Self.follow(id, query, client, output)
        } else {
            let part = try await client.log(of: id, query)
            Self.write(part.bytes, output)
            if part.attempt == nil { try await Self.tellAbsence(id, query, client, output) }
        }
        return Answer(["id": .string(id.description)])
    }

    /// Prints a log as it comes. Where the job has none after a second, or at its end, it says why.
    static func follow(_ id: JobID, _ query: LogQuery, _ client: ChidoriClient, _ output: Output) async throws {
        func tellIfNeverStarted() async throws {
            guard try await client.attempts(of: id).isEmpty else { return }
            try await tellAbsence(id, query, client, output)
        }
        let telling = Task {
            try await Task.sleep(for: .seconds(1))
            try await tellIfNeverStarted()
        }
        defer { telling.cancel() }
        try await client.follow(id, query) { write($0, output) }
        try await tellIfNeverStarted()
    }

    /// Says on standard error why there is no log.
    private static func tellAbsence(
        _ id: JobID, _ query: LogQuery, _ client: ChidoriClient, _ output: Output
    ) async throws {
        let wait = try await client.wait(of: id)
        let task = query.task.map { "task \($0) of " } ?? ""
        let isOver = wait.state.isFinal ? ", and there will be none" : " yet"
        output.say("No log of \(task)job \(id)\(isOver): \(wait.state.rawValue): \(wait.message)")
    }

    private static func write(_ bytes: [UInt8], _ output: Output) {
        if output.json {
            output.event(["event": "log", "text": .string(String(decoding: bytes, as: UTF8.self))])
        } else {
            bytes.withUnsafeBytes { _ = try? FileDescriptor.standardOutput.writeAll($0) }
        }
    }
}
