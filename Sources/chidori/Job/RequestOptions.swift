internal import ArgumentParser
internal import Diagnostics
internal import Documents

/// What a job runs and with what, as options: each stands for a key of the request.
struct RequestOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("NAME, NAME:VERSION or an id.", valueName: "environment"))
    var environment: String?

    @Option(
        name: .long, help: ArgumentHelp("A recipe in place of an environment: built first.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]))
    var recipe: String?

    @Option(name: .long, help: "The queue. Default: default.")
    var queue: String?

    @Option(name: .long, help: "What people call the job. Default: its program's name.")
    var name: String?

    @Option(name: .long, help: ArgumentHelp("Higher comes first within the queue.", valueName: "n"))
    var priority: String?

    @Option(name: .long, help: ArgumentHelp("A label, such as schema=sales. May be repeated.", valueName: "k=v"))
    var label: [String] = []

    @Option(name: .long, help: ArgumentHelp("Spark's configuration. May be repeated.", valueName: "k=v"))
    var conf: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp("A variable of the driver's. May be repeated. No place for secrets.", valueName: "k=v"))
    var variable: [String] = []

    @Option(name: [.customLong("class")], help: ArgumentHelp("A jar's main class.", valueName: "class"))
    var mainClass: String?

    @Flag(inversion: .prefixedNo, help: "Run it with spark-submit, or not. Default: where the environment has it.")
    var spark: Bool?

    @Option(name: .long, help: ArgumentHelp("Python modules, zips, eggs. May be repeated.", valueName: "path"))
    var pyFiles: [String] = []

    @Option(name: .long, help: ArgumentHelp("Jars for driver and executors. May be repeated.", valueName: "path"))
    var jars: [String] = []

    @Option(name: .long, help: ArgumentHelp("Files for the executors. May be repeated.", valueName: "path"))
    var files: [String] = []

    @Option(name: .long, help: ArgumentHelp("Archives for the executors. May be repeated.", valueName: "path"))
    var archives: [String] = []

    @Option(name: .long, help: ArgumentHelp("A size that an admin has named.", valueName: "name"))
    var driverSize: String?

    @Option(name: .long, help: ArgumentHelp("The driver's memory: 512m, 4g.", valueName: "size"))
    var driverMemory: String?

    @Option(name: .long, help: ArgumentHelp("The driver's cores: 2, 0.5, 500m.", valueName: "n"))
    var driverCores: String?

    @Option(
        name: .long, help: ArgumentHelp("What else the driver takes, such as gpu=1. May be repeated.", valueName: "k=n")
    )
    var accelerator: [String] = []

    @Option(
        name: [.customLong("executor-instances"), .customLong("num-executors")],
        help: ArgumentHelp("How many executors.", valueName: "n"))
    var executorInstances: String?

    @Option(name: .long, help: ArgumentHelp("An executor's memory.", valueName: "size"))
    var executorMemory: String?

    @Option(name: .long, help: ArgumentHelp("An executor's cores.", valueName: "n"))
    var executorCores: String?

    @Option(name: .long, help: ArgumentHelp("With dynamic allocation, the fewest executors.", valueName: "n"))
    var minExecutors: String?

    @Option(name: .long, help: ArgumentHelp("With dynamic allocation, the most executors.", valueName: "n"))
    var maxExecutors: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Mount a volume, for reading unless `:rw` follows. May be repeated.", valueName: "name:/path"))
    var volume: [String] = []

    @Option(
        name: .long, help: ArgumentHelp("A credential that an admin has put down. May be repeated.", valueName: "name"))
    var credential: [String] = []

    @Option(name: .long, help: ArgumentHelp("Run so many like tasks, and so many of them at once.", valueName: "n[:n]"))
    var array: String?

    @Option(
        name: [.customLong("after")],
        help: ArgumentHelp(
            "Wait for another job: to succeed, or as `:ended` or `:failed` says. May be repeated.", valueName: "id"))
    var dependencies: [String] = []

    @Option(name: .long, help: ArgumentHelp("How many tries there are in all.", valueName: "n"))
    var attempts: String?

    @Option(name: .long, help: ArgumentHelp("How long to wait before the second try: 10s.", valueName: "duration"))
    var backoff: String?

    @Option(name: .long, help: ArgumentHelp("How long it may run in all: 2h.", valueName: "duration"))
    var deadline: String?

    @Option(name: .long, help: ArgumentHelp("How long it is kept after its end: 7d.", valueName: "duration"))
    var timeToLive: String?

    @Option(name: .long, help: ArgumentHelp("How long it has to end when it is told to: 30s.", valueName: "duration"))
    var stopGrace: String?

    @Flag(name: .long, help: "Wait to be resumed before anything begins.")
    var suspend = false

    @Flag(name: .long, help: "A job without end, such as a stream: started again when its driver ends.")
    var endless = false

    @Option(name: .long, help: ArgumentHelp("Submitting again with the same key gives the same job.", valueName: "key"))
    var idempotencyKey: String?
}

extension RequestOptions {
    /// What the options say, as a request.
    ///
    /// - Parameter read: reads a recipe's file.
    func document(read: (String) throws -> String) throws -> OptionDocument {
        var document = OptionDocument()
        document.put("name", name)
        document.put("queue", queue)
        document.put("priority", priority)
        try document.put("labels", pairs: label, as: "--label")
        document.put("class", mainClass)
        document.put("spark", spark.map { .boolean($0) })
        document.put("pyFiles", pyFiles)
        document.put("jars", jars)
        document.put("files", files)
        document.put("archives", archives)
        try document.put("conf", pairs: conf, as: "--conf")
        try document.put("variables", pairs: variable, as: "--variable")
        document.put("environment", environment)
        document.put("recipe", try recipe.map { .text(try read($0)) })
        document.put("driverSize", driverSize)
        document.put("driverCores", driverCores)
        document.put("driverMemory", driverMemory)
        try document.put("accelerators", pairs: accelerator, as: "--accelerator")
        document.put("executorInstances", executorInstances)
        document.put("executorCores", executorCores)
        document.put("executorMemory", executorMemory)
        document.put("minExecutors", minExecutors)
        document.put("maxExecutors", maxExecutors)
        if !volume.isEmpty { document.put("volumes", .sequence(try volume.map(Self.volume)), as: "--volume") }
        document.put("credentials", credential, as: "--credential")
        if let (count, parallelism) = array?.halves(at: ":") {
            document.put("array.count", count, as: "--array")
            document.put("array.parallelism", parallelism, as: "--array")
        }
        if !dependencies.isEmpty {
            document.put("dependencies", .sequence(dependencies.map(Self.dependency)), as: "--after")
        }
        document.put("retry.attempts", attempts, as: "--attempts")
        document.put("retry.backoff", backoff, as: "--backoff")
        document.put("deadline", deadline)
        document.put("timeToLive", timeToLive)
        document.put("suspend", suspend ? .boolean(true) : nil)
        document.put("endless", endless ? .boolean(true) : nil)
        document.put("stopGrace", stopGrace)
        document.put("idempotencyKey", idempotencyKey)
        return document
    }

    private static func volume(_ text: String) throws -> SourceNode {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 || (parts.count == 3 && ["ro", "rw"].contains(parts[2])) else {
            throw JobCommandError(
                .request, "--volume \(text)", "is no name and path",
                advice: "write --volume NAME:/PATH or NAME:/PATH:rw")
        }
        return .mapping([
            .init("name", .text(parts[0])), .init("path", .text(parts[1])),
            .init("readOnly", .boolean(parts.count < 3 || parts[2] == "ro")),
        ])
    }

    private static func dependency(_ text: String) -> SourceNode {
        let (job, condition) = text.halves(at: ":")
        guard let condition else { return .text(text) }
        return .mapping([.init("job", .text(job)), .init("on", .text(condition))])
    }
}
