public import EnvironmentSupply
public import JobModel
internal import Scheduling

/// What the core keeps of a request while the job lives: enough to decide, little enough to hold many.
public struct JobShape: Hashable, Sendable {
    public var groups: [Group]
    public var dependencies: [Dependency]
    public var retry: RetryPolicy
    public var deadline: Int64?
    public var stopGrace: Int64
    public var isEndless: Bool

    /// Tasks of one kind, their needs worked out.
    public struct Group: Hashable, Sendable {
        public var name: String
        public var replicas: Int
        public var minimum: Int
        /// How many may run at once.
        public var parallelism: Int
        public var demand: TaskDemand
        public var priority: Int
        public var after: [TaskGroup.Order]
        public var onFailure: TaskGroup.FailureRule
        public var completesJob: Bool
        public var environment: EnvironmentReference?
    }

    /// - Parameter demand: what a task needs.
    public init(_ request: JobRequest, demand: (TaskTemplate) throws -> TaskDemand) rethrows {
        groups = try request.taskGroups.map { group in
            Group(
                name: group.name, replicas: group.replicas,
                minimum: min(group.minimumAvailable ?? group.replicas, group.replicas),
                parallelism: request.groups.isEmpty ? request.array?.parallelism ?? group.replicas : group.replicas,
                demand: try demand(group.task), priority: group.priority, after: group.after,
                onFailure: group.onFailure, completesJob: group.completesJob,
                environment: group.task.recipe.map { .recipe($0) } ?? group.task.environment.map { .named($0) })
        }
        dependencies = request.dependencies
        retry = request.retry
        deadline = request.isEndless ? nil : request.deadline
        stopGrace = request.stopGrace
        isEndless = request.isEndless
    }

    func group(_ name: String) -> Group? { groups.first { $0.name == name } }
}

extension JobShape {
    /// Why a job could never start, whatever ends; `nil` where it could.
    func impossibility(in queue: String, _ snapshot: Snapshot) -> Wait? {
        let gang = groups.filter { !$0.after.contains { $0.until == .succeeded } }
        let pieces = gang.flatMap { group in
            Array(repeating: group.demand.pieces, count: group.minimum).flatMap { $0 }
        }
        var units = [Ask.Unit(pieces)]
        units += groups.map { Ask.Unit($0.demand.pieces) }
        let ask = Ask(job: JobID(high: 0, low: 0), queue: queue, units: units)
        return Scheduling.impossibility(of: ask, in: snapshot)
    }
}
