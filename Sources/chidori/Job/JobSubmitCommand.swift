internal import ArgumentParser
internal import ChidoriClient
internal import Diagnostics
internal import Documents
internal import FileSystem
internal import JSONDocument
internal import JobAPI
internal import JobModel
internal import SystemPackage

/// `chidori job submit`: hands a job in, and prints its id.
struct JobSubmitCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit", abstract: "Submit a job, and print its id.",
        usage: """
            chidori job submit [<options>] <file.py> [-- <argument> ...]
            chidori job submit [<options>] --class <class> <file.jar> [-- <argument> ...]
            chidori job submit [<options>] --command <word> ...
            chidori job submit [<options>] --request <file>
            """,
        discussion: """
            The job is durable when the id is printed. What is told twice, by --request and by an option, is as the option \
            says.

            Examples:
              chidori job submit --environment features train.py -- --rate 0.5
              chidori job submit --class com.example.Main --driver-memory 2g \\
                --num-executors 4 etl.jar
              chidori job submit --array 20:4 --command python -c \\
                'import os; print(os.environ["CHIDORI_TASK_INDEX"])'
              chidori job submit --request nightly.yaml --queue science --wait
            """)

    @Argument(help: "A Python program or a jar: a path or URL that the driver can read.", completion: .file())
    var file: String?

    @Argument(parsing: .postTerminator, help: "What the program is given.")
    var arguments: [String] = []

    @Flag(name: .long, help: "Run what follows, to the line's end, as a plain command.")
    var command = false

    @Option(
        name: .long, help: ArgumentHelp("A request in YAML or JSON, as the API takes it.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var request: String?

    @Flag(name: .long, help: "Wait for the job's end; the status tells how it ended.")
    var wait = false

    @Flag(name: .long, help: "Print what its driver prints, behind the id, and wait for its end.")
    var follow = false

    @OptionGroup(title: "Job options") var job: RequestOptions
    @OptionGroup(title: "Server options") var shared: ServerOptions

    func validate() throws {
        if command, arguments.isEmpty { throw ValidationError("--command takes a command behind it") }
        if command, file != nil { throw ValidationError("--command takes no file: '\(file ?? "")' belongs behind it") }
        if command, job.mainClass != nil { throw ValidationError("--command and --class exclude each other") }
        if file == nil, !command, request == nil, job.mainClass == nil {
            throw ValidationError("name a file, or give --command or --request")
        }
    }

    func answer(_ client: ChidoriClient) async throws -> Answer {
        let request = try composed(isLocal: client.isLocal)
        let (made, isNew) = try await client.submit(request)
        guard wait || follow else {
            return Answer(
                ["job": Job.shape.json(made), "isNew": .bool(isNew)], text: made.id.description,
                remarks: isNew ? [] : ["This job was there already: its idempotency key was used before"])
        }
        if output.json {
            output.event(["event": "submitted", "id": .string(made.id.description)])
        } else {
            writeAll(made.id.description + "\n", to: .standardOutput)
        }
        let patient = try shared.client(patience: JobWaiting.patience)
        let waiting = JobWaiting(patient, output: output, isQuiet: follow)
        if follow { try await JobLogsCommand.follow(made.id, LogQuery(), patient, output) }
        return Answer(endOf: try await waiting.end(of: made.id))
    }

    private func composed(isLocal: Bool) throws -> JobRequest {
        var composed = try RequestFile(request)
        if file != nil || command { composed.remove(["file", "command", "class", "args", "arguments"]) }
        var options = try job.document { try RequestFile.text(of: absolute($0)) }
        if let file {
            if isLocal, !file.contains("://"), !absolute(file).isThere {
                throw JobCommandError(
                    .request, file, "is not there", advice: "name a file that is, or a URL that the driver can read")
            }
            options.put("file", .text(isLocal ? path(file) : file), as: "<file>")
        }
        let words = SourceNode.sequence(arguments.map { .text($0) })
        if command {
            options.put("command", words)
        } else if !arguments.isEmpty {
            options.put("args", words, as: "<argument>")
        }
        composed.put(options)
        return try composed.request()
    }

    private func path(_ text: String) -> String { text.contains("://") ? text : absolute(text).string }
}
