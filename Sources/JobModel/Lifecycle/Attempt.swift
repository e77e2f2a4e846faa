/// A task of a job: one of a group's replicas. An ordinary job has one, `main` 0.
public struct TaskID: Hashable, Sendable, CustomStringConvertible {
    public var job: JobID
    public var group: String
    /// Counts from 0.
    public var index: Int

    public init(job: JobID, group: String = TaskGroup.ordinary, index: Int = 0) {
        self.job = job
        self.group = group
        self.index = index
    }

    public var description: String { "\(job)/\(group)/\(index)" }
}

/// One try at running a task. Everything that it makes outside bears this name.
public struct AttemptID: Hashable, Sendable, CustomStringConvertible {
    public var task: TaskID
    /// Counts a task's tries from 1; never used again.
    public var number: Int

    public init(task: TaskID, number: Int) {
        self.task = task
        self.number = number
    }

    public var job: JobID { task.job }

    /// `01k…/main/0/1`.
    public var description: String { "\(task)/\(number)" }
}

/// Says which of two starters is the newer one: higher than that of any attempt before it, whichever process gave it.
/// Who launches a driver refuses a token that is lower than one it has seen for the task.
public struct FencingToken: Hashable, Comparable, Sendable {
    public var value: Int64

    public init(_ value: Int64) {
        self.value = value
    }

    public static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

/// One try at running a task, as it is kept.
public struct Attempt: Hashable, Sendable {
    public enum State: String, CaseIterable, Sendable {
        /// Written before anything is started.
        case starting
        case running
        /// Nobody can say at the moment what became of it.
        case lost
        case ended
    }

    public var id: AttemptID
    /// The job's round that it belongs to: restarting a whole job begins another.
    public var round: Int
    public var token: FencingToken
    /// Where it runs: `local`.
    public var provider: String
    public var state: State
    public var createdAt: Moment
    public var startedAt: Moment?
    public var endedAt: Moment?
    public var reason: EndReason?
    /// The program's status, where it ended by itself.
    public var exitCode: Int32?
    /// The signal that ended it.
    public var signal: Int32?
    /// For people: what is known beyond the reason.
    public var message: String?
    /// Spark's name for it.
    public var applicationID: String?
    /// Where Spark's own pages are while it runs: `http://127.0.0.1:4040`.
    public var userInterface: String?

    public init(
        id: AttemptID, round: Int, token: FencingToken, provider: String, state: State = .starting, createdAt: Moment
    ) {
        self.id = id
        self.round = round
        self.token = token
        self.provider = provider
        self.state = state
        self.createdAt = createdAt
    }

    /// Whether it ended as a program that did its work.
    public var succeeded: Bool { state == .ended && reason == .completed }
}
