internal import Cryptography
internal import Diagnostics
internal import EnvironmentBuilder
public import EnvironmentSupply
internal import FileSystem
internal import Glibc
internal import JobModel
internal import Recipes
internal import Synchronization
internal import SystemPackage
internal import Workers

extension BuildService {
    /// How many builds are remembered, and how many events of each.
    private static let memory = (builds: 500, events: 2000)

    /// Begins a build, or joins the one that is under way, and tells which it is.
    @discardableResult
    public func build(_ reference: EnvironmentReference) async throws -> Build {
        if case .ready(let environment) = try await find(reference) {
            let id = Build.ID(reference)
            if let known = build(id), known.environment == environment.id { return known }
            let now = Self.now
            let build = Build(
                id: id, state: .ready, name: Self.name(of: reference), environment: environment.id, message: nil,
                startedAt: now, endedAt: now, events: [])
            remember(build)
            return build
        }
        _ = try begin(reference)
        return build(Build.ID(reference))
            ?? Build(
                id: Build.ID(reference), state: .building, name: Self.name(of: reference), environment: nil,
                message: nil,
                startedAt: Self.now, endedAt: nil, events: [])
    }

    public func build(_ id: Build.ID) -> Build? { state.withLock { $0.builds[id] } }

    /// The builds that are remembered, the newest first.
    public func builds() -> [Build] {
        state.withLock { state in state.order.reversed().compactMap { state.builds[$0] } }
    }

    /// What has happened so far and what happens from now on, to the build's end.
    public func events(of id: Build.ID) -> AsyncStream<Build.Event> {
        let (stream, continuation) = AsyncStream.makeStream(of: Build.Event.self)
        let number = state.withLock { state -> Int? in
            for event in state.builds[id]?.events ?? [] { continuation.yield(event) }
            guard state.isRunning(id) else { return nil }
            state.nextListener += 1
            state.listeners[state.nextListener] = (id, continuation)
            return state.nextListener
        }
        guard let number else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.listeners.removeValue(forKey: number) }
        }
        return stream
    }

    /// The build that is under way, or a new one. It goes on though nobody waits for it any more.
    ///
    /// - Throws: ``EnvironmentSupplyError`` (`unavailable`) where too many wait already.
    func begin(_ reference: EnvironmentReference) throws -> Task<DeliveredEnvironment, any Error> {
        let id = Build.ID(reference)
        return try state.withLock { state in
            if let running = state.running[id] { return running }
            try Self.checkRoom(state, for: Self.name(of: reference))
            let task = Task.detached { [self] in
                try await gate.pass {
                    note("waiting", "for other builds, of which \(Self.buildsAtOnce) are made at once", of: id)
                } _: {
                    try await make(reference, id)
                }
            }
            state.running[id] = task
            began(id, Self.name(of: reference), &state)
            return task
        }
    }

    /// - Throws: ``EnvironmentSupplyError`` (`unavailable`) where too many builds wait already.
    static func checkRoom(_ state: State, for name: String) throws {
        guard state.count < memory.builds else {
            throw EnvironmentSupplyError(
                .unavailable, name, "is not built now: \(state.count) builds wait already", advice: "try again later")
        }
    }

    func began(_ id: Build.ID, _ name: String, _ state: inout State) {
        state.order.removeAll { $0 == id }
        state.order.append(id)
        state.builds[id] = Build(
            id: id, state: .building, name: name, environment: nil, message: nil, startedAt: Self.now, endedAt: nil,
            events: [])
        forgetOldest(&state)
    }

    private func make(_ reference: EnvironmentReference, _ id: Build.ID) async throws -> DeliveredEnvironment {
        let isNew = !hasLock(reference, id)
        do {
            var settings = settings
            settings.isForeign = Self.isForeign(reference)
            let builder = EnvironmentBuilder(settings: settings) { [weak self] event in self?.note(event, of: id) }
            let input = try await blocking { try builder.read(self.file(of: reference, id, builder)) }
            let request = BuildRequest(isNamed: !Self.isForeign(reference))
            let result = try await builder.build(input, policy: .lockIfNeeded, request)
            guard let made = result.environments.first(where: { Self.runsHere($0, builder) }) else {
                throw EnvironmentSupplyError(
                    .cannotBuild, Self.name(of: reference), "is for another kind of machine than this one",
                    advice: "add this machine's platform to the recipe's `platforms`")
            }
            guard case .ready(let environment) = try await find(.named(made.id.digest.hex)) else {
                throw EnvironmentSupplyError(.unavailable, Self.name(of: reference), "was built, and is gone again")
            }
            end(id, .ready, environment: environment.id, "is ready")
            return environment
        } catch {
            // Nothing is left of what never became an environment; a lock that did is kept.
            if Self.isForeign(reference), isNew { try? await blocking { try self.folder(of: id).removeTree() } }
            let translated = Self.translated(error, Self.name(of: reference))
            fail(id, translated)
            throw translated
        }
    }

    private static func runsHere(_ manifest: EnvironmentManifest, _ builder: EnvironmentBuilder) -> Bool {
        (try? builder.runnableTree(manifest.id.digest.hex, from: builder.settings.data)) != nil
    }

    /// The file that is built: an admin's recipe, or one that is written down under its digest.
    private func file(
        of reference: EnvironmentReference, _ id: Build.ID, _ builder: EnvironmentBuilder
    ) throws -> FilePath {
        switch reference {
        case .named(let name):
            if let path = recipe(named: name) { return path }
            throw EnvironmentSupplyError(
                .unknown, name, "is neither an environment nor a recipe here",
                advice: "build it with `chidori env build`, or put its recipe into the server's folder of recipes")
        case .recipe(let yaml): return try keep(yaml, as: Self.recipeName, id, builder)
        case .lock(let toml): return try keep(toml, as: Self.lockName, id, builder)
        }
    }

    private static let recipeName = "recipe.yaml"
    private static let lockName = "recipe.lock.toml"

    /// Whether it is not an admin who says what is built, but whoever sends it.
    private static func isForeign(_ reference: EnvironmentReference) -> Bool {
        if case .named = reference { false } else { true }
    }

    private func folder(of id: Build.ID) -> FilePath {
        settings.data.appending("recipes").appending(id.description)
    }

    /// Whether a recipe was locked before.
    private func hasLock(_ reference: EnvironmentReference, _ id: Build.ID) -> Bool {
        guard case .recipe = reference else { return false }
        return folder(of: id).appending(Self.lockName).isThere
    }

    /// Writes a document down under its digest, and its lock beside it, so that it means the same again. They are for
    /// nobody else's eyes: URLs may hold passwords.
    private func keep(
        _ text: String, as name: String, _ id: Build.ID, _ builder: EnvironmentBuilder
    ) throws -> FilePath {
        let folder = folder(of: id)
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
            default: .cannotBuild
            }
        return EnvironmentSupplyError(code, error.subject, error.message, advice: error.advice, cause: error)
    }

    // MARK: - Remembering

    func note(_ event: BuildEvent, of id: Build.ID) {
        switch event {
        case .began(let stage, let total):
            note(stage.rawValue, total.map { "\($0) to do" } ?? "begins", of: id)
        case .ended(let stage, let seconds): note(stage.rawValue, "done in \(seconds.rounded(to: 100)) s", of: id)
        case .downloaded(let file, _): note("fetching", file, of: id)
        case .locked(_, let packages, let jars, _):
            note("resolving", jars > 0 ? "\(packages) packages, \(jars) jars" : "\(packages) packages", of: id)
        case .warning(let text): note("warning", text, of: id)
        case .found(_, let text): note("check", text, of: id)
        case .waiting(let text): note("waiting", text, of: id)
        case .built(let source, _): note("building", source, of: id)
        case .advanced, .progressed, .downloading, .detail: break
        }
    }

    func note(_ stage: String, _ message: String, of id: Build.ID) {
        let now = Self.now
        state.withLock { state in
            let count = state.builds[id]?.events.last?.number ?? 0
            let event = Build.Event(number: count + 1, at: now, stage: stage, message: message)
            state.builds[id]?.events.append(event)
            if let extra = state.builds[id].map({ $0.events.count - Self.memory.events }), extra > 0 {
                state.builds[id]?.events.removeFirst(extra)
            }
            for (listened, listener) in state.listeners.values where listened == id { listener.yield(event) }
        }
    }

    func fail(_ id: Build.ID, _ error: any Error) {
        state.withLock { $0.failures[id] = (.now, error) }
        end(id, .failed, environment: nil, "\(error)")
    }

    func end(_ id: Build.ID, _ result: Build.State, environment: String?, _ message: String) {
        note(result.rawValue, message, of: id)
        let listeners = state.withLock { state in
            state.running[id] = nil
            state.imaging[id] = nil
            state.builds[id]?.state = result
            state.builds[id]?.environment = environment
            state.builds[id]?.message = result == .failed ? message : nil
            state.builds[id]?.endedAt = Self.now
            let listeners = state.listeners.filter { $0.value.0 == id }
            for number in listeners.keys { state.listeners[number] = nil }
            return listeners.values.map(\.1)
        }
        for listener in listeners { listener.finish() }
    }

    private func remember(_ build: Build) {
        state.withLock { state in
            state.order.removeAll { $0 == build.id }
            state.order.append(build.id)
            state.builds[build.id] = build
            forgetOldest(&state)
        }
    }

    private func forgetOldest(_ state: inout State) {
        while state.order.count > Self.memory.builds,
            let index = state.order.firstIndex(where: { !state.isRunning($0) })
        {
            let id = state.order.remove(at: index)
            state.builds[id] = nil
            state.failures[id] = nil
        }
    }

    static func name(of reference: EnvironmentReference) -> String {
        switch reference {
        case .named(let name): name
        case .recipe: "recipe"
        case .lock: "lock"
        }
    }

    private static var now: Moment {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Moment(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}

extension Double {
    fileprivate func rounded(to parts: Double) -> Double { (self * parts).rounded() / parts }
}
