internal import Documents
internal import JSONDocument

extension TaskTemplate {
    /// What one request may ask for; more is a slip of the keyboard.
    enum Limits {
        /// Thousandths of a core.
        static let cpu: ClosedRange<Int64> = 1...4_096_000
        /// Bytes.
        static let memory: ClosedRange<Int64> = 1 << 20...1 << 46
        static let executors = 0...100_000
        static let executorCores = 1...4096
        /// Characters.
        static let path = 1...4096
    }

    /// The keys of what a task runs and with what, which stand beside a job's or a group's own.
    static let fields: [Field<TaskTemplate>] = [
        Field(
            "file", \.file, .text(Limits.path),
            synonyms: [
                "appResource", "pythonFile", "python_file", "mainFile", "script", "main", "application", "app", "jar",
            ],
            examples: ["train.py"], "A Python program or a jar: a path or URL that the driver can read."),
        Field(
            "class", \.mainClass, .text(1...1024),
            synonyms: ["className", "mainClass", "main_class_name", "main-class"],
            examples: ["com.example.Main"], "A jar's main class."),
        Field(
            "args", \.arguments, .arguments, synonyms: ["parameters", "appArgs", "argv"], "What the program is given."),
        Field(alternative: "arguments", \.arguments, .arguments, "The same as `args`."),
        Field(
            "command", \.command, .command, synonyms: ["cmd"],
            "A plain command in place of a file: a list of words, or a text that is cut as a shell would."),
        Field(
            "spark", \.spark, .flag,
            "Whether `spark-submit` runs it. Without an answer: where the environment has it and the program may need it."
        ),
        Field(
            "pyFiles", \.pyFiles, .list(of: .text(Limits.path)), synonyms: ["py-files", "py_files"],
            "Python modules, zips and eggs for the driver and the executors."),
        Field("jars", \.jars, .list(of: .text(Limits.path)), "Jars for the driver and the executors."),
        Field("files", \.files, .list(of: .text(Limits.path)), "Files for each executor's working folder."),
        Field(
            "archives", \.archives, .list(of: .text(Limits.path)),
            "Archives that are unpacked in each executor's working folder."),
        Field(
            "conf", \.conf, .texts { Name.configuration.complaint(of: $0) },
            synonyms: ["sparkConf", "spark_conf", "sparkProperties", "configuration"], "Spark's configuration."),
        Field(
            "variables", \.variables, .texts { Name.variable.complaint(of: $0) },
            synonyms: ["env", "envVars", "environmentVariables", "env_vars"],
            "The driver's environment variables, beyond the environment's own. No place for secrets."),
        Field(
            "environment", \.environment, .text(1...256), synonyms: ["environmentId", "environment_key", "image"],
            examples: ["features:3"], "The environment: `NAME`, `NAME:VERSION`, or an id."),
        Field(
            "recipe", \.recipe, .text(1...1 << 18),
            "A recipe in YAML in place of an environment: it is built before the job is queued."),
        Field(
            "driverSize", \.driver.size, .name(.resource), synonyms: ["size"], examples: ["medium"],
            "One of the sizes that an admin has named. Numbers win over it."),
        Field(
            "driverCores", \.driver.cpu, .cores(Limits.cpu), synonyms: ["driverCpu", "driverCPU", "cores", "cpu"],
            examples: ["0.5"], "The driver's cores."),
        Field(
            "driverMemory", \.driver.memory, .memory(Limits.memory), synonyms: ["memory"], examples: ["4g"],
            "The driver's memory without overhead, as `spark.driver.memory` means it."),
        Field("accelerators", \.driver.accelerators, .counts, synonyms: ["gpus", "gpu"], "Of the driver, by name."),
        Field(
            "executorInstances", \.executors.instances, .integer(Limits.executors),
            synonyms: ["numExecutors", "num-executors", "executors", "instances", "num_workers"], "How many executors."),
        Field("executorCores", \.executors.cores, .integer(Limits.executorCores), "An executor's cores."),
        Field(
            "executorMemory", \.executors.memory, .memory(Limits.memory), examples: ["4g"],
            "An executor's memory without overhead."),
        Field(
            "minExecutors", \.executors.minimum, .integer(Limits.executors),
            "With dynamic allocation: the fewest with which the job can go on. It is admitted with these."),
        Field(
            "maxExecutors", \.executors.maximum, .integer(Limits.executors), "With dynamic allocation: the most."),
        Field(
            "volumes", \.volumes, .list(of: VolumeMount.shape.codec), synonyms: ["mounts", "volumeMounts"],
            "Volumes that the driver finds mounted."),
        Field(
            "credentials", \.credentials, .list(of: .name(.resource)), synonyms: ["secrets"],
            "Names of credentials that an admin has put down."),
        Field(
            "locality", \.locality, .list(of: .text(1...253)),
            "Hosts or zones where the task's data lies, the best first."),
    ]

    /// Looks at what only several keys together say.
    ///
    /// - Parameters:
    ///   - task: as it holds, with what it took over.
    ///   - entries: its own keys.
    static func check(
        _ task: TaskTemplate, _ entries: [SourceNode.Entry], _ mark: SourceMark, _ reading: inout Reading
    ) {
        func report(_ code: DocumentError.Code, _ key: String, _ message: String, _ advice: String) {
            reading.report(code, under: key, of: entries, at: mark, message, advice: advice)
        }
        if !task.command.isEmpty {
            if task.file != nil { report(.conflict, "command", "excludes `file`", "keep one of the two") }
            if task.mainClass != nil { report(.conflict, "command", "excludes `class`", "keep one of the two") }
            if task.spark == true { report(.conflict, "spark", "means nothing for a command", "take it out") }
        } else if let file = task.file {
            if task.mainClass != nil, !file.lowercased().hasSuffix(".jar") {
                report(
                    .conflict, "class", "is a jar's, and `file` is no jar",
                    "name the jar in `file`, or take `class` out")
            }
        } else if entries.contains(where: { isUnreadableProgram($0) }) {
            // It has been told of.
        } else if task.mainClass == nil {
            report(.missingKey, "file", "is missing, and so are `command` and `class`", "say what the job runs")
        } else if task.jars.isEmpty, task.environment == nil, task.recipe == nil {
            report(.missingKey, "file", "is missing: nothing has the class", "name the jar in `file`")
        }
        if task.environment != nil, task.recipe != nil {
            report(.conflict, "recipe", "excludes `environment`", "keep one of the two")
        }
        if let least = task.executors.minimum, let most = task.executors.maximum, least > most {
            report(.conflict, "minExecutors", "is more than `maxExecutors`, which is \(most)", "\(most) or less")
        }
        if entries.contains(where: { $0.key == "args" }), entries.contains(where: { $0.key == "arguments" }) {
            report(.conflict, "arguments", "means the same as `args`", "keep one of the two")
        }
    }
}

/// Whether a key says what runs, in vain.
private func isUnreadableProgram(_ entry: SourceNode.Entry) -> Bool {
    switch entry.key {
    case "file": !entry.value.isNull
    case "command": !entry.value.isNull && entry.value.content != .sequence([])
    default: false
    }
}

extension Codec where Value == [String] {
    /// Words, or one text that is cut as a shell would.
    fileprivate static var command: Codec {
        let words = Codec<[String]>.arguments.checked { words, node, reading in
            if words.first?.isEmpty == true { reading.report(.badValue, at: node.mark, "begins with an empty word") }
        }
        let line = parsed("a command", parse: { try ShellWords.split($0) }, print: { $0.joined(separator: " ") })
        return Codec(
            schema: [.init("anyOf", .array([.object(words.schema), .object([.init("type", .string("string"))])]))],
            read: { node, reading in
                if case .scalar = node.content, !node.isNull { return line.read(node, &reading) }
                return words.read(node, &reading)
            }, write: words.write)
    }
}

extension VolumeMount {
    static let shape = Shape(
        "A volume that the driver finds mounted.", initial: VolumeMount(),
        fields: [
            Field("name", \.name, .name(.resource), required: true, "One of the volumes that an admin has named."),
            Field(
                "path", \.path, .text(1...4096), required: true, synonyms: ["mountPath"], examples: ["/data"],
                "Where the driver finds it."),
            Field("readOnly", \.isReadOnly, .flag, "Whether the driver may only read it."),
        ]
    ) { mount, entries, mark, reading in
        guard !reading.isLenient, !mount.path.isEmpty, !mount.path.hasPrefix("/") else { return }
        reading.report(.badValue, under: "path", of: entries, at: mark, "is not absolute", advice: "begin it with `/`")
    }
}
