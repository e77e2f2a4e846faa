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
        let isReady = job.shape.groups.allSatisfy { $0.environment == nil || job.environments[$0.name] != nil }
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
