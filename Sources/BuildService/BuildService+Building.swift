internal import ContentStore
internal import Cryptography
internal import Diagnostics
internal import EnvironmentBuilder
internal import EnvironmentSupply
internal import JobModel
internal import Synchronization
internal import Workers

/// Beginning builds, joining those under way, and taking them back.
extension BuildService {
    /// How many builds are remembered, and how many events of each.
    static let memory = (builds: 500, events: 2000)

    /// Begins a build, or joins the one that is under way, and tells which it is. It is on the disk then, with whoever asks:
    /// a server that dies goes on with it.
    ///
    /// - Parameter asker: `TENANT/USER`, who gets a fair share of the builds.
    /// - Throws: ``EnvironmentSupplyError``: `tooMany` and `unavailable` where there is no room for one more
    ///   (``checkRoom(_:for:_:)``), `unavailable` where the disk does not take it, `notAllowed` for deliveries where the
    ///   server may not write, `vulnerable` where what is there already is not let through.
    @discardableResult
    public func build(_ order: BuildOrder, for asker: String) async throws -> Build {
        try admit(order, for: [asker])
        if let known = try await known(order, asker) { return known }
        let running = try await begin(order, for: asker)
        try await running.acceptance.value
        return build(order.id) ?? Build(order, named: order.title, for: asker, at: Self.now)
    }

    /// What is there already of all that is ordered; `nil` where something is still to be made. What is outside the store
    /// others may have changed, so it is delivered again: what is there as it should be is not sent twice.
    private func known(_ order: BuildOrder, _ asker: String) async throws -> Build? {
        guard !order.upgrades, order.deliveries.allSatisfy(\.isKept),
            state.withLock({ $0.running[order.id] == nil }),
            case .ready(let environment) = try await look(for: order.reference)
        else { return nil }
        // What is there is no more let through than what would be made.
        try await audit(environment.id, of: order.reference)
        if let known = build(order.id), known.state == .ready, known.environment == environment.id,
            try await areKept(known.deliveries)
        {
            return try await remember(known, of: order, shownTo: asker)
        }
        guard order.deliveries.isEmpty else { return nil }
        var build = Build(order, named: order.readName(), for: asker, at: Self.now)
        (build.state, build.environment, build.endedAt) = (.ready, environment.id, build.startedAt)
        build.stamp = ready(of: order.sourceID).first { $0.environment == environment.id }?.stamp
        return try await remember(build, of: order, shownTo: asker)
    }

    private func areKept(_ deliveries: [Build.Delivery]) async throws -> Bool {
        let digests = deliveries.map { $0.digest.flatMap { SHA256Digest(hex: $0) } }
        return try await blocking { try digests.allSatisfy { try $0.map(self.builder.store.contains) ?? false } }
    }

    /// Takes back what somebody has asked for. A build that nobody else has asked for ends.
    ///
    /// - Parameter isForced: whether it ends whoever else has asked for it.
    /// - Returns: the build; `nil` where there is none of this id.
    /// - Throws: ``EnvironmentSupplyError`` (`unavailable`) where the disk does not take it.
    public func cancel(_ id: Build.ID, by asker: String, isForced: Bool) async throws -> Build? {
        let (build, running) = state.withLock { state -> (Build?, Running?) in
            guard var build = state.builds[id] else { return (nil, nil) }
            guard let running = state.running[id] else { return (build, nil) }
            let others = build.askers.filter { $0 != asker }
            // Whose build it was stays with it to its end, and behind it.
            if isForced || others.isEmpty {
                if running.cancelledBy == nil { state.running[id]?.cancelledBy = asker }
            } else {
                build.askers = others
            }
            state.builds[id] = build
            return (build, state.running[id])
        }
        guard let running else { return build }
        if running.cancelledBy != nil { running.work.cancel() }
        try await save(id, running.work.order)
        return build
    }

    /// Goes on with what was asked for before the server ended, and recalls what came of the rest.
    public func recall() async throws {
        let entries = try await journal.perform { $0.entries() }
        state.withLock { state in
            for entry in entries where state.builds[entry.build.id] == nil {
                state.order.append(entry.build.id)
                state.builds[entry.build.id] = entry.build
            }
            forgetOldest(&state)
        }
        for entry in entries where entry.build.state == .building {
            guard let order = entry.order else {
                // Whoever wants the image pulls it again.
                await end(entry.build.id, .cancelled, "by the server's end") { build in
                    build.trouble = Build.Trouble(
                        category: .unavailable, message: "the server ended meanwhile; pull the image again")
                }
                continue
            }
            do {
                _ = try await begin(order, for: entry.build.askers.first ?? "")
            } catch {
                // More than there is room for by now, or on the disk.
                await end(order.id, .failed, "\(error)") { $0.trouble = Build.Trouble(error) }
                try? await save(order.id, order)
            }
        }
    }

    // MARK: - Beginning

    /// What comes of asking for a build.
    enum Entrance<Task> {
        case begun(Task)
        case joined(Task)
        /// One that somebody has ended is none to join: it is over soon.
        case ending(Work)
    }

    /// The build that is under way, or a new one. It goes on though nobody waits for it any more.
    ///
    /// - Throws: as ``checkRoom(_:for:_:)``; ``EnvironmentSupplyError`` (`unavailable`) where the disk does not take it.
    func begin(_ order: BuildOrder, for asker: String) async throws -> EnvironmentWork {
        // Reading it takes a while, which is for nothing where there is no room.
        try state.withLock { state in
            if state.running[order.id] == nil { try checkRoom(state, for: order.title, asker) }
        }
        let name = order.readName()
        while true {
            switch try state.withLock({ try enter(order, named: name, for: asker, &$0) }) {
            case .begun(let work): return work
            case .joined(let work):
                try await save(order.id, order)
                return work
            case .ending(let work): await work.end()
            }
        }
    }

    private func enter(
        _ order: BuildOrder, named name: String, for asker: String, _ state: inout State
    ) throws -> Entrance<EnvironmentWork> {
        let id = order.id
        if let running = state.running[id], case .environment(let work) = running.work {
            if running.cancelledBy != nil { return .ending(running.work) }
            state.builds[id]?.add(asker)
            return .joined(work)
        }
        try checkRoom(state, for: order.title, asker)
        var build = Build(order, named: name, for: asker, at: Self.now)
        build.viewers.formUnion(state.builds[id]?.viewers ?? [])
        // One that an earlier server had begun.
        if let earlier = state.builds[id], earlier.state == .building {
            build.askers = earlier.askers
            build.add(asker)
        }
        let acceptance = Task.detached { [self, build] in try await accept(build, order) }
        let task = Task.detached { [self] in
            try await passing(id, order.title, for: asker, isForeign: Self.isForeign(order.reference)) {
                try await acceptance.value
            } _: { [self] in
                try await make(order, id)
            }
        }
        let work = EnvironmentWork(order: order, acceptance: acceptance, task: task)
        began(build, .environment(work), &state)
        return .begun(work)
    }

    func began(_ build: Build, _ work: Work, _ state: inout State) {
        state.running[build.id] = Running(work: work)
        state.order.removeAll { $0 == build.id }
        state.order.append(build.id)
        state.builds[build.id] = build
        forgetOldest(&state)
    }

    /// Writes down that a build is to be made.
    ///
    /// - Parameter order: `nil` for an image.
    func accept(_ build: Build, _ order: BuildOrder?) async throws {
        try await save(build.id, order)
        try await journal.perform { $0.clearEvents(of: build.id) }
    }
}
