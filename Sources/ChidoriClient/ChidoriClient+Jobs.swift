internal import Documents
internal import JSONDocument
public import JobAPI
public import JobModel
internal import Transfer

extension ChidoriClient {
    /// Submits a job. One without an idempotency key gets one, so that a lost answer makes no second job.
    ///
    /// - Returns: the job, and whether it came about by this call.
    public func submit(_ request: JobRequest) async throws -> (job: Job, isNew: Bool) {
        var request = request
        if request.idempotencyKey == nil { request.idempotencyKey = Self.newKey() }
        let answer = try await send(.post, APIPath.jobs, body: JobRequest.shape.json(request), mayRepeat: true)
        return (try read(answer, Job.shape), answer.status == 201)
    }

    public func job(_ id: JobID) async throws -> Job { try await tagged(id).job }

    /// A job with its entity tag.
    public func tagged(_ id: JobID) async throws -> TaggedJob {
        let answer = try await send(.get, APIPath.job(id))
        return TaggedJob(job: try read(answer, Job.shape), tag: answer.headers["ETag"] ?? "")
    }

    /// Waits for a job to become another than it was.
    ///
    /// - Returns: `nil` where it has not within 20 seconds.
    public func change(of known: TaggedJob) async throws -> TaggedJob? {
        let answer = try await send(
            .get, APIPath.job(known.job.id), query: [("wait", "20s")], headers: [("If-None-Match", known.tag)])
        if answer.status == 304 { return nil }
        return TaggedJob(job: try read(answer, Job.shape), tag: answer.headers["ETag"] ?? "")
    }

    public func jobs(_ query: JobQuery) async throws -> JobList {
        try read(try await send(.get, APIPath.jobs, query: Self.pairs(query, JobQuery.shape)), JobList.shape)
    }

    /// Tells a job what to do. What was done already is no mistake for `kill`.
    public func command(_ verb: JobVerb, _ id: JobID, message: String? = nil) async throws -> Job {
        let order = CommandOrder(message: message)
        let answer = try await send(
            .post, APIPath.job(id, verb.rawValue), body: CommandOrder.shape.json(order), mayRepeat: verb == .kill)
        return try read(answer, Job.shape)
    }

    public func history(of id: JobID) async throws -> [Transition] {
        try read(try await send(.get, APIPath.job(id, "history")), Transition.listShape).items
    }

    public func attempts(of id: JobID) async throws -> [Attempt] {
        try read(try await send(.get, APIPath.job(id, "attempts")), Attempt.listShape).items
    }

    public func audit(of id: JobID) async throws -> [AuditReport] {
        try read(try await send(.get, APIPath.job(id, "audit")), AuditReport.listShape).items
    }

    public func wait(of id: JobID) async throws -> WaitReport {
        try read(try await send(.get, APIPath.job(id, "why")), WaitReport.shape)
    }

    private static func newKey() -> String {
        "client-" + String(UInt64.random(in: .min ... .max), radix: 36)
            + String(UInt64.random(in: .min ... .max), radix: 36)
    }

    /// A model as a query: a pair for each value.
    static func pairs<Model>(_ model: Model, _ shape: Shape<Model>) -> [(String, String)] {
        shape.write(model).flatMap { entry -> [(String, String)] in
            switch entry.value.content {
            case .scalar(let text, _): [(entry.key, text)]
            case .sequence(let items):
                items.compactMap { item in
                    guard case .scalar(let text, _) = item.content else { return nil }
                    return (entry.key, text)
                }
            case .mapping: []
            }
        }
    }
}

/// A job as it was at a moment.
public struct TaggedJob: Sendable {
    public var job: Job
    /// Tells this from what it is later.
    public var tag: String
}
