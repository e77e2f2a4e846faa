internal import JSONDocument
public import SystemPackage

/// What is started, and within what limits: the attempt's `launch.json`, which only its owner may read.
public struct LaunchOrder: Sendable, Hashable {
    /// Names the attempt on this machine, and its control groups: letters, digits, `-`, `_` and `.`.
    public var name: String
    /// Comes back in every record of the attempt.
    public var token: Int64
    /// The program's path and its arguments.
    public var command: [String]
    /// All that it sees.
    public var variables: [String: String]
    /// Where it runs.
    public var folder: FilePath
    /// As whom it runs; as whoever starts it if `nil`.
    public var user: ProcessUser?
    public var limits: ProcessLimits
    /// Milliseconds between being told to end and being ended, where its time is over.
    public var stopGrace: Int64
    public var log: LogLimits
    public var groups: ControlGroups
    /// The folder of the attempt's that was there before; set at the launch.
    var root: FilePath?

    public init(
        name: String, token: Int64 = 0, command: [String], variables: [String: String] = [:], folder: FilePath,
        user: ProcessUser? = nil, limits: ProcessLimits = ProcessLimits(), stopGrace: Int64 = 30_000,
        log: LogLimits = LogLimits(), groups: ControlGroups = .none
    ) {
        self.name = name
        self.token = token
        self.command = command
        self.variables = variables
        self.folder = folder
        self.user = user
        self.limits = limits
        self.stopGrace = stopGrace
        self.log = log
        self.groups = groups
    }
}

/// What a process and all that it starts may take together; `nil` for as much as there is.
public struct ProcessLimits: Sendable, Hashable {
    /// Bytes.
    public var memory: Int64?
    /// Thousandths of a core.
    public var processor: Int64?
    /// Milliseconds, by a clock that nobody sets.
    public var time: Int64?

    public init(memory: Int64? = nil, processor: Int64? = nil, time: Int64? = nil) {
        self.memory = memory
        self.processor = processor
        self.time = time
    }
}

/// How much of what a process prints is kept.
public struct LogLimits: Sendable, Hashable {
    /// Bytes of one file.
    public var segment: Int64
    /// Files at most, the one that is being written among them.
    public var segments: Int

    public init(segment: Int64 = 16 << 20, segments: Int = 8) {
        self.segment = max(1, segment)
        self.segments = max(1, segments)
    }
}

/// A user of the system.
public struct ProcessUser: Sendable, Hashable {
    public var user: UInt32
    public var group: UInt32
    /// A file that the process sees as `/etc/passwd`, so that programs find the user's name and home; `nil` for the
    /// machine's own. Needs the right to mount.
    public var accounts: FilePath?

    public init(user: UInt32, group: UInt32, accounts: FilePath? = nil) {
        self.user = user
        self.group = group
        self.accounts = accounts
    }
}

extension LaunchOrder {
    /// The variable by which every process of the attempt can be told, with the order's name.
    static let nameVariable = "CHIDORI_SUPERVISED"
}

extension LaunchOrder: AttemptRecord {
    static let fileName = "launch.json"

    var json: JSON {
        [
            "name": .string(name), "token": JSON(token), "command": JSON(command),
            "variables": .object(variables.mapValues(JSON.string)), "folder": .string(folder.string),
            "user": user.map {
                [
                    "user": JSON($0.user), "group": JSON($0.group), "accounts": JSON($0.accounts?.string),
                ]
            } ?? .null,
            "limits": [
                "memory": .optional(limits.memory), "processor": .optional(limits.processor),
                "time": .optional(limits.time),
            ],
            "root": JSON(root?.string), "stopGrace": JSON(stopGrace),
            "log": ["segment": JSON(log.segment), "segments": JSON(log.segments)],
            "groups": [
                "memory": groups.memory.json, "processor": groups.processor.json, "members": groups.members.json,
            ],
        ]
    }

    init(_ record: RecordFields) throws(RecordFault) {
        name = try record.text("name")
        token = try record.number("token")
        command = try record.texts("command")
        variables = try record.table("variables")
        folder = FilePath(try record.text("folder"))
        if let user = record.inner("user") {
            self.user = ProcessUser(
                user: UInt32(clamping: try user.number("user")), group: UInt32(clamping: try user.number("group")),
                accounts: user.optionalText("accounts").map { FilePath($0) })
        } else {
            user = nil
        }
        let limits = record.inner("limits")
        self.limits = ProcessLimits(
            memory: limits?.optionalNumber("memory"), processor: limits?.optionalNumber("processor"),
            time: limits?.optionalNumber("time"))
        root = record.optionalText("root").map { FilePath($0) }
        stopGrace = try record.number("stopGrace")
        let log = record.inner("log")
        self.log = LogLimits(
            segment: log?.optionalNumber("segment") ?? LogLimits().segment,
            segments: Int(clamping: log?.optionalNumber("segments") ?? 8))
        let groups = record.inner("groups")
        self.groups = ControlGroups(
            memory: groups?.place("memory"), processor: groups?.place("processor"), members: groups?.place("members"))
    }
}

extension ControlGroups.Place? {
    fileprivate var json: JSON {
        map { ["version": JSON($0.version), "parent": .string($0.parent.string)] } ?? .null
    }
}

extension RecordFields {
    fileprivate func place(_ name: String) -> ControlGroups.Place? {
        guard let place = inner(name), let version = place.optionalNumber("version"),
            let parent = place.optionalText("parent")
        else { return nil }
        return ControlGroups.Place(version: Int(clamping: version), parent: FilePath(parent))
    }
}
