public import DriverProvider
public import JobAPI
public import JobModel
public import JobStore

/// What the server asks of the core. Everything that is only read comes from the store.
public protocol JobService: Sendable {
    /// Takes a job. Durable when it returns.
    ///
    /// - Parameter entry: what the audit gets with it; its subject becomes the job.
    /// - Returns: the job, and whether it came about by this call: another with the same idempotency key and the same
    ///   request may have been there.
    func submit(
        _ request: JobRequest, from submitter: Submitter, audit entry: AuditEntry
    ) async throws -> (job: Job, isNew: Bool)

    /// Tells a job what to do. The answer is given when what it says is durable.
    func command(_ order: JobOrder) async throws -> OrderOutcome

    /// What a job waits for; `nil` where it does not wait.
    func wait(of job: JobID) async throws -> WaitReport?

    /// How far the tasks of a job are; `nil` where it does not live.
    func tasks(of job: JobID) async throws -> TaskCounts?

    /// Makes settings the ones that hold, if nobody has set others since `version` was read. They hold when it returns.
    ///
    /// - Parameter entry: what the audit gets with them.
    func set(_ settings: Settings, following version: Int, by actor: Actor, audit entry: AuditEntry) async throws

    /// What is known of a living driver.
    func details(of attempt: AttemptID) async -> DriverDetails?

    /// A piece of what an attempt's driver has printed, as ``DriverProvider/log(of:from:limit:)`` gives it.
    func log(of attempt: AttemptID, from offset: Int64, limit: Int) async throws -> LogPiece

    func cluster() async throws -> Cluster

    /// What jobs hold of it.
    func use() async throws -> ClusterReport.Use

    /// Every step of every job, once it is durable. One listener.
    var steps: AsyncStream<Transition> { get }
}

/// Who submits a job, and by which request.
public struct Submitter: Hashable, Sendable {
    public var tenant: String
    public var user: String
    /// The id of the request.
    public var request: String
    /// W3C Trace Context, for what is done because of it.
    public var trace: TraceContext

    public init(tenant: String, user: String, request: String, trace: TraceContext) {
        self.tenant = tenant
        self.user = user
        self.request = request
        self.trace = trace
    }
}

/// What somebody wants of a job.
public struct JobOrder: Hashable, Sendable {
    public var verb: JobVerb
    public var job: JobID
    public var actor: Actor
    /// Why, in the asker's words.
    public var message: String?

    public init(_ verb: JobVerb, _ job: JobID, by actor: Actor, message: String? = nil) {
        self.verb = verb
        self.job = job
        self.actor = actor
        self.message = message
    }
}

/// What became of an order.
public enum OrderOutcome: Hashable, Sendable {
    /// The job is in this state now, or on its way from it.
    case done(JobState)
    /// The order makes no sense for the job as it is.
    case refused(JobState, String)
}
