internal import Documents
internal import HTTPTypes
internal import JSONDocument
internal import JobAPI
internal import JobModel
internal import JobStore

/// Jobs: submit, list, look at, steer.
enum JobRoutes {
    static func all(_ parts: ServerParts) -> [Route] {
        [submit(parts), list(parts), show(parts), delete(parts)] + JobVerb.allCases.map { command($0, parts) }
            + [history(parts), attempts(parts), audit(parts), wait(parts)]
    }

    private static func submit(_ parts: ServerParts) -> Route {
        Route(
            "POST", APIPath.jobs, "job.submit", tag: "jobs", "Submit a job.",
            details: """
                The job is durable when the answer comes. With an idempotency key (in the body, or as a header), sending the \
                same request again gives the job that there is, with 200.
                """,
            headers: [
                .init(
                    name: "Idempotency-Key",
                    doc: "As `idempotencyKey` in the body: a second submission with it gives the first one's job.")
            ], body: .jobRequest,
            answers: [
                .json(201, .job, "The job, which is durable now."),
                .json(200, .job, "The job that an earlier submission with the same key made."),
            ]
        ) { exchange in
            var request = try exchange.document(JobRequest.shape)
            if let key = exchange.headers[.idempotencyKey] { try take(key: key, into: &request) }
            let caller = exchange.caller
            guard caller.may(.submitter, in: request.queue) else {
                try await parts.audit.refuse(exchange, "job.submit", "queue \(request.queue)")
                throw Problem.forbidden("submitting a job", needs: .submitter, in: request.queue)
            }
            let (job, isNew) = try await parts.jobs.submit(
                request,
                from: Submitter(
                    tenant: caller.tenant, user: caller.user, request: exchange.id, trace: exchange.trace),
                audit: parts.audit.entry(exchange, "job.submit", "a job"))
            return .document(job, Job.shape, status: isNew ? 201 : 200).with(.location, APIPath.job(job.id))
        }
    }

    /// The key of the header, which may also be written as a structured field's string (in quotes).
    private static func take(key: String, into request: inout JobRequest) throws {
        var text = key[...]
        if text.count > 1, text.hasPrefix("\""), text.hasSuffix("\"") { text = text.dropFirst().dropLast() }
        guard (1...255).contains(text.unicodeScalars.count) else {
            throw Problem(
                422, "invalid", title: "The request says what cannot be",
                detail: "the header Idempotency-Key: must have 1 to 255 characters", subject: "Idempotency-Key")
        }
        if let other = request.idempotencyKey, other != text {
            throw Problem(
                422, "invalid", title: "The request says what cannot be",
                detail: "the header Idempotency-Key: differs from `idempotencyKey` in the body",
                subject: "Idempotency-Key", advice: "send one of them")
        }
        request.idempotencyKey = String(text)
    }

    private static func list(_ parts: ServerParts) -> Route {
        Route(
            "GET", APIPath.jobs, "job.list", tag: "jobs", "List jobs, the newest first.",
            details: "Jobs that fit everything that is asked for. A page stays good whatever is submitted meanwhile.",
            query: JobQuery.shape.schema, answers: [.json(200, .jobList, "A part of the list."), .unchanged]
        ) { exchange in
            let query = try exchange.query(JobQuery.shape)
            guard let filter = filter(query, for: exchange.caller) else {
                return .document(JobList(), JobList.shape).tagged(for: exchange)
            }
            let page = try await parts.store.page(
                filter, after: try query.cursor.map { try JobCursor($0) }, limit: query.limit)
            return .document(JobList(jobs: page.jobs, next: page.next?.description), JobList.shape)
                .tagged(for: exchange)
        }
    }

    /// `nil` where nothing can fit: another tenant's jobs.
    private static func filter(_ query: JobQuery, for caller: Caller) -> JobFilter? {
        var filter = JobFilter(caller.audience)
        if let tenant = query.tenant {
            guard filter.audience.tenants?.contains(tenant) ?? true else { return nil }
            filter.audience.tenants = [tenant]
        }
        filter.states = Set(query.states)
        filter.queue = query.queue.map { $0.hasSuffix(".*") ? .within(String($0.dropLast(2))) : .itself($0) }
        filter.user = query.user
        for label in query.labels {
            let parts = label.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            filter.labels[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
        }
        if let schema = query.schema { filter.labels["schema"] = schema }
        if let table = query.table { filter.labels["table"] = table }
        filter.environment = query.environment
        filter.createdAfter = query.createdAfter
        filter.createdBefore = query.createdBefore
        filter.text = query.text
        return filter
    }

    private static func show(_ parts: ServerParts) -> Route {
        Route(
            "GET", APIPath.jobs + "/{id}", "job.show", tag: "jobs", "A job as it is.",
            details: "With `wait` and `If-None-Match` the answer comes when the job has become another.",
            query: ChangeQuery.shape.schema,
            headers: [.init(name: "If-None-Match", doc: "The entity tag of the job as it is known.")],
            answers: [.json(200, .job, "The job."), .unchanged]
        ) { exchange in
            let query = try exchange.query(ChangeQuery.shape)
            let id = try exchange.jobID()
            let deadline = ContinuousClock.now + .milliseconds(query.wait)
            // Before the first look, so that nothing is missed between it and waiting.
            let listener = query.wait > 0 ? parts.feed.listen { $0.job == id } : nil
            while true {
                let reply = Reply.document(try await parts.job(of: exchange), Job.shape).tagged(for: exchange)
                guard reply.status == 304, let listener, case .entry = await listener.next(until: deadline) else {
                    return reply
                }
            }
        }
    }

    private static func delete(_ parts: ServerParts) -> Route {
        Route(
            "DELETE", APIPath.jobs + "/{id}", "job.delete", tag: "jobs", "Kill a job.",
            details: """
                A job that lives is killed, as with `kill`. Of one that has ended nothing is left to do: its history stays \
                until its time to live is over.
                """,
            answers: [.json(202, .job, "It is being killed."), .json(200, .job, "It had ended before.")]
        ) { exchange in
            let job = try await parts.job(of: exchange)
            try await authorize(.kill, job, exchange, parts)
            if job.state.isFinal { return .document(job, Job.shape) }
            return try await carryOut(.kill, job, CommandOrder(), exchange, parts)
        }
    }

    private static func command(_ verb: JobVerb, _ parts: ServerParts) -> Route {
        Route(
            "POST", APIPath.jobs + "/{id}/\(verb.rawValue)", "job.\(verb.rawValue)", tag: "jobs", verb.summary,
            details: verb.details,
            headers: [.init(name: "If-Match", doc: "The entity tag that the job must still have.")],
            body: .commandOrder,
            isBodyRequired: false,
            answers: [.json(202, .job, "The job, on its way."), .json(200, .job, "The job, as was wanted.")]
        ) { exchange in
            let order = try exchange.document(CommandOrder.shape, isRequired: false)
            let job = try await parts.job(of: exchange)
            try await authorize(verb, job, exchange, parts)
            if let wanted = exchange.headers[.ifMatch] {
                let tag = EntityTag(of: Array(Job.shape.json(job).compact.utf8))
                guard tag.isNamed(in: wanted) else { throw Problem.stale }
            }
            return try await carryOut(verb, job, order, exchange, parts)
        }
    }

    private static func authorize(
        _ verb: JobVerb, _ job: Job, _ exchange: Exchange, _ parts: ServerParts
    ) async throws {
        guard !exchange.caller.mayCommand(job) else { return }
        let subject = "job \(job.id)"
        try await parts.audit.refuse(exchange, "job.\(verb.rawValue)", subject)
        throw Problem.forbidden(subject, needs: .operator, in: job.request.queue)
    }

    private static func carryOut(
        _ verb: JobVerb, _ job: Job, _ order: CommandOrder, _ exchange: Exchange, _ parts: ServerParts
    ) async throws -> Reply {
        let outcome = try await parts.jobs.command(
            JobOrder(verb, job.id, by: exchange.caller.actor, message: order.message))
        var entry = parts.audit.entry(exchange, "job.\(verb.rawValue)", "job \(job.id)", message: order.message ?? "")
        entry.tenant = job.tenant
        switch outcome {
        case .done:
            try await parts.audit.record(entry)
            let job = try await parts.store.job(job.id) ?? job
            return .document(job, Job.shape, status: verb.isDone(job) ? 200 : 202)
        case .refused(.killed, _) where verb == .kill: return .document(job, Job.shape)
        case .refused(let state, let why):
            entry.outcome = .failed
            entry.message = why
            try await parts.audit.record(entry)
            throw Problem.refused(verb, job.id, state, why)
        }
    }

    private static func history(_ parts: ServerParts) -> Route {
        Route(
            "GET", APIPath.jobs + "/{id}/history", "job.history", tag: "jobs", "Every step of a job.",
            answers: [.json(200, .transitions, "The steps, the first one first."), .unchanged]
        ) { exchange in
            let job = try await parts.job(of: exchange)
            return .document(ItemList(try await parts.store.transitions(of: job.id)), Transition.listShape)
                .tagged(for: exchange)
        }
    }

    private static func attempts(_ parts: ServerParts) -> Route {
        Route(
            "GET", APIPath.jobs + "/{id}/attempts", "job.attempts", tag: "jobs", "Every try at running a job's tasks.",
            answers: [.json(200, .attempts, "The attempts, by group, index and number."), .unchanged]
        ) { exchange in
            let job = try await parts.job(of: exchange)
            return .document(ItemList(try await parts.store.attempts(of: job.id)), Attempt.listShape)
                .tagged(for: exchange)
        }
    }

    private static func audit(_ parts: ServerParts) -> Route {
        Route(
            "GET", APIPath.jobs + "/{id}/audit", "job.audit", tag: "jobs", "Who did what to a job, or tried.",
            answers: [.json(200, .audit, "Entries of the audit, the newest first."), .unchanged]
        ) { exchange in
            let job = try await parts.job(of: exchange)
            var filter = AuditFilter(tenants: exchange.caller.isAdministrator ? nil : [exchange.caller.tenant])
            filter.subject = "job \(job.id)"
            return .document(
                ItemList(try await parts.store.audit(filter, limit: 1000).map(AuditReport.init)), AuditReport.listShape
            )
            .tagged(for: exchange)
        }
    }

    private static func wait(_ parts: ServerParts) -> Route {
        Route(
            "GET", APIPath.jobs + "/{id}/why", "job.why", tag: "jobs", "Why a job is where it is.",
            answers: [.json(200, .wait, "What it waits for.")]
        ) { exchange in
            let job = try await parts.job(of: exchange)
            var wait =
                try await parts.jobs.wait(of: job.id) ?? WaitReport(state: job.state, message: job.reasonForPeople)
            if let tasks = try await parts.jobs.tasks(of: job.id) {
                wait.tasks = tasks
            } else {
                wait.tasks = TaskCounts(job, try await parts.store.attempts(of: job.id))
            }
            return .document(wait, WaitReport.shape)
        }
    }
}

extension JobVerb {
    fileprivate var summary: String {
        switch self {
        case .kill: "Kill a job."
        case .suspend: "Put a job aside until it is resumed."
        case .resume: "Let a job that was put aside go on."
        case .retry: "Try a job that has ended once more."
        }
    }

    fileprivate var details: String {
        switch self {
        case .kill:
            "Its drivers are told to end, and ended when `stopGrace` is over. Killing a job that is being killed is no mistake."
        case .suspend: "Its drivers are told to end; when it is resumed, it begins anew."
        case .resume: "It goes back into its queue."
        case .retry: "A job that failed or was killed goes back into its queue, for another round."
        }
    }

    /// Whether nothing more has to come about.
    fileprivate func isDone(_ job: Job) -> Bool {
        switch self {
        case .kill: job.state.isFinal
        case .suspend: job.state == .suspended
        case .resume, .retry: job.intent == nil
        }
    }
}

extension Job {
    fileprivate var reasonForPeople: String {
        if state.isFinal { return message.isEmpty ? "it has ended: \(reason)" : "it has ended: \(message)" }
        return message.isEmpty ? "it waits for nothing" : message
    }
}

extension AuditReport {
    init(_ entry: AuditEntry) {
        self.init()
        number = entry.number
        at = entry.at
        actor = entry.actor.text
        tenant = entry.tenant
        action = entry.action
        subject = entry.subject
        outcome = entry.outcome.rawValue
        message = entry.message
        request = entry.request
    }
}
