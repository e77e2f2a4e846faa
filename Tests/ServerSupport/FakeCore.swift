public import DriverProvider
public import HTTPServer
public import JobAPI
public import JobModel
public import JobStore
import Synchronization

/// A core without scheduler and drivers: jobs do what the test says. What is durable goes to a real store.
public final class FakeCore: JobService {
    private struct State {
        var logs: [AttemptID: (bytes: [UInt8], isComplete: Bool)] = [:]
        var waits: [JobID: WaitReport] = [:]
        var submitters: [Submitter] = []
        var clock: Int64 = 1_795_320_000_000
    }

    private let state = Mutex(State())
    public let store: JobStore
    public let steps: AsyncStream<Transition>
    private let tell: AsyncStream<Transition>.Continuation

    public init(_ store: JobStore) {
        self.store = store
        (steps, tell) = AsyncStream.makeStream()
    }

    /// Each look is a millisecond later.
    public func now() -> Moment {
        state.withLock { state in
            state.clock += 1
            return Moment(milliseconds: state.clock)
        }
    }

    public var submitters: [Submitter] { state.withLock { $0.submitters } }

    /// Moves a job on, step by step.
    public func move(_ id: JobID, _ states: JobState..., reason: String = "because", message: String = "") async throws
    {
        for next in states {
            guard let job = try await store.job(id) else { return }
            let step = Transition(
                job: id, number: job.transitions + 1, at: now(), from: job.state, to: next, reason: reason,
                message: message, actor: .system("engine"))
            try await store.commit([.transition(step)])
            tell.yield(step)
        }
    }

    /// Writes an attempt down whose driver is yet to be started.
    public func prepare(_ attempt: AttemptID) async throws {
        let row = Attempt(id: attempt, round: 1, token: store.nextToken(), provider: "fake", createdAt: now())
        try await store.commit([.attempt(row)])
    }

    /// Begins an attempt whose log a test writes.
    public func begin(_ attempt: AttemptID) async throws {
        try await prepare(attempt)
        state.withLock { $0.logs[attempt] = ([], false) }
    }

    public func print(_ text: String, _ attempt: AttemptID) {
        state.withLock { $0.logs[attempt, default: ([], false)].bytes += Array(text.utf8) }
    }

    public func end(_ attempt: AttemptID) {
        state.withLock { $0.logs[attempt, default: ([], false)].isComplete = true }
    }

    /// As if it had never been: its log is gone.
    public func discard(_ attempt: AttemptID) { state.withLock { $0.logs[attempt] = nil } }

    public func explain(_ job: JobID, by report: WaitReport) { state.withLock { $0.waits[job] = report } }

    // MARK: JobService

    public func submit(
        _ request: JobRequest, from submitter: Submitter, audit entry: AuditEntry
    ) async throws -> (job: Job, isNew: Bool) {
        var generator = SystemRandomNumberGenerator()
        let moment = now()
        let job = Job(
            id: JobID(at: moment, using: &generator), request: request, tenant: submitter.tenant, user: submitter.user,
            createdAt: moment)
        state.withLock { $0.submitters.append(submitter) }
        var entry = entry
        entry.subject = "job \(job.id)"
        let made = try await store.submit(job, audit: entry)
        if made.isNew { tell.yield(job.submission) }
        return (made.job, made.isNew)
    }

    public func command(_ order: JobOrder) async throws -> OrderOutcome {
        guard let job = try await store.job(order.job) else { return .refused(.killed, "it is gone") }
        let next: JobState? =
            switch order.verb {
            case .kill: job.state.isFinal ? nil : .killed
            case .suspend: job.state.isFinal ? nil : .suspended
            case .resume: job.state == .suspended ? .queued : nil
            case .retry: job.state == .failed || job.state == .killed ? .queued : nil
            }
        guard let next else { return .refused(job.state, "nothing to do") }
        let step = Transition(
            job: job.id, number: job.transitions + 1, at: now(), from: job.state, to: next, reason: order.verb.rawValue,
            message: order.message ?? "", actor: order.actor)
        try await store.commit([.transition(step)])
        tell.yield(step)
        return .done(next)
    }

    public func tasks(of job: JobID) async throws -> TaskCounts? { nil }

    public func wait(of job: JobID) async throws -> WaitReport? { state.withLock { $0.waits[job] } }

    public func set(
        _ settings: Settings, following version: Int, by actor: Actor, audit entry: AuditEntry
    ) async throws {
        try await store.set(settings, following: version, at: now(), by: actor, audit: entry)
    }

    public func details(of attempt: AttemptID) async -> DriverDetails? { nil }

    public func log(of attempt: AttemptID, from offset: Int64, limit: Int) async throws -> LogPiece {
        guard let log = state.withLock({ $0.logs[attempt] }) else {
            throw DriverProviderError(.unknownAttempt, "attempt \(attempt)", "is not known")
        }
        let start = Int(min(max(0, offset), Int64(log.bytes.count)))
        let end = min(start + limit, log.bytes.count)
        return LogPiece(
            bytes: Array(log.bytes[start..<end]), offset: Int64(start), end: Int64(log.bytes.count),
            isComplete: log.isComplete)
    }

    public func use() async throws -> ClusterReport.Use {
        ClusterReport.Use(drivers: 1, resources: Resources(cpu: 1000, memory: 2 << 30, named: ["gpu": 1]))
    }

    public func cluster() async throws -> Cluster {
        Cluster(
            nodes: [.init(name: "here", allocatable: Resources(cpu: 2000, memory: 8 << 30, named: ["gpu": 1]))],
            isMultiTenant: false)
    }
}
