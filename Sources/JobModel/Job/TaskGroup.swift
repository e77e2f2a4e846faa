/// Tasks of one kind within a job: the workers of an MPI job, a parameter server.
public struct TaskGroup: Hashable, Sendable {
    /// The group that a job without groups consists of.
    public static let ordinary = "main"

    public var name: String
    public var replicas = 1
    /// How many must have room for any to start; all of them without an answer.
    public var minimumAvailable: Int?
    public var task = TaskTemplate()
    /// Among the groups of one job, those with higher priority get room first beyond the minimum.
    public var priority = 0
    /// Groups that come before this one.
    public var after: [Order] = []
    public var onFailure = FailureRule.restartTask
    /// Whether the group's success ends the whole job, others running or not.
    public var completesJob = false

    public init(name: String = TaskGroup.ordinary) {
        self.name = name
    }

    /// What this group waits for.
    public struct Order: Hashable, Sendable {
        public var group: String
        public var until: Milestone

        public init(group: String = "", until: Milestone = .running) {
            self.group = group
            self.until = until
        }
    }

    public enum Milestone: String, CaseIterable, Sendable {
        /// All of its minimum runs.
        case running
        /// All of its tasks have succeeded.
        case succeeded
    }

    /// What the failure of a task means.
    public enum FailureRule: String, CaseIterable, Sendable {
        /// The task alone is started again, as often as the job's retries allow; then the job fails.
        case restartTask
        /// All tasks of the job are ended and started again, as often as its retries allow; then the job fails.
        case restartJob
        /// The task is started again as often as the retries allow; without it the job goes on, and fails at its end.
        case proceed
        /// The job ends well: the task was its measure.
        case complete
        /// The job fails at once.
        case abort
    }
}

/// A job of many like tasks, each of which knows its index.
public struct ArrayRequest: Hashable, Sendable {
    public var count: Int
    /// How many may run at once; all of them without an answer.
    public var parallelism: Int?

    public init(count: Int = 1, parallelism: Int? = nil) {
        self.count = count
        self.parallelism = parallelism
    }
}
