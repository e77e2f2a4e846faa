internal import DriverProvider
internal import EnvironmentSupply
internal import JobModel
internal import JobQueue
internal import JobStore
internal import Logging
internal import Synchronization

extension JobEngine {
    /// Milliseconds between two looks at the machines.
    private static let clusterPause = Duration.seconds(15)

    /// Takes over, works until ``stop()`` is called, and hands over.
    ///
    /// - Throws: what makes it impossible to go on: the store cannot be read, or somebody else has written to it.
    public func run() async throws {
        defer { finish() }
        var pump = try await takeOver()
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { await self.listen() }
            group.addTask { await self.receive() }
            group.addTask { await self.look() }
            while !state.withLock({ $0.isStopping }) {
                let content = mailbox.take()
                do {
                    try await putIn(content, &pump)
                    while let batch = pump.turn(at: SystemClock.now) {
                        try await write(batch.changes)
                        pump.finish()
                        show(batch, pump.core)
                        for action in batch.actions {
                            if case .answer(let ticket, let answer) = action {
                                reply(answer, to: ticket)
                            } else {
                                group.addTask { await self.perform(action) }
                            }
                        }
                    }
                } catch {
                    await content.answer(nil)
                    throw error
                }
                await content.answer(pump.core)
                let due = pump.core.nextDue
                await mailbox.wait(atMost: due.map { $0 - SystemClock.now.steady })
            }
            group.cancelAll()
        }
    }

    /// A core that knows what an earlier process left.
    private func takeOver() async throws -> EnginePump {
        let settings = try await store.settings()
        let cluster = try await parts.provider.cluster()
        state.withLock { state in
            state.settings = settings
            state.cluster = cluster
        }
        var pump = EnginePump(
            EngineCore(settings: settings.settings, provider: parts.provider.name, epoch: store.epoch))
        pump.put(.cluster(cluster))
        var records: [JobRecord] = []
        for try await page in store.unfinished() {
            for entry in page { records.append(try await record(entry.job, entry.attempts)) }
        }
        logger.info("took over", metadata: ["jobs": "\(records.count)", "epoch": "\(store.epoch)"])
        pump.put(.recovered(records))
        await settleLeases(of: Set(records.map(\.id)))
        return pump
    }

    /// Those of living jobs are renewed, whatever the time that no server ran; of jobs that have ended a dying one may have
    /// left some.
    private func settleLeases(of living: Set<JobID>) async {
        do {
            try await parts.supply.renew(living)
            for job in try await parts.supply.leases().subtracting(living) { try await parts.supply.release(job) }
        } catch {
            logger.warning("leases of ended jobs are still there", metadata: ["error": "\(error)"])
        }
    }

    /// Puts in what came, with the rows as they are now: between two transactions.
    private func putIn(_ content: Mailbox.Content, _ pump: inout EnginePump) async throws {
        for input in content.inputs { pump.put(input) }
        var seen: Set<JobID> = []
        for id in content.arrivals where seen.insert(id).inserted && !pump.core.isAlive(id) {
            guard let job = try await store.listed(id) else { continue }
            let attempts = job.transitions > 1 ? try await store.attempts(of: id) : []
            pump.put(.submitted(try await record(job, attempts)))
        }
        for revival in content.revivals {
            guard seen.insert(revival.job).inserted, let job = try await store.listed(revival.job) else {
                reply(.notAlive, to: revival.ticket)
                continue
            }
            let record = try await record(job, try await store.attempts(of: job.id))
            pump.put(.revived(record, by: revival.actor, revival.ticket))
        }
    }

    private func record(_ job: Job, _ attempts: [Attempt]) async throws -> JobRecord {
        let shape = try JobShape(job.request) { try $0.demand() }
        var dependencies: [JobID: JobState] = [:]
        for dependency in job.request.dependencies {
            guard let id = JobID(dependency.job) else { continue }
            if let other = try await store.job(id), other.state.isFinal { dependencies[id] = other.state }
        }
        return JobRecord(job, shape: shape, attempts: attempts, dependencies: dependencies)
    }

    /// Writes, and while the disk has no room, waits and tries again: nothing else is done before.
    private func write(_ changes: [JobChange]) async throws {
        var pause = Duration.milliseconds(100)
        while true {
            do {
                return try await store.commit(changes)
            } catch let error as JobStoreError where error.isPassing && !state.withLock({ $0.isStopping }) {
                logger.error("cannot write, and tries again", metadata: ["error": "\(error)"])
                try await Task.sleep(for: pause)
                pause = min(pause * 2, .seconds(5))
            }
        }
    }

    /// Lets others see what has happened.
    private func show(_ batch: EnginePump.Batch, _ core: EngineCore) {
        state.withLock { state in
            state.held = core.held
            for case .attempt(let attempt) in batch.changes where attempt.state == .ended {
                state.details[attempt.id] = nil
            }
        }
        transitions.tell(
            batch.changes.lazy.compactMap { change in
                guard case .transition(let step) = change else { return nil }
                return step
            })
    }

    private func reply(_ answer: CommandAnswer, to ticket: EngineInput.Ticket) {
        state.withLock { $0.tickets.removeValue(forKey: ticket.number) }?.resume(returning: answer)
    }

    /// Nobody is left waiting.
    private func finish() {
        stop()
        let tickets = state.withLock { state in
            defer { state.tickets = [:] }
            return state.tickets
        }
        for ticket in tickets.values { ticket.resume(returning: .notAlive) }
        transitions.finish()
    }

    // MARK: - Listening

    private func listen() async {
        for await observation in parts.provider.observations {
            if case .running(let details) = observation.status {
                state.withLock { $0.details[observation.attempt] = details }
            }
            mailbox.put(.observed(observation))
        }
    }

    /// Takes messages from the queue, and holds them only until what they say is durable.
    private func receive() async {
        while !Task.isCancelled {
            do {
                let deliveries = try await parts.queue.receive(limit: 512)
                var jobs: [JobID] = []
                for delivery in deliveries {
                    switch delivery.message {
                    case .accepted(let job): jobs.append(job)
                    case .submission(let document, let tenant, let user):
                        await take(document, tenant: tenant, user: user, delivery)
                    }
                }
                await mailbox.settle(jobs)
                guard !state.withLock({ $0.isStopping }) else { return }
                try await parts.queue.acknowledge(deliveries.map(\.id))
            } catch is CancellationError {
                return
            } catch {
                logger.warning("the queue does not answer", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }

    private func look() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.clusterPause)
            guard let cluster = try? await parts.provider.cluster() else { continue }
            let isNew = state.withLock { state in
                defer { state.cluster = cluster }
                return state.cluster != cluster
            }
            if isNew { mailbox.put(.cluster(cluster)) }
        }
    }
}

extension JobStoreError {
    /// Whether the same may be written later.
    fileprivate var isPassing: Bool {
        switch code {
        case .diskFull, .readOnly, .notPermitted, .system: true
        default: false
        }
    }
}
