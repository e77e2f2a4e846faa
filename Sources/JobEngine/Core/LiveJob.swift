internal import JobModel

/// A job that has not ended.
struct LiveJob: Sendable {
    let id: JobID
    let queue: String
    let priority: Int
    let shape: JobShape
    var state: JobState
    var transitions: Int
    var round: Int
    var intent: Job.Intent?
    /// Who asked for the intent.
    var intentActor = Actor.system("engine")
    var intentMessage: String?
    var startsSuspended: Bool
    var environments: [String: String]
    /// Groups whose environment is known, and has to be made ready and leased again.
    var renewing: Set<String> = []
    /// Groups whose environment is being made.
    var preparing: Set<String> = []
    /// When an environment that could not be made is tried again, by the steady clock, and how often it failed.
    var prepareAgain: Int64?
    var prepareFailures = 0
    var tasks: [LiveTask]
    var updatedAt: Moment
    /// When the round's first driver ran, by both clocks.
    var started: (wall: Moment, steady: Int64)?
    /// When it is looked at again at the latest, by the steady clock.
    var alarm: Int64?
    /// What is decided and waits for living drivers to end.
    var verdict: Verdict?
    /// What is known of the jobs it depends on.
    var dependencies: [JobID: JobState]
    /// Whether the lane of its queue has an ask of it.
    var isAsking = false

    /// How a job is going to go on once nothing of it lives.
    enum Verdict: Hashable, Sendable {
        case kill
        case suspend
        case succeed(String)
        case fail(EndReason, String)
        case restart(String)
    }

    /// Whether the environment of a group is where drivers reach it.
    func isReady(_ group: String) -> Bool { environments[group] != nil && !renewing.contains(group) }

    var hasLivingTasks: Bool { tasks.contains { $0.attempt != nil } }

    func task(_ id: TaskID) -> Int? {
        tasks.firstIndex { shape.groups[$0.group].name == id.group && $0.index == id.index }
    }

    func id(of task: LiveTask) -> TaskID {
        TaskID(job: id, group: shape.groups[task.group].name, index: task.index)
    }

    func demand(of task: LiveTask) -> TaskDemand { shape.groups[task.group].demand }
}
