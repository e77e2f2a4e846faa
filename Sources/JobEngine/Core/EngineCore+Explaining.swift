public import JobModel
internal import Scheduling

/// Why a job is where it is.
public struct WaitingReason: Hashable, Sendable {
    /// A word to match on.
    public var reason: String
    public var message: String
    /// How many jobs of its queue are served before it, where it asks for room.
    public var position: Int?
    /// When the last plan was made.
    public var plannedAt: Moment?
    /// The job that is named in the message, where it is another one: not everybody may know of it.
    public var behind: JobID?
}

extension EngineCore {
    /// Whether a job has not ended, as far as the core knows.
    public func isAlive(_ job: JobID) -> Bool { jobs[job] != nil }

    /// What a job waits for; `nil` where it does not live, or does not wait.
    public func wait(of id: JobID, at now: ClockReading) -> WaitingReason? {
        guard let job = jobs[id] else { return nil }
        if job.verdict != nil || job.intent != nil {
            let living = job.tasks.filter { $0.attempt != nil }.count
            let drivers = living == 1 ? "its driver" : "its \(living) drivers"
            return WaitingReason(reason: "stopping", message: "waits for \(drivers) to end")
        }
        switch job.state {
        case .preparing:
            return WaitingReason(
                reason: "environment",
                message: job.prepareAgain.map {
                    "its environment could not be made; that is tried again in \(Self.rounded($0 - now.steady))"
                } ?? "its environment is being made")
        case .suspended: return WaitingReason(reason: "suspended", message: "waits until somebody resumes it")
        case .retrying:
            let next = job.tasks.compactMap { task -> Int64? in
                guard case .waiting(let until) = task.status else { return nil }
                return until
            }.min()
            return WaitingReason(
                reason: "backoff", message: "is tried again in \(Self.rounded((next ?? now.steady) - now.steady))")
        case .queued where !job.mayStart:
            let open = job.shape.dependencies.filter { dependency in
                JobID(dependency.job).flatMap { job.dependencies[$0]?.isFinal } != true
            }.map(\.job)
            return WaitingReason(reason: "dependency", message: "waits for \(open.joined(separator: ", ")) to end")
        default: break
        }
        guard job.isAsking else { return nil }
        let wait = plan?.wait(of: id, in: job.queue)
        return WaitingReason(
            reason: wait?.reason ?? "asked", message: wait?.description ?? "asks for room; the next round decides",
            position: job.state == .queued ? lanes.position(of: id, in: job.queue, priority: job.priority) : nil,
            plannedAt: plan?.madeAt, behind: wait?.behind)
    }

    /// How far the tasks of a living job are; `nil` where it does not live.
    public func tasks(of id: JobID) -> TaskCounts? {
        guard let job = jobs[id] else { return nil }
        var counts = TaskCounts(total: job.tasks.count)
        for task in job.tasks {
            switch task.status {
            case .placed, .living: counts.running += 1
            case .succeeded: counts.succeeded += 1
            case .failed(let reason) where !EndReason.decided.contains(reason): counts.failed += 1
            case .pending, .waiting, .skipped, .failed: counts.waiting += 1
            }
        }
        return counts
    }

    private static func rounded(_ milliseconds: Int64) -> String { span(max(0, (milliseconds + 999) / 1000) * 1000) }
}
