internal import Cryptography
internal import EnvironmentBuilder
internal import EnvironmentSupply
internal import JobModel
internal import Synchronization

/// Making images: as builds, which anybody can follow.
extension BuildService {
    /// How long after a failure it is told again, and nothing tried.
    private static let rest = Duration.seconds(60)

    /// Who asks for what is pulled by nobody in particular.
    public static let puller = "server/registry"

    /// The making that is under way, or a new one. It goes on though nobody waits for it any more.
    ///
    /// - Throws: as ``checkRoom(_:for:_:)``.
    func beginImage(
        of environment: SHA256Digest, _ origin: EnvironmentOrigin, _ repository: ImageRepository, _ id: Build.ID,
        for asker: String
    ) async throws -> Task<KeptImage, any Error> {
        let name = "image of \(repository.name)"
        while true {
            let entrance = try state.withLock { state -> Entrance<Task<KeptImage, any Error>> in
                if let running = state.running[id], case .image(let task) = running.work {
                    if running.cancelledBy != nil { return .ending(running.work) }
                    // Whoever pulls waits for it, and the next server need not know them.
                    state.builds[id]?.add(asker)
                    return .joined(task)
                }
                try checkRoom(state, for: name, asker)
                var build = Build(id, .image, name, for: asker, at: Self.now)
                build.viewers.formUnion(state.builds[id]?.viewers ?? [])
                let task = Task.detached { [self, build] in
                    try await passing(id, name, for: asker, isForeign: origin.isForeign) {
                        try await accept(build, nil)
                    } _: { [self] in
                        try await makeImage(of: environment, origin, repository, id)
                    }
                }
                began(build, .image(task), &state)
                return .begun(task)
            }
            switch entrance {
            case .begun(let task), .joined(let task): return task
            case .ending(let work): await work.end()
            }
        }
    }

    private func makeImage(
        of environment: SHA256Digest, _ origin: EnvironmentOrigin, _ repository: ImageRepository, _ id: Build.ID
    ) async throws -> KeptImage {
        var settings = settings
        settings.isForeign = origin.isForeign
        let builder = EnvironmentBuilder(settings: settings) { [weak self] event in self?.note(event, of: id) }
        let image = try await builder.makeImage(of: environment, from: origin, repository.form)
        await end(id, .ready, "is made: \(image.manifest.prefixed)") { $0.environment = environment.hex }
        return image
    }

    /// - Throws: what went wrong, where that was a moment ago: whoever pulls asks again and again.
    func checkNotFailed(_ id: Build.ID) throws {
        let failure = state.withLock { state in state.running[id] == nil ? state.failures[id] : nil }
        if let failure, ContinuousClock.now - failure.at < Self.rest { throw failure.error }
    }

    /// What comes of a build; `nil` where that takes longer.
    func result<Result: Sendable>(
        of task: Task<Result, any Error>, _ id: Build.ID, until deadline: ContinuousClock.Instant
    ) async throws -> Result? {
        try await isOver(id, before: deadline) ? try await task.value : nil
    }

    /// Waits for a build's end, though not for ever.
    func isOver(_ id: Build.ID, before deadline: ContinuousClock.Instant) async throws -> Bool {
        var pause = Duration.milliseconds(2)
        while state.withLock({ $0.running[id] != nil }) {
            guard ContinuousClock.now < deadline else { return false }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .milliseconds(100))
        }
        return true
    }

    func underWay(_ id: Build.ID) -> Build { build(id) ?? Build(id, .image, "", for: Self.puller, at: Self.now) }
}
