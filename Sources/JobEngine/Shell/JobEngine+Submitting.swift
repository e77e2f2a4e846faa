internal import Diagnostics
internal import Documents
internal import DriverProvider
internal import EnvironmentSupply
internal import JSONDocument
public import JobModel
internal import JobQueue
public import JobStore
internal import Logging
internal import Scheduling
internal import Synchronization

extension JobEngine {
    /// Takes a job in. It is durable when this returns.
    ///
    /// - Parameter entry: what the audit gets, in the same transaction; its subject becomes the job.
    /// - Returns: the job, and whether it is new; an earlier one where its idempotency key was used before.
    /// - Throws: ``JobEngineError`` where it can never run as it is asked for, ``JobStoreError``.
    public func submit(
        _ request: JobRequest, tenant: String, user: String, audit entry: AuditEntry? = nil
    ) async throws -> Submission {
        guard !state.withLock({ $0.isStopping }) else {
            throw JobEngineError(
                .stopping, "the server", "is stopping and takes no more jobs", advice: "send the same again in a moment"
            )
        }
        let request = try await filled(request)
        do {
            try await check(request, tenant)
        } catch {
            // What was taken in before is there, whatever has changed since.
            if let earlier = try await store.earlier(request, tenant: tenant, user: user) { return earlier }
            throw error
        }
        var generator = SystemRandomNumberGenerator()
        let now = SystemClock.now.wall
        let job = Job(
            id: JobID(at: now, using: &generator), request: request, tenant: tenant, user: user, createdAt: now)
        var entry = entry
        entry?.subject = "job \(job.id)"
        let submission = try await store.submit(job, isAnnounced: parts.isQueueInStore, audit: entry)
        if submission.isNew, !parts.isQueueInStore { await announce(job.id) }
        return submission
    }

    /// The request with everything filled in that an admin decides, so that it means the same for ever.
    private func filled(_ request: JobRequest) async throws -> JobRequest {
        let settings = try await settings().settings
        guard let queue = settings.queue(request.queue) else {
            throw JobEngineError(
                .queue, "queue \(request.queue)", "is not there",
                advice: nearest(to: request.queue, among: settings.queues.map(\.name)).first.map { "`\($0)`" }
                    ?? "one of \(settings.queues.map(\.name).joined(separator: ", "))")
        }
        var request = request
        if request.groups.isEmpty {
            try fill(&request.task, queue, settings)
        } else {
            for index in request.groups.indices { try fill(&request.groups[index].task, queue, settings) }
        }
        return request
    }

    /// Looks whether it could run as things are.
    private func check(_ request: JobRequest, _ tenant: String) async throws {
        let settings = try await settings().settings
        if let queue = settings.queue(request.queue), queue.gate != .open {
            throw JobEngineError(
                .queue, "queue \(queue.name)", "takes no jobs: it is \(queue.gate.rawValue)",
                advice: "name another queue, or ask an admin to open it")
        }
        try await checkDependencies(request, tenant)
        for group in request.taskGroups {
            try await checkPlace(of: group.task, tenant)
            // Whoever puts a job aside at first may yet make what it names.
            if !request.suspend { try await checkEnvironment(of: group.task) }
        }
        try await checkFit(request, settings)
    }

    private func fill(_ task: inout TaskTemplate, _ queue: QueueSettings, _ settings: Settings) throws {
        if task.environment == nil, task.recipe == nil { task.environment = queue.environment }
        guard let name = task.driver.size else { return }
        guard let size = settings.size(name) else {
            throw JobEngineError(
                .size, "driver size \(name)", "is not there",
                advice: "one of \(settings.sizes.map(\.name).joined(separator: ", "))")
        }
        task.driver.cpu = task.driver.cpu ?? size.cpu
        task.driver.memory = task.driver.memory ?? size.memory
        task.driver.accelerators.merge(size.accelerators) { own, _ in own }
    }

    /// Jobs of other tenants are as good as not there.
    private func checkDependencies(_ request: JobRequest, _ tenant: String) async throws {
        for dependency in request.dependencies {
            guard let id = JobID(dependency.job), try await store.job(id)?.tenant == tenant else {
                throw JobEngineError(
                    .dependency, "job \(dependency.job)", "is not there, and this one was to wait for it",
                    advice: "submit it first")
            }
        }
    }

    private func checkPlace(of task: TaskTemplate, _ tenant: String) async throws {
        do {
            try await parts.provider.check(task, of: tenant)
        } catch let error as DriverProviderError where error.code != .unavailable {
            throw JobEngineError(.place, error.subject, error.message, advice: error.advice, cause: error)
        }
    }

    /// A name that means nothing now is told now, and what is not let through. What else stands against an environment is told when it is made ready.
    private func checkEnvironment(of task: TaskTemplate) async throws {
        guard let name = task.environment, task.recipe == nil else { return }
        let now = ContinuousClock.now
        if let seen = state.withLock({ $0.environments[name] }), now - seen < Self.seenFor { return }
        do {
            _ = try await parts.supply.find(.named(name))
        } catch let error as EnvironmentSupplyError where error.code == .unknown {
            throw JobEngineError(.environment, error.subject, error.message, advice: error.advice, cause: error)
        } catch let error as EnvironmentSupplyError where error.code == .vulnerable {
            throw JobEngineError(.vulnerable, error.subject, error.message, advice: error.advice, cause: error)
        } catch is any Diagnostic {
            return
        }
        state.withLock { state in
            if state.environments.count >= 1000 { state.environments = [:] }
            state.environments[name] = now
        }
    }

    /// How long it is not looked again whether an environment is there.
    private static let seenFor = Duration.seconds(5)

    private func checkFit(_ request: JobRequest, _ settings: Settings) async throws {
        let shape: JobShape
        do {
            shape = try JobShape(request) { try $0.demand() }
        } catch let error as any Diagnostic {
            throw JobEngineError(.resources, error.subject, error.message, advice: error.advice, cause: error)
        }
        var cluster = cluster()
        // Before the engine has taken over, nobody has looked yet.
        if cluster.nodes.isEmpty { cluster = try await parts.provider.cluster() }
        let snapshot = Snapshot(
            nodes: cluster.nodes.map { .init(name: $0.name, allocatable: $0.allocatable, free: $0.allocatable) },
            caps: settings.caps, queues: settings.queues, held: [:], waiting: [:])
        if let wait = shape.impossibility(in: request.queue, snapshot) {
            throw JobEngineError(
                .neverFits, request.title, "can never run: \(wait)",
                advice: "ask for less, or have an admin raise the cap")
        }
    }

    /// Sends the message that a job waits. Where the queue does not answer the job is taken up all the same: its row is
    /// durable.
    private func announce(_ job: JobID) async {
        do {
            try await parts.queue.publish([.accepted(job)])
        } catch {
            logger.warning("the queue does not answer", metadata: ["job": "\(job)", "error": "\(error)"])
            mailbox.put(job)
        }
    }

    /// Takes a submission that came by the queue itself. What cannot be read is told and dropped: it would come again for
    /// ever.
    func take(_ document: [UInt8], tenant: String, user: String, _ delivery: Delivery) async {
        let actor = Actor.user(user)
        do {
            let node = SourceNode(try JSON(parsing: document))
            var request = try JobRequest.shape.value(of: node, in: "the message")
            // A message may come twice.
            if request.idempotencyKey == nil {
                request.idempotencyKey = "queue:\(parts.queue.name):\(delivery.id.value)"
            }
            _ = try await submit(request, tenant: tenant, user: user)
        } catch {
            logger.error(
                "a message is no job", metadata: ["from": "\(actor.text)", "error": "\(Self.text(error))"])
        }
    }
}
