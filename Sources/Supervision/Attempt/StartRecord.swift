internal import JSONDocument
public import JobModel
internal import SystemPackage

/// That a process was started, and which: the attempt's `started.json`, durable before the program's first instruction.
public struct StartRecord: Sendable, Hashable {
    public var token: Int64
    public var process: ProcessIdentity
    /// Its shim.
    public var shim: ProcessIdentity
    public var startedAt: Moment
    /// Folders of the control groups that it is in.
    public var groups: [String]
    /// How its limits are kept.
    public var memoryLimit: Enforcement
    public var processorLimit: Enforcement
    /// What of the machine's means does not work, for people.
    public var complaints: [String]

    public enum Enforcement: String, Sendable {
        /// By the kernel.
        case controlGroup
        /// By the shim, which looks several times a second.
        case watched
        /// There is none, or none that could be kept.
        case none
    }
}

extension StartRecord: AttemptRecord {
    static let fileName = "started.json"

    var json: JSON {
        [
            "token": JSON(token), "process": process.json, "shim": shim.json,
            "startedAt": .string(startedAt.description), "groups": JSON(groups),
            "memoryLimit": .string(memoryLimit.rawValue), "processorLimit": .string(processorLimit.rawValue),
            "complaints": JSON(complaints),
        ]
    }

    init(_ record: RecordFields) throws(RecordFault) {
        token = try record.number("token")
        process = try record.process("process")
        shim = try record.process("shim")
        startedAt = try record.moment("startedAt")
        groups = try record.texts("groups")
        memoryLimit = Enforcement(rawValue: try record.text("memoryLimit")) ?? .none
        processorLimit = Enforcement(rawValue: try record.text("processorLimit")) ?? .none
        complaints = try record.texts("complaints")
    }
}

extension ProcessIdentity {
    fileprivate var json: JSON {
        ["process": JSON(process), "startTicks": JSON(startTicks), "boot": .string(boot)]
    }
}

extension RecordFields {
    fileprivate func process(_ name: String) throws(RecordFault) -> ProcessIdentity {
        guard let process = inner(name) else { throw RecordFault(message: "has no process `\(name)`") }
        return ProcessIdentity(
            process: Int32(clamping: try process.number("process")),
            startTicks: UInt64(clamping: try process.number("startTicks")), boot: try process.text("boot"))
    }

    func moment(_ name: String) throws(RecordFault) -> Moment {
        guard let moment = Moment(try text(name)) else { throw RecordFault(message: "has no time `\(name)`") }
        return moment
    }
}
