internal import DriverProvider
internal import JobModel

extension EngineCore {
    /// Milliseconds between two looks at a driver of which nothing can be known.
    private static let pauseBetweenLooks: Int64 = 5000

    /// Starts the tasks that have room and whose turn has come.
    mutating func startPlaced(_ job: inout LiveJob) {
        for index in job.tasks.indices where job.tasks[index].status == .placed {
            let group = job.shape.groups[job.tasks[index].group]
            guard group.after.allSatisfy(job.isReached) else { continue }
            if job.state == .admitted { move(&job, to: .starting, "starting", "its driver is started") }
            job.tasks[index].attempts += 1
            let attempt = Attempt(
                id: AttemptID(task: job.id(of: job.tasks[index]), number: job.tasks[index].attempts),
                round: job.round, token: nextToken(), provider: provider, createdAt: now.wall)
            job.tasks[index].status = .living
            job.tasks[index].attempt = attempt
            output.changes.append(.attempt(attempt))
            output.actions.append(
                .launch(
                    LaunchOrder(
                        attempt: attempt.id, token: attempt.token, environment: job.environments[group.name],
                        demand: group.demand, replicas: group.replicas, timeLimit: timeLeft(job),
                        stopGrace: job.shape.stopGrace)))
        }
    }

    private func timeLeft(_ job: LiveJob) -> Int64? {
        job.shape.deadline.map { limit in
            max(1, limit - (job.started.map { now.steady - $0.steady } ?? 0))
        }
    }

    /// Has a task's driver ended, if it has one, and takes its room back if it has none.
    mutating func end(_ job: inout LiveJob, _ index: Int, because reason: EndReason) {
        if job.tasks[index].status == .placed {
            release(&job, index)
            job.tasks[index].status = .pending
        }
        guard let attempt = job.tasks[index].attempt, job.tasks[index].stopReason == nil else { return }
        job.tasks[index].stopReason = reason
        output.actions.append(.stop(attempt.id, grace: job.shape.stopGrace))
    }

    /// Takes in what was seen of a driver.
    mutating func observe(_ observation: DriverObservation) {
        var isKnown = false
        with(observation.attempt.job) { core, job in
            guard let index = job.task(observation.attempt.task), job.tasks[index].attempt?.id == observation.attempt
            else { return }
            isKnown = true
            core.take(observation.status, &job, index)
            core.settle(&job)
        }
        if !isKnown, case .running = observation.status {
            // Nothing of ours may run that no row tells of.
            output.actions.append(.stop(observation.attempt, grace: 0))
        }
    }

    /// Takes in that a launch came to nothing.
    mutating func notLaunched(_ id: AttemptID, _ message: String, _ isFinal: Bool) {
        with(id.job) { core, job in
            guard let index = job.task(id.task), job.tasks[index].attempt?.id == id else { return }
            core.finish(&job, index, .launchFailed, isFinal: isFinal) { $0.message = message }
            core.settle(&job)
        }
    }

    private mutating func take(_ status: DriverStatus, _ job: inout LiveJob, _ index: Int) {
        switch status {
        case .running(let details): began(&job, index, details)
        case .ended(let end):
            noteStart(&job, end.startedAt)
            finish(&job, index, end.reason) { attempt in
                attempt.startedAt = end.startedAt
                attempt.endedAt = end.endedAt
                attempt.exitCode = end.exitCode
                attempt.signal = end.signal
                attempt.message = end.message
                attempt.applicationID = end.applicationID ?? attempt.applicationID
            }
        case .vanished(let message): finish(&job, index, .lost) { $0.message = message }
        case .absent:
            // It was written down and never begun: that is no try.
            let mayStart = job.tasks[index].stopReason == nil
            finish(&job, index, .lost, counts: false) { $0.message = "was never started" }
            if mayStart {
                let node = cluster.nodes.first?.name ?? ""
                hold(&job, index, on: Array(repeating: node, count: 1 + job.demand(of: job.tasks[index]).executors))
                job.tasks[index].status = .placed
            }
        case .unknown(let message):
            job.tasks[index].adoptAgain = now.steady + Self.pauseBetweenLooks
            guard var attempt = job.tasks[index].attempt, attempt.state != .lost else { return }
            attempt.state = .lost
            attempt.message = message
            job.tasks[index].attempt = attempt
            output.changes.append(.attempt(attempt))
            let areAllLost = job.tasks.allSatisfy { $0.attempt == nil || $0.attempt?.state == .lost }
            if areAllLost, job.state.followers.contains(.lost) {
                move(&job, to: .lost, "lost", message, by: .system("provider"))
            }
        }
    }

    private mutating func began(_ job: inout LiveJob, _ index: Int, _ details: DriverDetails) {
        guard var attempt = job.tasks[index].attempt else { return }
        if attempt.state != .lost {
            job.tasks[index].adoptAgain = nil
        } else if job.tasks[index].stopReason != nil {
            // While nobody could be reached, the wish may have been lost.
            output.actions.append(.stop(attempt.id, grace: job.shape.stopGrace))
        }
        // After a doubt this may be older news than the doubt: the next look, which is due already, tells.
        attempt.state = .running
        attempt.startedAt = attempt.startedAt ?? details.startedAt
        attempt.message = nil
        attempt.applicationID = details.applicationID ?? attempt.applicationID
        attempt.userInterface = details.userInterface ?? attempt.userInterface
        if attempt != job.tasks[index].attempt {
            job.tasks[index].attempt = attempt
            output.changes.append(.attempt(attempt))
        }
        noteStart(&job, details.startedAt)
        if job.state == .starting || job.state == .lost {
            move(&job, to: .running, "running", "its driver runs: \(details.place)", by: .system("provider"))
        }
    }

    /// The job's time runs from its first driver's start.
    private mutating func noteStart(_ job: inout LiveJob, _ moment: Moment) {
        guard job.started == nil else { return }
        job.started = (moment, now.steady)
        output.changes.append(.started(job.id, moment))
    }

    /// Writes down how a task's attempt ended, and what that makes of the task.
    ///
    /// - Parameters:
    ///   - isFinal: whether trying again would not help.
    ///   - counts: whether it was a try at all.
    private mutating func finish(
        _ job: inout LiveJob, _ index: Int, _ seen: EndReason, isFinal: Bool = false, counts: Bool = true,
        _ describe: (inout Attempt) -> Void
    ) {
        guard var attempt = job.tasks[index].attempt else { return }
        attempt.state = .ended
        attempt.endedAt = now.wall
        describe(&attempt)
        // Who told it to end knows why; a program that had come to its end by itself has done so.
        let told = job.tasks[index].stopReason
        let reason = seen == .completed || seen == .deadlineExceeded ? seen : told ?? seen
        attempt.reason = reason
        output.changes.append(.attempt(attempt))
        release(&job, index)
        job.tasks[index].attempt = nil
        job.tasks[index].stopReason = nil
        job.tasks[index].adoptAgain = nil
        job.tasks[index].status = .pending
        if seen != .launchFailed, counts, job.state == .starting || job.state == .lost {
            move(&job, to: .running, "running", "its driver ran", by: .system("provider"))
        }
        if counts { register(&job, index, reason, attempt, isFinal: isFinal) }
    }

    /// What the end of an attempt makes of its task.
    mutating func register(
        _ job: inout LiveJob, _ index: Int, _ reason: EndReason, _ attempt: Attempt, isFinal: Bool
    ) {
        job.tasks[index].lastMessage = attempt.summary
        switch reason {
        case .completed where !job.shape.isEndless: job.tasks[index].status = .succeeded
        case .completed: wait(&job, index, after: 1, attempt)
        case .killed, .aborted, .complete: job.tasks[index].status = .failed(reason)
        case .suspended, .restarted: job.tasks[index].status = .pending
        case .lost, .preempted, .launchFailed:
            let rule = job.shape.groups[job.tasks[index].group].onFailure
            job.tasks[index].faults += 1
            let mayTry = job.tasks[index].faults <= job.shape.retry.infrastructuralAttempts || job.shape.isEndless
            if !isFinal, rule != .restartJob, mayTry, job.shape.retry.reasons.contains(reason) {
                wait(&job, index, after: job.tasks[index].faults, attempt)
            } else {
                job.tasks[index].status = .failed(reason)
            }
        default:
            let rule = job.shape.groups[job.tasks[index].group].onFailure
            job.tasks[index].failures += 1
            let mayTry =
                job.tasks[index].failures < job.shape.retry.attempts && job.shape.retry.reasons.contains(reason)
            if mayTry && (rule == .restartTask || rule == .proceed) || job.shape.isEndless {
                wait(&job, index, after: job.tasks[index].failures, attempt)
            } else {
                job.tasks[index].status = .failed(reason)
            }
        }
    }

    /// Has a task tried again in a while, counted from the end of its last attempt.
    private func wait(_ job: inout LiveJob, _ index: Int, after failures: Int, _ attempt: Attempt) {
        let passed = max(0, now.wall.milliseconds - (attempt.endedAt ?? now.wall).milliseconds)
        let wait = job.shape.retry.wait(after: failures)
        job.tasks[index].status = .waiting(until: now.steady + max(0, wait - min(passed, wait)))
    }
}

extension Attempt {
    /// What became of it, for people.
    fileprivate var summary: String {
        let end =
            if let exitCode, exitCode != 0 { "the program ended with status \(exitCode)" } else if let signal {
                "the program was ended by signal \(signal)"
            } else { reason?.rawValue ?? "" }
        return message.map { end.isEmpty || end == reason?.rawValue ? $0 : "\(end): \($0)" } ?? end
    }
}
