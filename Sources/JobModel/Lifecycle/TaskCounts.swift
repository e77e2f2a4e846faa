/// How far the tasks of a job have come in its round.
public struct TaskCounts: Hashable, Sendable {
    public var total: Int
    /// Those that have a driver, or are being given one.
    public var running = 0
    public var succeeded = 0
    /// Those that failed and are not tried again.
    public var failed = 0
    /// Those that wait for room, for another task or for another try; of a job that has ended, those that came to no end of
    /// their own.
    public var waiting = 0

    public init(total: Int = 0) {
        self.total = total
    }

    /// Of a job that nobody decides about now, from its rows.
    public init(_ job: Job, _ attempts: [Attempt]) {
        self.init(total: job.request.taskGroups.reduce(0) { $0 + $1.replicas })
        let last = Dictionary(grouping: attempts.filter { $0.round == job.round }, by: \.id.task)
            .compactMapValues { $0.max { $0.id.number < $1.id.number } }
        for attempt in last.values {
            if attempt.state != .ended {
                running += 1
            } else if attempt.succeeded {
                succeeded += 1
            } else if job.state.isFinal, attempt.reason.map(EndReason.decided.contains) != true {
                failed += 1
            }
        }
        waiting = total - running - succeeded - failed
    }
}
