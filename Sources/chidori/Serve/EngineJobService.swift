internal import DriverProvider
internal import HTTPServer
internal import JobAPI
internal import JobEngine
internal import JobModel
internal import JobStore
internal import Scheduling

/// The core as the HTTP server asks it.
struct EngineJobService: JobService {
    let engine: JobEngine

    func submit(
        _ request: JobRequest, from submitter: Submitter, audit entry: AuditEntry
    ) async throws -> (job: Job, isNew: Bool) {
        let submission = try await engine.submit(
            request, tenant: submitter.tenant, user: submitter.user, audit: entry)
        return (submission.job, submission.isNew)
    }

    func command(_ order: JobOrder) async throws -> OrderOutcome {
        let answer =
            switch order.verb {
            case .retry: await engine.retry(order.job, by: order.actor)
            case .kill: await engine.command(.init(.kill, order.job, by: order.actor, message: order.message))
            case .suspend: await engine.command(.init(.suspend, order.job, by: order.actor, message: order.message))
            case .resume: await engine.command(.init(.resume, order.job, by: order.actor, message: order.message))
            }
        switch answer {
        case .done(let state): return .done(state)
        case .refused(let state, let why): return .refused(state, why)
        case .notAlive:
            guard let job = try await engine.store.job(order.job) else {
                throw JobStoreError(.missing, "job \(order.job)", "is not in the store")
            }
            // What is over cannot be killed, and is as good as killed.
            guard job.state.isFinal else {
                throw JobEngineError(
                    .stopping, "the server", "is stopping", advice: "send the same again in a moment")
            }
            if order.verb == .kill { return .done(job.state) }
            let isArchived = try await engine.store.listed(order.job) == nil
            return .refused(job.state, isArchived ? "it is in the archive" : "")
        }
    }

    func wait(of job: JobID) async throws -> WaitReport? {
        guard let wait = await engine.wait(of: job), let asked = try await engine.store.job(job) else { return nil }
        var message = wait.message
        if let other = wait.behind, try await engine.store.job(other)?.tenant != asked.tenant {
            message = message.replacing("the job \(other)", with: "another job")
        }
        return WaitReport(
            state: asked.state, reason: wait.reason, message: message, position: wait.position,
            decidedAt: wait.plannedAt)
    }

    func set(_ settings: Settings, following version: Int, by actor: Actor, audit entry: AuditEntry) async throws {
        _ = try await engine.set(settings, following: version, by: actor, audit: entry)
    }

    func details(of attempt: AttemptID) async -> DriverDetails? { engine.details(of: attempt) }

    func log(of attempt: AttemptID, from offset: Int64, limit: Int) async throws -> LogPiece {
        try await engine.log(of: attempt, from: offset, limit: limit)
    }

    func cluster() async throws -> Cluster { engine.cluster() }

    func tasks(of job: JobID) async throws -> TaskCounts? { await engine.tasks(of: job) }

    func use() async throws -> ClusterReport.Use {
        let use = engine.usage().values.reduce(Usage(), +)
        return ClusterReport.Use(drivers: use.drivers, resources: use.resources)
    }

    var steps: AsyncStream<Transition> { engine.changes() }
}
