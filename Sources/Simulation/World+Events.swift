internal import DriverProvider
internal import JobEngine
internal import JobModel
internal import JobQueue

extension World {
    mutating func take(_ event: Event) {
        switch event {
        case .submit: submit()
        case .command: command()
        case .settings(let new):
            guard !isPeace else { return }
            change(new)
        case .jump:
            wallOffset += Int64(random.number(-7_200_000...7_200_000))
            note("the wall clock jumps")
        case .outage(let begins):
            provider.isReachable = !begins
            note(begins ? "drivers' place does not answer" : "drivers' place answers again")
        case .crash: crash()
        case .restart: restart()
        case .peace: makePeace()
        case .publish(let job, let process):
            if process != self.process, random.chance(500) { return }
            queue.append(job)
        case .due(let process): if process == self.process, alarm.map({ $0 <= steady }) == true { alarm = nil }
        case .written(let process): if process == self.process { written() }
        case .act(let action, let process): act(action, process)
        case .hear(let input, let process): if process == self.process { pump?.put(input) }
        case .end(let attempt, let reason):
            guard provider.end(attempt, reason, at: now.wall) else { return }
            note("\(attempt) ends: \(reason)")
            report(attempt)
        case .vanish(let attempt):
            guard provider.vanish(attempt) else { return }
            note("\(attempt) dies unseen")
            report(attempt)
        }
    }

    // MARK: - People

    private mutating func submit() {
        guard pump != nil else { return agenda.put(.submit, at: steady + 500) }
        let request = Workload.request(&random, earlier: submitted)
        let job = Job(
            id: JobID(at: now.wall, using: &random), request: request, tenant: "a", user: "ann", createdAt: now.wall)
        let shape = JobShape(request) { _ in Workload.demand(&random) }
        store.insert(job, shape)
        submitted.append(job.id)
        note("submitted: \(job.id) to \(request.queue), \(shape.summary)")
        // The row is durable and answered for; the message is sent afterwards.
        soon(.publish(job.id, process: process))
        if random.chance(50) { soon(.publish(job.id, process: process)) }
    }

    private mutating func command() {
        guard pump != nil, !submitted.isEmpty else { return }
        let job = random.pick(submitted)
        if random.chance(200), batch == nil, let record = store.record(job), record.state.isFinal {
            note("somebody says: retry \(job)")
            killed.remove(job)
            pump?.put(.revived(record, by: .user("ann"), .init(-1)))
        } else {
            send(random.pick(EngineInput.Command.Verb.allCases), job)
        }
    }

    mutating func send(_ verb: EngineInput.Command.Verb, _ job: JobID) {
        let number = tickets.count
        tickets[number] = (verb, job)
        note("somebody says: \(verb) \(job)")
        pump?.put(.command(.init(verb, job, by: .user("ann")), .init(number)))
    }

    private mutating func change(_ new: Settings) {
        settings = new
        note("settings: \(new.caps) \(new.queues.map { "\($0.name) \($0.caps.drivers ?? -1) \($0.gate)" })")
        pump?.put(.settings(new))
    }

    /// From now on nothing breaks, and everything has to come to its end.
    private mutating func makePeace() {
        isPeace = true
        provider.isReachable = true
        note("peace")
        if pump == nil { restart() }
        change(Workload.openSettings)
        calm()
    }

    /// Ends what would never end by itself.
    private mutating func calm() {
        for id in submitted {
            guard let row = store.rows[id], !row.job.state.isFinal else { continue }
            if row.shape.isEndless { send(.kill, id) }
            if row.job.state == .suspended || row.job.intent == .suspend { send(.resume, id) }
        }
        // Who found no server at first submits a little later.
        if steady < 100_000 || submitted.contains(where: { store.rows[$0]?.job.state.isFinal == false }) {
            agenda.put(.peace, at: steady + 60_000)
        }
    }

    // MARK: - The server's life

    private mutating func crash() {
        guard pump != nil, !isPeace else { return }
        note("the server dies")
        if let batch, random.chance(500) {
            // The disk was done, and nobody was left to hear it.
            if let fault = store.commit(batch.changes) { faults.append(fault) }
            if isTraced { for change in batch.changes { note("written all the same: \(change.summary)") } }
        }
        batch = nil
        pump = nil
        alarm = nil
        held = []
        process += 1
        let pause = Int64(random.number(1...8000))
        agenda.put(.restart, at: steady + pause)
    }

    private mutating func restart() {
        guard pump == nil else { return }
        epoch += 1
        process += 1
        note("the server starts again")
        var pump = EnginePump(EngineCore(settings: settings, provider: "simulated", epoch: epoch))
        pump.put(
            .cluster(
                Cluster(
                    nodes: [.init(name: "node", allocatable: .init(cpu: 32_000, memory: 64 << 30))], isMultiTenant: true
                )))
        pump.put(.recovered(store.unfinished))
        self.pump = pump
        isTakingOver = true
        // Of jobs that have ended a dying server may have left leases.
        leases = leases.filter { store.rows[$0]?.job.state.isFinal == false }
    }

    // MARK: - Drivers and environments

    private mutating func act(_ action: EngineAction, _ process: Int) {
        // Of what a dead server was about to do, some was on its way already.
        if process != self.process, random.chance(500) { return }
        switch action {
        case .prepare where process != self.process, .release where process != self.process: break
        case .prepare(let job, let group, let reference):
            leases.insert(job)
            let answer: EngineInput =
                random.chance(isPeace ? 0 : 150)
                ? .environmentFailed(job, group: group, message: "no network", isFinal: random.chance(200))
                : .environmentReady(job, group: group, id: "\(reference)")
            soon(.hear(answer, process: process))
        case .release(let job):
            leases.remove(job)
            soon(.hear(.released(job), process: process))
        case .launch(let order): launch(order, process)
        case .stop(let attempt, let grace):
            guard provider.isReachable else {
                return soon(.hear(.observed(.init(attempt, .unknown("does not answer"))), process: process))
            }
            guard provider.stop(attempt) else { return }
            agenda.put(
                .end(attempt, .killed), at: steady + (random.chance(300) ? grace : Int64(random.below(Int(grace) + 1))))
        case .adopt(let attempt, let token):
            let status = provider.isReachable ? provider.adopt(attempt, token) : .unknown("does not answer")
            soon(.hear(.observed(.init(attempt, status)), process: process))
        case .answer: break
        }
    }

    private mutating func launch(_ order: LaunchOrder, _ process: Int) {
        guard provider.isReachable else {
            soon(
                .hear(.observed(.init(order.attempt, .unknown("does not answer"))), process: process))
            return
        }
        if !isPeace, random.chance(30) {
            // Refused, and refused for good, as the provider promises.
            _ = provider.stop(order.attempt)
            guard provider.drivers[order.attempt] == nil else { return }
            soon(
                .hear(.notLaunched(order.attempt, message: "refused", isFinal: random.chance(300)), process: process))
            return
        }
        let (result, fault) = provider.launch(order.attempt, order.token, at: now.wall)
        if let fault { faults.append(fault) }
        switch result {
        case .refused(let message):
            soon(
                .hear(.notLaunched(order.attempt, message: message, isFinal: false), process: process))
        case .started(let details):
            note("\(order.attempt) lives")
            if order.environment != nil, process == self.process, !leases.contains(order.attempt.job) {
                faults.append("\(order.attempt) was started without its lease")
            }
            live(order)
            soon(.hear(.observed(.init(order.attempt, .running(details))), process: process))
        }
    }

    /// Decides what becomes of a driver.
    private mutating func live(_ order: LaunchOrder) {
        let end = steady + Int64(random.number(0...(random.chance(200) ? 60_000 : 8000)))
        if let limit = order.timeLimit, steady + limit < end {
            agenda.put(.end(order.attempt, .deadlineExceeded), at: steady + limit)
        }
        if !isPeace, random.chance(60) { return agenda.put(.vanish(order.attempt), at: end) }
        let reason: EndReason =
            random.chance(isPeace ? 900 : 700) ? .completed : random.pick([.error, .signal, .outOfMemory])
        agenda.put(.end(order.attempt, reason), at: end)
    }

    /// Tells the server that lives now, perhaps twice.
    private mutating func report(_ attempt: AttemptID) {
        guard pump != nil else { return }
        for _ in 0...(random.chance(100) ? 1 : 0) {
            soon(.hear(.observed(.init(attempt, provider.status(of: attempt))), process: process))
        }
    }
}
