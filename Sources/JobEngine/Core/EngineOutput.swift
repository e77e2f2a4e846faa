public import EnvironmentSupply
public import JobModel

/// What follows from what happened: rows to write in one transaction, and what to do once they are durable, and not
/// before.
public struct EngineOutput: Sendable {
    public var changes: [JobChange] = []
    public var actions: [EngineAction] = []

    public init() {}

    public var isEmpty: Bool { changes.isEmpty && actions.isEmpty }

    public mutating func append(_ other: EngineOutput) {
        changes += other.changes
        actions += other.actions
    }
}

/// Something to do outside.
public enum EngineAction: Hashable, Sendable {
    /// Make the environment of a group ready and take its lease, then tell.
    case prepare(JobID, group: String, EnvironmentReference)
    /// The job uses no environment any more.
    case release(JobID)
    case launch(LaunchOrder)
    /// Milliseconds.
    case stop(AttemptID, grace: Int64)
    /// Find out what is true of an attempt, and watch it.
    case adopt(AttemptID, FencingToken)
    case answer(EngineInput.Ticket, CommandAnswer)
}

/// What is decided of a launch; the rest stands in the job's row.
public struct LaunchOrder: Hashable, Sendable {
    public var attempt: AttemptID
    public var token: FencingToken
    /// The environment's id.
    public var environment: String?
    public var demand: TaskDemand
    public var replicas: Int
    /// Milliseconds.
    public var timeLimit: Int64?
    public var stopGrace: Int64
}

/// What became of a command. The answer is given when what it says is durable.
public enum CommandAnswer: Hashable, Sendable {
    /// The job is in this state now, or on its way from it.
    case done(JobState)
    /// The job is not alive: it has ended, or there is none.
    case notAlive
    /// The command makes no sense in this state.
    case refused(JobState, String)
}
