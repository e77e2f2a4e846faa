internal import JobModel

extension EngineCore {
    /// Takes the next steps of a job, as many as can be taken now.
    mutating func settle(_ job: inout LiveJob) {
        guard !job.state.isFinal else { return }
        lookAgain(&job)
        skipUnreachable(&job)
        if let verdict = job.verdict ?? self.verdict(on: job) {
            // Somebody who put a job aside wants nothing of it to start again.
            if case .restart = verdict, job.state == .suspended { return }
            job.verdict = verdict
            carryOut(verdict, &job)
            return
        }
        switch job.state {
        case .accepted, .preparing: getReady(&job)
        case .queued:
            _ = ripen(&job)
            ask(&job)
        case .admitted, .starting, .running, .lost:
            startPlaced(&job)
            watch(&job)
            ask(&job)
        case .retrying: tryAgain(&job)
        case .suspended, .succeeded, .failed, .killed: break
        }
    }

    /// What is decided about a job whose way does not simply go on; `nil` where it does.
    private func verdict(on job: LiveJob) -> LiveJob.Verdict? {
        if job.intent == .kill { return .kill }
        for task in job.tasks {
            if let end = end(job, task) { return end }
        }
        for (number, group) in job.shape.groups.enumerated() where group.completesJob {
            if job.tasks.allSatisfy({ $0.group != number || $0.status == .succeeded }) {
                return .succeed("the group \(group.name) has succeeded")
            }
        }
        if job.tasks.allSatisfy(\.isFinal) {
            let failures = job.tasks.filter { $0.status != .succeeded }
            for case .failed(let reason) in failures.map(\.status) {
                return .fail(reason, "\(failures.count) of \(job.tasks.count) tasks failed")
            }
            return .succeed(successes(of: job))
        }
        if job.intent == .suspend, job.state != .suspended { return .suspend }
        if let limit = job.shape.deadline, let started = job.started, now.steady - started.steady >= limit {
            return .fail(.deadlineExceeded, "ran longer than \(Self.span(limit))")
        }
        return unmetDependency(of: job)
    }

    /// What the failure of a task means for its job; `nil` where the job goes on.
    private func end(_ job: LiveJob, _ task: LiveTask) -> LiveJob.Verdict? {
        guard case .failed(let reason) = task.status else { return nil }
        let name = job.tasks.count == 1 ? "" : "task \(job.shape.groups[task.group].name)/\(task.index): "
        let message = name + (task.lastMessage ?? reason.rawValue)
        switch job.shape.groups[task.group].onFailure {
        case .proceed: return nil
        case .complete: return .succeed("its measure has ended: \(message)")
        case .restartTask, .abort: return .fail(reason, message)
        case .restartJob:
            return job.round < job.shape.retry.attempts ? .restart(message) : .fail(reason, message)
        }
    }

    private func unmetDependency(of job: LiveJob) -> LiveJob.Verdict? {
        for dependency in job.shape.dependencies {
            guard let id = JobID(dependency.job), let state = job.dependencies[id], state.isFinal else { continue }
            if dependency.on == .succeeded && state != .succeeded || dependency.on == .failed && state == .succeeded {
                return .fail(.dependencyFailed, "the job \(id) has \(state), and this one waited for another end")
            }
        }
        return nil
    }

    private func successes(of job: LiveJob) -> String {
        job.tasks.count == 1 ? "" : "all \(job.tasks.count) tasks have succeeded"
    }

    /// Ends what lives, and once nothing does, the job itself.
    private mutating func carryOut(_ verdict: LiveJob.Verdict, _ job: inout LiveJob) {
        stopAsking(&job)
        let reason: EndReason =
            switch verdict {
            case .kill: .killed
            case .suspend: .suspended
            case .succeed: .complete
            case .fail(.deadlineExceeded, _): .deadlineExceeded
            case .fail: .aborted
            case .restart: .restarted
            }
        for index in job.tasks.indices { end(&job, index, because: reason) }
        guard !job.hasLivingTasks else { return }
        job.verdict = nil
        // What had done its work before it could be ended has done it.
        let isDone = job.tasks.allSatisfy { $0.status == .succeeded }
        conclude(&job, isDone ? .succeed(successes(of: job)) : verdict)
    }

    /// The last step of a job of which nothing lives.
    private mutating func conclude(_ job: inout LiveJob, _ verdict: LiveJob.Verdict) {
        switch verdict {
        case .kill:
            move(&job, to: .killed, "killed", job.intentMessage ?? "", by: job.intentActor)
        case .suspend:
            move(&job, to: .suspended, "suspended", job.intentMessage ?? "", by: job.intentActor)
            job.intent = nil
            output.changes.append(.intent(job.id, nil))
            forgetStart(&job)
            for index in job.tasks.indices where !job.tasks[index].isFinal { job.tasks[index].status = .pending }
        case .succeed(let message):
            // What ended unseen, while this process or the provider was away, ran before.
            if job.state != .running { pass(&job, through: .running) }
            move(&job, to: .succeeded, "completed", message)
        case .fail(let reason, let message): move(&job, to: .failed, reason.rawValue, message)
        case .restart(let message):
            job.round += 1
            output.changes.append(.round(job.id, job.round))
            forgetStart(&job)
            // Whose environment is being made ready goes on with that, and waits for its next try in the queue.
            if job.state != .preparing { move(&job, to: .retrying, "restarted", message) }
            let wait = now.steady + job.shape.retry.wait(after: job.round - 1)
            for index in job.tasks.indices {
                job.tasks[index].status = .waiting(until: wait)
                job.tasks[index].failures = 0
                job.tasks[index].faults = 0
            }
            settle(&job)
        }
    }

    /// Walks through states that a job passed unseen.
    private mutating func pass(_ job: inout LiveJob, through state: JobState) {
        let way: [JobState] = [.queued, .admitted, .starting, .running]
        guard let last = way.firstIndex(of: state) else { return }
        while job.state != state {
            let next: JobState =
                switch job.state {
                case .lost: .running
                case .retrying, .suspended, .accepted, .preparing: .queued
                default: way[min(last, (way.firstIndex(of: job.state) ?? -1) + 1)]
                }
            move(&job, to: next, "observed", "seen afterwards")
        }
    }

    /// From `retrying` back into the queue, once the first of its tasks may be tried again.
    private mutating func tryAgain(_ job: inout LiveJob) {
        guard ripen(&job) else { return }
        move(&job, to: .queued, "retry", "tries again")
        ask(&job)
    }

    /// Sees to it that a running job whose tasks all wait to be tried again waits as a whole, and that it is looked at when
    /// it has run long enough.
    private mutating func watch(_ job: inout LiveJob) {
        let isBusy = ripen(&job) || job.tasks.contains(where: \.holdsRoom)
        if !isBusy { move(&job, to: .retrying, "retry", job.tasks.compactMap(\.lastMessage).first ?? "") }
        if let limit = job.shape.deadline, let started = job.started { wake(&job, at: started.steady + limit) }
    }

    /// Lets tasks ask for room again whose time has come, and has the job looked at when the next one's will have.
    ///
    /// - Returns: whether any task may ask.
    private mutating func ripen(_ job: inout LiveJob) -> Bool {
        var isRipe = false
        for index in job.tasks.indices {
            switch job.tasks[index].status {
            case .waiting(let until) where until > now.steady: wake(&job, at: until)
            case .waiting:
                job.tasks[index].status = .pending
                isRipe = true
            case .pending: isRipe = true
            default: break
            }
        }
        return isRipe
    }

    /// Takes the tasks out of groups that wait for what cannot come about.
    private mutating func skipUnreachable(_ job: inout LiveJob) {
        for (number, group) in job.shape.groups.enumerated() {
            guard group.after.contains(where: job.isUnreachable) else { continue }
            for index in job.tasks.indices where job.tasks[index].group == number {
                switch job.tasks[index].status {
                case .placed:
                    release(&job, index)
                    job.tasks[index].status = .skipped
                case .pending, .waiting: job.tasks[index].status = .skipped
                default: break
                }
            }
        }
    }

    /// Finds out again what is true of drivers of which nothing could be known.
    private mutating func lookAgain(_ job: inout LiveJob) {
        for index in job.tasks.indices {
            guard let due = job.tasks[index].adoptAgain, let attempt = job.tasks[index].attempt else { continue }
            if due > now.steady {
                wake(&job, at: due)
            } else {
                job.tasks[index].adoptAgain = nil
                output.actions.append(.adopt(attempt.id, attempt.token))
            }
        }
    }

    private mutating func forgetStart(_ job: inout LiveJob) {
        guard job.started != nil else { return }
        job.started = nil
        output.changes.append(.started(job.id, nil))
    }

    /// `90 seconds`, `2 hours`, for messages.
    static func span(_ milliseconds: Int64) -> String {
        for (unit, size) in [("hour", Int64(3_600_000)), ("minute", 60_000), ("second", 1000)]
        where milliseconds >= size && milliseconds % size == 0 {
            return milliseconds == size ? "1 \(unit)" : "\(milliseconds / size) \(unit)s"
        }
        return "\(milliseconds) ms"
    }
}
