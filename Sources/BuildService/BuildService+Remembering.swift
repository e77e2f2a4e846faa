internal import Diagnostics
internal import EnvironmentBuilder
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
            journal.keepLog(FilePath(log), of: source, in: id)
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

    func end(_ id: Build.ID, _ result: Build.State, _ message: String, _ change: (inout Build) -> Void) {
        note(result.rawValue, message, of: id)
        let (build, running) = state.withLock { state in
            let running = state.running.removeValue(forKey: id)
            if var build = state.builds[id] {
                (build.state, build.endedAt) = (result, Self.now)
                change(&build)
                state.builds[id] = build
            }
            return (state.builds[id], running)
        }
        journal.close(id)
        // What cannot be written down is made again by the next server, which finds it there.
        let order: BuildOrder? = if case .environment(let work) = running?.work { work.order } else { nil }
        if let build, order != nil || build.kind == .image {
            try? journal.write(BuildJournal.Entry(build: build, order: order))
        }
        for listener in (running?.listeners ?? [:]).values { listener.finish() }
    }

    func remember(_ build: Build) {
        state.withLock { state in
            state.order.removeAll { $0 == build.id }
            state.order.append(build.id)
            state.builds[build.id] = build
            forgetOldest(&state)
        }
    }

    func forgetOldest(_ state: inout State) {
        while state.order.count > Self.memory.builds,
            let index = state.order.firstIndex(where: { state.running[$0] == nil })
        {
            let id = state.order.remove(at: index)
            state.builds[id] = nil
            state.failures[id] = nil
            journal.forget(id)
        }
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
