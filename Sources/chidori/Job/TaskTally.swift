internal import Diagnostics
internal import JSONDocument
internal import JobModel

/// How far the tasks of a job have come in its round.
struct TaskTally: Equatable {
    /// How many there are.
    var total: Int
    /// Those that have a driver, or are being given one.
    var running = 0
    var succeeded = 0
    /// Those that are not tried again.
    var failed = 0

    /// Those that wait for room, for another task or for another try; of a job that has ended, those that never ran.
    var waiting: Int { total - running - succeeded - failed }

    init(_ job: Job, _ attempts: [Attempt]) {
        total = job.request.taskGroups.reduce(0) { $0 + $1.replicas }
        let last = Dictionary(grouping: attempts.filter { $0.round == job.round }, by: \.id.task)
            .compactMapValues { $0.max { $0.id.number < $1.id.number } }
        for attempt in last.values {
            if attempt.state != .ended {
                running += 1
            } else if attempt.succeeded {
                succeeded += 1
            } else if job.state.isFinal || attempt.id.number >= job.request.retry.attempts {
                failed += 1
            }
        }
    }

    /// `of 20 tasks 4 run, 6 have succeeded, 1 has failed, 9 wait`.
    func text(of job: Job) -> String {
        func part(_ count: Int, _ one: String, _ many: String) -> String? {
            count == 0 ? nil : "\(count) \(count == 1 ? one : many)"
        }
        let parts = [
            part(running, "runs", "run"), part(succeeded, "has succeeded", "have succeeded"),
            part(failed, "has failed", "have failed"),
            job.state.isFinal ? part(waiting, "never ran", "never ran") : part(waiting, "waits", "wait"),
        ]
        return "of \(counted(total, "task")) " + parts.compactMap { $0 }.joined(separator: ", ")
    }

    var json: JSON {
        [
            "total": JSON(total), "running": JSON(running), "succeeded": JSON(succeeded), "failed": JSON(failed),
            "waiting": JSON(waiting),
        ]
    }
}
