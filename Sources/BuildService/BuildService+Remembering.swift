internal import Diagnostics
internal import EnvironmentBuilder
internal import EnvironmentSupply
internal import Glibc
internal import JobModel
internal import Synchronization
internal import SystemPackage

/// What is remembered of builds, and told to those who listen.
extension BuildService {
    func note(_ event: BuildEvent, of id: Build.ID) {
        switch event {
        case .began(let stage, let total):
            note(stage.rawValue, total.map { "\($0) to do" } ?? "begins", of: id)
            note(Build.Progress(stage: stage.rawValue, done: 0, total: total), of: id)
        case .ended(let stage, let seconds): note(stage.rawValue, "done in \(seconds.rounded(to: 100)) s", of: id)
        case .downloaded(let file, _):
            note("fetching", file, of: id)
            advance("fetching", by: 1, of: id)
        case .uploaded(let file, _): note("image", file, of: id)
        case .locked(_, let packages, let jars, let difference):
            note("resolving", jars > 0 ? "\(packages) packages, \(jars) jars" : "\(packages) packages", of: id)
            if let difference { tell(difference, of: id) }
        case .warning(let text): note("warning", text, of: id)
        case .found(_, let text): note("check", text, of: id)
        case .waiting(let text): note("waiting", text, of: id)
        case .built(let source, _): note("building", "\(source), to learn what it needs", of: id)
        case .printed(let source, let log):
            // The next build of the source writes it anew. Builds tell this from a thread that may block.
            journal.performBlocking { $0.keepLog(FilePath(log), of: source, in: id) }
            let isNew = state.withLock { state in
                guard state.builds[id]?.sources.contains(source) == false else { return false }
                state.builds[id]?.sources.append(source)
                return true
            }
            if isNew { note("building", "\(source): what its build prints is kept", of: id) }
        case .advanced(let stage, let count, _): advance(stage.rawValue, by: count, of: id)
        case .progressed(let stage, let done, let total):
            note(Build.Progress(stage: stage.rawValue, done: done, total: total), of: id)
        case .downloading, .uploading, .detail: break
        }
    }

    /// Notes each package and jar that is another one than before.
    func tell(_ difference: EnvironmentDifference, of id: Build.ID) {
        for package in difference.packages + difference.jars {
            let (from, to) = (package.from.joined(separator: ", "), package.to.joined(separator: ", "))
            let text = from.isEmpty ? "\(to) is new" : to.isEmpty ? "\(from) is gone" : "\(from) → \(to)"
            note("changed", "\(package.name) \(text)", of: id)
            state.withLock { $0.builds[id]?.changes.append("\(package.name) \(text)") }
        }
        if difference.isEmpty { note("changed", "nothing", of: id) }
    }

    func note(_ stage: String, _ message: String, of id: Build.ID) {
        let now = Self.now
        let event = telling.withLock { _ in
            let (event, listeners) = state.withLock { state in
                let count = state.builds[id]?.lastEvent?.number ?? 0
                let event = Build.Event(number: count + 1, at: now, stage: stage, message: message)
                state.builds[id]?.lastEvent = event
                state.running[id]?.events.append(event)
                if let extra = state.running[id].map({ $0.events.count - Self.memory.events }), extra > 0 {
                    state.running[id]?.events.removeFirst(extra)
                }
                return (event, state.running[id]?.listeners ?? [:])
            }
            for listener in listeners.values { listener.yield(.event(event)) }
            return event
        }
        journal.append(event, to: id)
    }

    private func advance(_ stage: String, by count: Int, of id: Build.ID) {
        guard var progress = progress(of: id), progress.stage == stage else { return }
        progress.done += count
        note(progress, of: id)
    }

    /// Tells at most a hundred steps of a stage: who listens over a network wants to see that it goes on, no more.
    private func note(_ progress: Build.Progress, of id: Build.ID) {
        telling.withLock { _ in
            let listeners = state.withLock { state -> [Int: AsyncStream<Build.News>.Continuation] in
                let before = state.running[id]?.progress
                state.running[id]?.progress = progress
                let step = max(1, (progress.total ?? 0) / 100)
                if let before, before.stage == progress.stage, before.done / step == progress.done / step { return [:] }
                return state.running[id]?.listeners ?? [:]
            }
            for listener in listeners.values { listener.yield(.progress(progress)) }
        }
    }

    func end(_ id: Build.ID, _ result: Build.State, _ message: String, _ change: (inout Build) -> Void) async {
        note(result.rawValue, message, of: id)
        let running = state.withLock { state in
            let running = state.running.removeValue(forKey: id)
            if var build = state.builds[id] {
                (build.state, build.endedAt) = (result, Self.now)
                change(&build)
                state.builds[id] = build
            }
            return running
        }
        journal.enqueue { $0.close(id) }
        // What cannot be written down is made again by the next server, which finds it there.
        if running?.work.order != nil || build(id)?.kind == .image { try? await save(id, running?.work.order) }
        for listener in (running?.listeners ?? [:]).values { listener.finish() }
    }

    /// Writes a build down as it is now. It is durable on return, whoever's task was cancelled.
    ///
    /// - Parameter order: `nil` for an image.
    /// - Throws: ``EnvironmentSupplyError`` (`unavailable`).
    func save(_ id: Build.ID, _ order: BuildOrder?) async throws {
        do {
            try await journal.write(id) { [self] in
                state.withLock { state in
                    guard var build = state.builds[id] else { return nil }
                    if state.running[id]?.cancelledBy != nil {
                        // It ends now, whether the server lives to see that or not.
                        (build.state, build.endedAt) = (.cancelled, Self.now)
                        build.trouble = Build.Trouble(category: .badInput, message: "was cancelled")
                    }
                    return BuildJournal.Entry(build: build, order: order)
                }
            }
        } catch let error as Errno {
            throw EnvironmentSupplyError(
                .unavailable, order?.title ?? "image", "is not built: the server cannot write it down (\(error))",
                advice: "free some space in its data folder, and try again", cause: error)
        }
    }

    /// Remembers what is there already, and whoever may look at it.
    ///
    /// - Returns: `nil` where it is being made anew just now.
    func remember(_ build: Build, of order: BuildOrder, shownTo asker: String) async throws -> Build? {
        let remembered = state.withLock { state -> Build? in
            guard state.running[build.id] == nil else { return nil }
            var build = build
            build.viewers.formUnion(state.builds[build.id]?.viewers ?? [])
            build.viewers.insert(asker)
            if state.builds[build.id] == nil { state.order.append(build.id) }
            state.builds[build.id] = build
            forgetOldest(&state)
            return build
        }
        if remembered != nil { try await save(build.id, order) }
        return remembered
    }

    static var now: Moment {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Moment(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}

extension Double {
    fileprivate func rounded(to parts: Double) -> Double { (self * parts).rounded() / parts }
}
