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
            if part.attempt == nil, !part.isComplete { output.say("It has not started yet: nothing was printed") }
        }
        return Answer(["id": .string(id.description)])
    }

    static func follow(_ id: JobID, _ query: LogQuery, _ client: ChidoriClient, _ output: Output) async throws {
        try await client.follow(id, query) { write($0, output) }
    }

    private static func write(_ bytes: [UInt8], _ output: Output) {
        if output.json {
            output.event(["event": "log", "text": .string(String(decoding: bytes, as: UTF8.self))])
        } else {
            bytes.withUnsafeBytes { _ = try? FileDescriptor.standardOutput.writeAll($0) }
        }
    }
}
