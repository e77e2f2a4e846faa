internal import ContentStore
internal import Cryptography
internal import Diagnostics
internal import EnvironmentBuilder
internal import EnvironmentSupply
internal import FileSystem
internal import Glibc
internal import JobModel
internal import Recipes
internal import Synchronization
internal import SystemPackage
internal import Workers

extension BuildService {
    /// How many builds are remembered, and how many events of each.
    static let memory = (builds: 500, events: 2000)

    /// Begins a build, or joins the one that is under way, and tells which it is. It is on the disk then: a server that
    /// dies goes on with it.
    ///
    /// - Parameter asker: `TENANT/USER`, who gets a fair share of the builds.
    /// - Throws: ``EnvironmentSupplyError`` (`unavailable`) where too many wait already, or the disk does not take it;
    ///   `notAllowed` for deliveries where the server may not write.
    @discardableResult
    public func build(_ order: BuildOrder, for asker: String) async throws -> Build {
        try admit(order)
        if let known = try await known(order, asker) { return known }
        let running = try begin(order, for: asker)
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
        if let known = build(order.id), known.state == .ready, known.environment == environment.id {
            let isThere = try await blocking {
                try known.deliveries.allSatisfy { item in
                    try item.digest.flatMap { SHA256Digest(hex: $0) }.map { try self.builder.store.contains($0) }
                        ?? false
                }
            }
            if isThere { return try await shown(known, order, to: asker) }
        }
        guard order.deliveries.isEmpty else { return nil }
        var build = Build(order, named: order.readName(), for: asker, at: Self.now)
        (build.state, build.environment, build.endedAt) = (.ready, environment.id, build.startedAt)
        remember(build)
        return build
    }

    /// Notes that a build which is over is somebody else's to look at too.
    private func shown(_ build: Build, _ order: BuildOrder, to asker: String) async throws -> Build {
        guard !build.viewers.contains(asker) else { return build }
        let shown = state.withLock { state -> Build? in
            state.builds[build.id]?.viewers.insert(asker)
            return state.builds[build.id]
        }
        guard let shown else { return build }
        try await blocking { try self.journal.write(BuildJournal.Entry(build: shown, order: order)) }
        return shown
    }

    public func build(_ id: Build.ID) -> Build? { state.withLock { $0.builds[id] } }

    /// How far a build that is under way has come.
    public func progress(of id: Build.ID) -> Build.Progress? { state.withLock { $0.running[id]?.progress } }

    /// The builds that are remembered, the newest first.
    public func builds() -> [Build] {
        state.withLock { state in state.order.reversed().compactMap { state.builds[$0] } }
    }

    /// What has happened in a build so far.
    public func events(of id: Build.ID) async throws -> [Build.Event] {
        if let events = state.withLock({ $0.running[id]?.events }) { return events }
        return try await blocking { self.journal.events(of: id) }
    }

    /// What has happened so far and what happens from now on, to the build's end.
    public func news(of id: Build.ID) async throws -> AsyncStream<Build.News> {
        let (stream, continuation) = AsyncStream.makeStream(of: Build.News.self)
        let number = state.withLock { state -> Int? in
            guard state.running[id] != nil else { return nil }
            for event in state.running[id]?.events ?? [] { continuation.yield(.event(event)) }
            state.nextListener += 1
            state.running[id]?.listeners[state.nextListener] = continuation
            return state.nextListener
        }
        guard let number else {
            for event in try await events(of: id) { continuation.yield(.event(event)) }
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.running[id]?.listeners.removeValue(forKey: number) }
        }
        return stream
    }

    /// Takes back what somebody has asked for. A build that nobody else has asked for ends.
    ///
    /// - Parameter isForced: whether it ends whoever else has asked for it.
    /// - Returns: the build; `nil` where there is none of this id.
    public func cancel(_ id: Build.ID, by asker: String, isForced: Bool) -> Build? {
        let (build, work) = state.withLock { state -> (Build?, Work?) in
            guard var build = state.builds[id] else { return (nil, nil) }
            guard let running = state.running[id] else { return (build, nil) }
            let others = build.askers.filter { $0 != asker }
            let isOver = isForced || others.isEmpty
            // Whose build it was stays with it to its end, and behind it.
            if isOver { state.running[id]?.cancelledBy = asker } else { build.askers = others }
            state.builds[id] = build
            return (build, isOver ? running.work : nil)
        }
        work?.cancel()
        return build
    }

    /// Goes on with what was asked for before the server ended, and recalls what came of the rest.
    public func recall() async throws {
        let entries = try await blocking { self.journal.entries() }
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
                end(entry.build.id, .cancelled, "by the server's end") { build in
                    build.trouble = Build.Trouble(
                        category: .unavailable, message: "the server ended meanwhile; pull the image again")
                }
                continue
            }
            for asker in entry.build.askers.isEmpty ? [""] : entry.build.askers {
                _ = try? begin(order, for: asker)
            }
        }
    }

    /// The build that is under way, or a new one. It goes on though nobody waits for it any more.
    ///
    /// - Throws: ``EnvironmentSupplyError`` (`unavailable`) where too many wait already.
    func begin(_ order: BuildOrder, for asker: String) throws -> EnvironmentWork {
        let id = order.id
        let name = order.readName()
        return try state.withLock { state in
            if case .environment(let work) = state.running[id]?.work {
                if state.builds[id]?.askers.contains(asker) == false { state.builds[id]?.askers.append(asker) }
                state.builds[id]?.viewers.insert(asker)
                return work
            }
            try Self.checkRoom(state, for: order.title)
            var build = Build(order, named: name, for: asker, at: Self.now)
            build.viewers.formUnion(state.builds[id]?.viewers ?? [])
            let acceptance = Task.detached { [self] in try await accept(build, order) }
            let task = Task.detached { [self] in
                try await passing(id, order.title, for: asker) {
                    try await acceptance.value
                } _: {
                    try await make(order, id)
                }
            }
            let work = EnvironmentWork(order: order, acceptance: acceptance, task: task)
            began(build, .environment(work), &state)
            return work
        }
    }

    /// - Throws: ``EnvironmentSupplyError`` (`unavailable`) where too many builds wait already.
    static func checkRoom(_ state: State, for name: String) throws {
        guard state.running.count < memory.builds else {
            throw EnvironmentSupplyError(
                .unavailable, name, "is not built now: \(state.running.count) builds wait already",
                advice: "try again later")
        }
    }

    func began(_ build: Build, _ work: Work, _ state: inout State) {
        state.running[build.id] = Running(work: work)
        state.order.removeAll { $0 == build.id }
        state.order.append(build.id)
        state.builds[build.id] = build
        forgetOldest(&state)
    }

    /// Does the work of a build once a place is free, and notes where it comes to nothing.
    func passing<Result: Sendable>(
        _ id: Build.ID, _ name: String, for asker: String, first: () async throws -> Void,
        _ work: () async throws -> Result
    ) async throws -> Result {
        do {
            try await first()
            return try await gate.pass(as: asker) {
                note("waiting", "for other builds, of which \(buildsAtOnce) are made at once", of: id)
            } _: {
                try await work()
            }
        } catch {
            throw ended(id, name, error)
        }
    }

    /// Writes down that a build is to be made.
    ///
    /// - Parameter order: `nil` for an image.
    func accept(_ build: Build, _ order: BuildOrder?) async throws {
        do {
            try await blocking {
                try self.journal.write(BuildJournal.Entry(build: build, order: order))
                self.journal.clearEvents(of: build.id)
            }
        } catch let error as Errno {
            throw EnvironmentSupplyError(
                .unavailable, order?.title ?? build.name, "is not built: the server cannot write it down (\(error))",
                advice: "free some space in its data folder, and try again", cause: error)
        }
    }

    private func make(_ order: BuildOrder, _ id: Build.ID) async throws -> DeliveredEnvironment {
        let reference = order.reference
        let isNew = !hasLock(order)
        do {
            try Task.checkCancellation()
            var settings = settings
            settings.isForeign = Self.isForeign(reference)
            let builder = EnvironmentBuilder(settings: settings) { [weak self] event in self?.note(event, of: id) }
            let input = try await blocking { try builder.read(self.file(of: order, builder)) }
            let isNamed = !Self.isForeign(reference)
            let request = BuildRequest(deliversFolder: true, isNamed: isNamed)
            let result: BuildResult
            if order.upgrades, isNamed {
                let upgrade = try await builder.upgrade(input, request)
                tell(upgrade.difference, of: id)
                result = upgrade.result
            } else {
                result = try await builder.build(input, policy: .lockIfNeeded, request)
            }
            guard let made = result.environments.first(where: { Self.runsHere($0, builder) }) else {
                throw EnvironmentSupplyError(
                    .cannotBuild, order.title, "is for another kind of machine than this one",
                    advice: "add this machine's platform to the recipe's `platforms`")
            }
            guard case .ready(let environment) = try await look(for: .named(made.id.digest.hex)) else {
                throw EnvironmentSupplyError(.unavailable, order.title, "was built, and is gone again")
            }
            try await deliver(order, made, of: input, id, builder)
            end(id, .ready, "is ready") { $0.environment = environment.id }
            return environment
        } catch {
            // Nothing is left of what never became an environment; a lock that did is kept.
            if Self.isForeign(reference), isNew {
                try? await blocking { try self.folder(of: order).removeTree() }
            }
            throw error
        }
    }

    /// Notes that a build has come to nothing, and gives the error for those who wait.
    private func ended(_ id: Build.ID, _ name: String, _ error: any Error) -> any Error {
        if let canceller = state.withLock({ $0.running[id]?.cancelledBy }) {
            let error = EnvironmentSupplyError(
                .cannotBuild, name, "was cancelled by \(canceller)", advice: "ask for it again")
            end(id, .cancelled, "by \(canceller)") {
                $0.trouble = Build.Trouble(category: .badInput, message: error.message)
            }
            return error
        }
        let translated = Self.translated(error, name)
        let category = (error as? any Diagnostic)?.category
        state.withLock { $0.failures[id] = (.now, translated) }
        end(id, .failed, "\(translated)") { build in
            build.trouble = Build.Trouble(translated)
            // The one beneath tells more.
            if let category { build.trouble?.category = category }
        }
        return translated
    }

    private static func runsHere(_ manifest: EnvironmentManifest, _ builder: EnvironmentBuilder) -> Bool {
        (try? builder.runnableTree(manifest.id.digest.hex, from: builder.settings.data)) != nil
    }

    /// The file that is built: an admin's recipe, or one that is written down under its digest.
    private func file(of order: BuildOrder, _ builder: EnvironmentBuilder) throws -> FilePath {
        switch order.reference {
        case .named(let name):
            if let path = recipe(named: name) { return path }
            // What the command line has built is there, and has no recipe to be made of.
            throw EnvironmentSupplyError(
                .unknown, name, "is neither an environment nor a recipe here",
                advice: "build it with `chidori env build`, or put its recipe into the server's folder of recipes")
        case .recipe(let yaml): return try keep(yaml, as: Self.recipeName, order, builder)
        case .lock(let toml): return try keep(toml, as: Self.lockName, order, builder)
        }
    }

    private static let recipeName = "recipe.yaml"
    private static let lockName = "recipe.lock.toml"

    /// Whether it is not an admin who says what is built, but whoever sends it.
    static func isForeign(_ reference: EnvironmentReference) -> Bool {
        if case .named = reference { false } else { true }
    }

    private func folder(of order: BuildOrder) -> FilePath {
        settings.data.appending("recipes").appending(order.sourceID.description)
    }

    /// Whether a recipe was locked before.
    private func hasLock(_ order: BuildOrder) -> Bool {
        guard case .recipe = order.reference else { return false }
        return folder(of: order).appending(Self.lockName).isThere
    }

    /// Writes a document down under its digest, and its lock beside it, so that it means the same again. They are for
    /// nobody else's eyes: URLs may hold passwords.
    private func keep(
        _ text: String, as name: String, _ order: BuildOrder, _ builder: EnvironmentBuilder
    ) throws -> FilePath {
        let folder = folder(of: order)
        for folder in [folder.removingLastComponent(), folder] {
            try folder.makeFolders(durably: true)
            try uninterrupted { chmod(folder.string, 0o700) }
        }
        let path = folder.appending(name)
        if !path.isThere { try builder.write(text, to: path) }
        return path
    }

    /// What helps, and whether trying again does.
    static func translated(_ error: any Error, _ name: String) -> any Error {
        if error is CancellationError || error is EnvironmentSupplyError { return error }
        guard let error = error as? any Diagnostic else {
            return EnvironmentSupplyError(.unavailable, name, "could not be built: \(error)", cause: error)
        }
        let code: EnvironmentSupplyErrorCode =
            switch error.category {
            case .unavailable, .system: .unavailable
            case .vulnerable: .vulnerable
            default: .cannotBuild
            }
        return EnvironmentSupplyError(code, error.subject, error.message, advice: error.advice, cause: error)
    }
}
