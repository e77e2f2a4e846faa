internal import JobModel

extension EngineCore {
    /// Does what somebody wants of a job, as far as it can be done.
    mutating func obey(_ command: EngineInput.Command, _ ticket: EngineInput.Ticket) {
        guard jobs[command.job] != nil else {
            output.actions.append(.answer(ticket, .notAlive))
            return
        }
        with(command.job) { core, job in
            let refusal: String?
            switch command.verb {
            case .kill: refusal = core.want(.kill, &job, command)
            case .suspend: refusal = core.suspend(&job, command)
            case .resume: refusal = core.resume(&job, command)
            }
            core.output.actions.append(
                .answer(ticket, refusal.map { .refused(job.state, $0) } ?? .done(job.state)))
        }
    }

    /// Begins another round of a job that had failed or was killed.
    mutating func revive(_ record: JobRecord, by actor: Actor, _ ticket: EngineInput.Ticket) {
        guard [.failed, .killed].contains(record.state), jobs[record.id] == nil, ended[record.id] == nil else {
            let why = "it is \(record.state), and only what failed or was killed can be retried"
            output.actions.append(.answer(ticket, .refused(record.state, why)))
            return
        }
        var job = LiveJob(record)
        job.round += 1
        job.started = nil
        job.startsSuspended = false
        output.changes.append(.round(job.id, job.round))
        output.changes.append(.started(job.id, nil))
        if job.intent != nil {
            job.intent = nil
            output.changes.append(.intent(job.id, nil))
        }
        for attempt in record.attempts {
            guard let index = job.task(attempt.id.task) else { continue }
            job.tasks[index].attempts = max(job.tasks[index].attempts, attempt.id.number)
        }
        let groups = job.shape.groups.filter { $0.environment != nil }.map(\.name)
        job.renewing = Set(groups.filter { job.environments[$0] != nil })
        move(&job, to: groups.isEmpty ? .queued : .preparing, "retried", "tried once more", by: actor)
        follow(&job)
        jobs[job.id] = job
        settle(job.id)
        output.actions.append(.answer(ticket, .done(jobs[job.id]?.state ?? job.state)))
    }

    private mutating func suspend(_ job: inout LiveJob, _ command: EngineInput.Command) -> String? {
        if job.state == .suspended { return nil }
        if job.intent == .kill { return "it is being killed" }
        if job.verdict != nil, job.intent == nil { return "it is about to end" }
        return want(.suspend, &job, command)
    }

    private mutating func resume(_ job: inout LiveJob, _ command: EngineInput.Command) -> String? {
        guard job.state == .suspended else {
            return job.intent == .suspend ? "it is being suspended: try again when it is" : "it is not suspended"
        }
        let isReady = job.shape.groups.allSatisfy { $0.environment == nil || job.isReady($0.name) }
        let message = command.message ?? "goes on"
        move(&job, to: isReady ? .queued : .preparing, "resumed", message, by: command.actor)
        settle(&job)
        return nil
    }

    private mutating func want(
        _ intent: Job.Intent, _ job: inout LiveJob, _ command: EngineInput.Command
    ) -> String? {
        if job.intent != intent {
            job.intent = intent
            job.intentActor = command.actor
            job.intentMessage = command.message
            // What was decided before gives way to what somebody wants now.
            job.verdict = nil
            output.changes.append(.intent(job.id, intent))
        }
        settle(&job)
        return nil
    }
}
