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
    /// The keys that the options stand for.
    ///
    /// - Parameter read: reads a recipe's file.
    func entries(read: (String) throws -> String) throws -> [SourceNode.Entry] {
        var entries: [SourceNode.Entry] = []
        func put(_ key: String, _ value: String?) {
            if let value { entries.append(.init(key, Self.word(value))) }
        }
        func put(_ key: String, _ values: [String]) {
            if !values.isEmpty { entries.append(.init(key, .sequence(values.map { .text($0) }))) }
        }
        put("name", name)
        put("queue", queue)
        put("priority", priority)
        try putPairs("labels", pairs: label, of: "--label", to: &entries)
        put("class", mainClass)
        if let spark { entries.append(.init("spark", .boolean(spark))) }
        put("pyFiles", pyFiles)
        put("jars", jars)
        put("files", files)
        put("archives", archives)
        try putPairs("conf", pairs: conf, of: "--conf", to: &entries)
        try putPairs("variables", pairs: variable, of: "--variable", to: &entries)
        put("environment", environment)
        if let recipe { entries.append(.init("recipe", .text(try read(recipe)))) }
        put("driverSize", driverSize)
        put("driverCores", driverCores)
        put("driverMemory", driverMemory)
        try putPairs("accelerators", pairs: accelerator, of: "--accelerator", to: &entries)
        put("executorInstances", executorInstances)
        put("executorCores", executorCores)
        put("executorMemory", executorMemory)
        put("minExecutors", minExecutors)
        put("maxExecutors", maxExecutors)
        if !volume.isEmpty { entries.append(.init("volumes", .sequence(try volume.map(Self.volume)))) }
        put("credentials", credential)
        if let array { entries.append(.init("array", Self.array(array))) }
        if !dependencies.isEmpty {
            entries.append(.init("dependencies", .sequence(dependencies.map(Self.dependency))))
        }
        var retry: [SourceNode.Entry] = []
        if let attempts { retry.append(.init("attempts", Self.word(attempts))) }
        if let backoff { retry.append(.init("backoff", Self.word(backoff))) }
        if !retry.isEmpty { entries.append(.init("retry", .mapping(retry))) }
        put("deadline", deadline)
        put("timeToLive", timeToLive)
        if suspend { entries.append(.init("suspend", .boolean(true))) }
        if endless { entries.append(.init("endless", .boolean(true))) }
        put("stopGrace", stopGrace)
        put("idempotencyKey", idempotencyKey)
        return entries
    }

    /// What an option holds: a number where it is one, and text as well.
    private static func word(_ text: String) -> SourceNode {
        let isNumber = text.utf8.first.map { (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") } ?? false
        return SourceNode(.scalar(text, isNumber ? .plain : .text))
    }

    private func putPairs(
        _ key: String, pairs: [String], of option: String, to entries: inout [SourceNode.Entry]
    ) throws {
        guard !pairs.isEmpty else { return }
        var inner: [SourceNode.Entry] = []
        for pair in pairs {
            guard let equals = pair.firstIndex(of: "="), equals > pair.startIndex else {
                throw JobCommandError(
                    .request, "\(option) \(pair)", "has no name and value", advice: "write \(option) NAME=VALUE")
            }
            let name = String(pair[..<equals])
            inner.removeAll { $0.key == name }
            inner.append(.init(name, Self.word(String(pair[pair.index(after: equals)...]))))
        }
        entries.append(.init(key, .mapping(inner)))
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

    private static func array(_ text: String) -> SourceNode {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        var entries = [SourceNode.Entry("count", word(parts.first ?? text))]
        if parts.count == 2 { entries.append(.init("parallelism", word(parts[1]))) }
        return .mapping(entries)
    }

    private static func dependency(_ text: String) -> SourceNode {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return .text(text) }
        return .mapping([.init("job", .text(parts[0])), .init("on", .text(parts[1]))])
    }
}
