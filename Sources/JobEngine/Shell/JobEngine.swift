public import DriverProvider
public import EnvironmentSupply
public import JobModel
public import JobQueue
public import JobStore
public import Logging
public import Scheduling
internal import Synchronization

/// The core at work: it turns the pump, writes what follows, and does it.
///
/// ``run()`` is the whole of its life. It takes over what an earlier process left, works until it is told to stop, and
/// leaves living drivers alone, for the next one to take over.
public final class JobEngine: Sendable {
    /// What the engine works with.
    public struct Parts: Sendable {
        public var store: JobStore
        public var queue: any JobQueue
        /// Whether the queue is a table of the store, so that a job's row and its message are written together.
        public var isQueueInStore: Bool
        public var provider: any DriverProvider
        public var supply: any EnvironmentSupply

        public init(
            store: JobStore, queue: any JobQueue, isQueueInStore: Bool, provider: any DriverProvider,
            supply: any EnvironmentSupply
        ) {
            self.store = store
            self.queue = queue
            self.isQueueInStore = isQueueInStore
            self.provider = provider
            self.supply = supply
        }
    }

    struct State {
        var settings: SettingsVersion?
        var cluster = Cluster(nodes: [], isMultiTenant: false)
        var tickets: [Int: CheckedContinuation<CommandAnswer, Never>] = [:]
        var lastTicket = 0
        /// What jobs hold, by queue.
        var held: [String: Usage] = [:]
        /// What is known of living drivers beyond their rows.
        var details: [AttemptID: DriverDetails] = [:]
        /// When it was last seen that there are environments of these names.
        var environments: [String: ContinuousClock.Instant] = [:]
        var isStopping = false
    }

    let parts: Parts
    let logger: Logger
    let mailbox = Mailbox()
    let transitions = Broadcast<Transition>()
    let state = Mutex(State())

    public init(_ parts: Parts, logger: Logger) {
        self.parts = parts
        self.logger = logger
    }

    public var store: JobStore { parts.store }

    // MARK: - Asking

    /// Every step of every job from now on, once it is durable.
    public func changes() -> AsyncStream<Transition> { transitions.listen(buffering: 4096) }

    /// What a living job waits for; `nil` where it waits for nothing.
    public func wait(of job: JobID) async -> WaitingReason? {
        await mailbox.ask { $0.wait(of: job, at: SystemClock.now) }
    }

    /// How far the tasks of a living job are; `nil` where it does not live.
    public func tasks(of job: JobID) async -> TaskCounts? { await mailbox.ask { $0.tasks(of: job) } }

    /// What is known of a living driver beyond its row: how far Spark has come.
    public func details(of attempt: AttemptID) -> DriverDetails? {
        state.withLock { $0.details[attempt] }
    }

    public func cluster() -> Cluster { state.withLock { $0.cluster } }

    /// What jobs hold, by queue, as was last written.
    public func usage() -> [String: Usage] { state.withLock { $0.held } }

    /// How many jobs live, and how many of them ask for room.
    public func counts() async -> (living: Int, asking: Int) { await mailbox.ask { $0.counts } ?? (0, 0) }

    public func log(of attempt: AttemptID, from offset: Int64, limit: Int) async throws -> LogPiece {
        try await parts.provider.log(of: attempt, from: offset, limit: limit)
    }

    // MARK: - Wanting

    /// Wants something of a living job. The answer comes when it is durable.
    public func command(_ command: EngineInput.Command) async -> CommandAnswer {
        await answer { self.mailbox.put(.command(command, $0)) }
    }

    /// Has a job that failed or was killed tried once more.
    public func retry(_ job: JobID, by actor: Actor) async -> CommandAnswer {
        await answer { self.mailbox.put(Mailbox.Revival(job: job, actor: actor, ticket: $0)) }
    }

    private func answer(_ send: (EngineInput.Ticket) -> Void) async -> CommandAnswer {
        await withCheckedContinuation { continuation in
            let ticket: EngineInput.Ticket? = state.withLock { state in
                guard !state.isStopping else { return nil }
                state.lastTicket += 1
                state.tickets[state.lastTicket] = continuation
                return EngineInput.Ticket(state.lastTicket)
            }
            if let ticket { send(ticket) } else { continuation.resume(returning: .notAlive) }
        }
    }

    /// What an admin has set, and its version.
    public func settings() async throws -> SettingsVersion {
        if let settings = state.withLock({ $0.settings }) { return settings }
        return try await store.settings()
    }

    /// Sets something else, if nobody else has since `version` was read. It holds from the next plan on.
    ///
    /// - Throws: ``JobStoreError`` with `stale`.
    public func set(
        _ settings: Settings, following version: Int, by actor: Actor, audit entry: AuditEntry? = nil
    ) async throws -> SettingsVersion {
        let new = try await store.set(
            settings, following: version, at: SystemClock.now.wall, by: actor, audit: entry)
        state.withLock { state in
            if new.number > state.settings?.number ?? 0 { state.settings = new }
        }
        mailbox.put(.settings(new.settings))
        return new
    }

    /// Tells the engine to take nothing more in and to end.
    public func stop() {
        state.withLock { $0.isStopping = true }
        mailbox.close()
    }
}
