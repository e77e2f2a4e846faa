/// What somebody asks for.
public struct JobRequest: Hashable, Sendable {
    public static let standardQueue = "default"

    /// For people; the program's name without an answer.
    public var name: String?
    public var queue = JobRequest.standardQueue
    /// Higher comes first within a queue.
    public var priority = 0
    /// `schema` and `table` are known to the console; others are as free as these.
    public var labels: [String: String] = [:]
    /// The program of a job without groups, and what groups take over where they say nothing.
    public var task = TaskTemplate()
    public var array: ArrayRequest?
    /// Empty for an ordinary job.
    public var groups: [TaskGroup] = []
    public var dependencies: [Dependency] = []
    public var retry = RetryPolicy()
    /// How long the job may run in all, in milliseconds.
    public var deadline: Int64?
    /// How long it is kept after its end, in milliseconds, before it is archived.
    public var timeToLive: Int64?
    /// Whether it waits to be resumed before anything begins.
    public var suspend = false
    /// A job without end, such as a stream: when its driver ends, it is started again from its checkpoint.
    public var isEndless = false
    /// How long a driver that is told to stop may take, in milliseconds.
    public var stopGrace: Int64 = 30_000
    /// A second submission with the same key gives the first one's job.
    public var idempotencyKey: String?

    public init() {}

    /// What people call it.
    public var title: String {
        if let name { return name }
        if let word = task.file ?? task.command.first {
            return String(word.split(separator: "/").last ?? Substring(word))
        }
        return task.mainClass.map { String($0.split(separator: ".").last ?? Substring($0)) } ?? groups.first?.name ?? ""
    }

    /// The groups that it consists of, with what they take over: one that stands for the whole where none was named.
    public var taskGroups: [TaskGroup] {
        guard groups.isEmpty else {
            return groups.map { group in
                var group = group
                group.task.takeOver(task)
                return group
            }
        }
        var group = TaskGroup()
        group.task = task
        if let array {
            group.replicas = array.count
            group.minimumAvailable = 1
            group.onFailure = .proceed
        }
        return [group]
    }
}

/// A job that another one waits for.
public struct Dependency: Hashable, Sendable {
    public enum Condition: String, CaseIterable, Sendable {
        case succeeded
        /// However it ended.
        case ended
        case failed
    }

    /// Its id.
    public var job: String
    public var on: Condition

    public init(job: String = "", on: Condition = .succeeded) {
        self.job = job
        self.on = on
    }
}

/// When a task that failed is tried again.
public struct RetryPolicy: Hashable, Sendable {
    /// How many tries there are in all, the first among them.
    public var attempts = 1
    /// Milliseconds before the second try; doubled before each further one.
    public var backoff: Int64 = 10_000
    /// Milliseconds between two tries at most.
    public var longestBackoff: Int64 = 600_000
    /// The reasons that are tried again.
    public var reasons: Set<EndReason> = [.error, .signal, .outOfMemory, .lost, .launchFailed, .preempted]
    /// How many more tries an end that says nothing against the job gets.
    public var infrastructuralAttempts = 3

    public init() {}

    /// Milliseconds to wait before the next try.
    ///
    /// - Parameter failures: how many tries have failed, at least one.
    public func wait(after failures: Int) -> Int64 {
        let doublings = min(max(0, failures - 1), 40)
        let (wait, overflows) = backoff.multipliedReportingOverflow(by: 1 << Int64(doublings))
        return overflows ? longestBackoff : min(wait, longestBackoff)
    }
}
