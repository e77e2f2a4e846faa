/// What a task runs, and with what.
public struct TaskTemplate: Hashable, Sendable {
    /// A Python program or a jar: a path or URL that the driver can read.
    public var file: String?
    /// A jar's main class.
    public var mainClass: String?
    /// What the program is given.
    public var arguments: [String] = []
    /// A plain command instead of a file: its first word is looked up in the environment's `bin` first.
    public var command: [String] = []
    /// Whether `spark-submit` runs it; without an answer, where the environment has it and the program may need it.
    public var spark: Bool?
    public var pyFiles: [String] = []
    public var jars: [String] = []
    public var files: [String] = []
    public var archives: [String] = []
    /// Spark's configuration.
    public var conf: [String: String] = [:]
    /// The driver's environment variables, beyond the environment's own. No place for secrets.
    public var variables: [String: String] = [:]
    /// `NAME[:VERSION]` or an id.
    public var environment: String?
    /// A recipe in YAML that is built first.
    public var recipe: String?
    public var driver = DriverRequest()
    public var executors = ExecutorRequest()
    public var volumes: [VolumeMount] = []
    /// Names of credentials that an admin has put down; the driver finds them as files.
    public var credentials: [String] = []
    /// Hosts or zones where its data lies, the best first.
    public var locality: [String] = []

    public init() {}

    public enum Kind: String, Sendable {
        case command
        case python
        /// A class or jar, which `spark-submit` runs.
        case jvm
    }

    public var kind: Kind {
        if !command.isEmpty { return .command }
        return mainClass != nil || file?.hasSuffix(".jar") == true ? .jvm : .python
    }
}

/// The driver's size: by name, or in numbers, which win.
public struct DriverRequest: Hashable, Sendable {
    /// One of the sizes that an admin has named.
    public var size: String?
    /// Thousandths of a core.
    public var cpu: Int64?
    /// Bytes, as `spark.driver.memory` means it: without overhead.
    public var memory: Int64?
    /// By resource's name.
    public var accelerators: [String: Int64] = [:]

    public init() {}
}

/// The executors of a Spark job, where they are asked for beside `conf`.
public struct ExecutorRequest: Hashable, Sendable {
    public var instances: Int?
    /// Dynamic allocation: the fewest with which the job can go on; it is admitted with these.
    public var minimum: Int?
    public var maximum: Int?
    public var cores: Int?
    /// Bytes, without overhead.
    public var memory: Int64?

    public init() {}
}

public struct VolumeMount: Hashable, Sendable {
    /// One of the volumes that an admin has named.
    public var name: String
    /// Where the driver finds it.
    public var path: String
    public var isReadOnly: Bool

    public init(name: String = "", path: String = "", isReadOnly: Bool = true) {
        self.name = name
        self.path = path
        self.isReadOnly = isReadOnly
    }
}
