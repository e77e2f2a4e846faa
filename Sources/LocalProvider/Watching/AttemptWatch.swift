internal import DriverProvider
internal import Glibc
internal import JobModel
internal import Supervision
internal import Synchronization

/// Watches attempts on a thread of its own, and tells once of each how it came to its end: at once where its shim
/// records that, within a second where the shim was killed.
final class AttemptWatch: Sendable {
    /// What is told; called on the watch's thread.
    typealias Listener = @Sendable (AttemptID, AttemptFolder, Ending) -> Void

    enum Ending: Sendable {
        case ended(EndRecord)
        /// Nothing of it lives, and nobody recorded how it ended.
        case lost(StartRecord)
        /// It was never started.
        case absent
    }

    private struct Watched {
        var folder: AttemptFolder
        var event: Int32?
        /// When the rest of an attempt without a shim is ended, by the steady clock.
        var killAt: ContinuousClock.Instant?
    }

    private struct State {
        var attempts: [AttemptID: Watched] = [:]
        var isRunning = false
        var isClosed = false
    }

    private let state = Mutex(State())
    private let events = FolderEvents()
    private let bell: (reading: CInt, writing: CInt)
    private let listener: Listener

    init(_ listener: @escaping Listener) {
        self.listener = listener
        var ends: [CInt] = [-1, -1]
        if pipe(&ends) != 0 { ends = [-1, -1] }
        for end in ends where end >= 0 {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        bell = (ends[0], ends[1])
    }

    deinit {
        for end in [bell.reading, bell.writing] where end >= 0 { Glibc.close(end) }
    }

    /// Watches an attempt from now on, if it is not watched yet.
    func add(_ attempt: AttemptID, in folder: AttemptFolder) {
        let mustStart = state.withLock { state -> Bool in
            guard !state.isClosed, state.attempts[attempt] == nil else { return false }
            let event = events.add(folder.path)
            state.attempts[attempt] = Watched(folder: folder, event: event)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        if mustStart { start() }
        // What happened before the folder was watched is seen by looking.
        ring()
    }

    /// Looks at all attempts now.
    func ring() {
        var byte: UInt8 = 0
        _ = write(bell.writing, &byte, 1)
    }

    /// Ends the thread; attempts go on, and nobody tells of them.
    func close() {
        state.withLock { $0.isClosed = true }
        ring()
    }

    private func start() {
        var thread = pthread_t()
        let retained = Unmanaged.passRetained(self)
        let started = pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<AttemptWatch>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            }, retained.toOpaque())
        guard started == 0 else {
            // The next attempt tries again.
            state.withLock { $0.isRunning = false }
            return retained.release()
        }
        pthread_detach(thread)
    }

    private func run() {
        var nextLook = ContinuousClock.now
        while true {
            var waits = [
                pollfd(fd: events.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: bell.reading, events: Int16(POLLIN), revents: 0),
            ]
            let left = ContinuousClock.now.duration(to: nextLook) / .milliseconds(1)
            _ = poll(&waits, 2, CInt(max(0, left.rounded(.up))))
            let (isClosed, all) = state.withLock { ($0.isClosed, $0.attempts) }
            if isClosed { return }
            var byte: UInt8 = 0
            var looksAtAll = ContinuousClock.now >= nextLook
            while read(bell.reading, &byte, 1) == 1 { looksAtAll = true }
            let happened = events.next()
            if looksAtAll { nextLook = .now + .seconds(1) }
            for (attempt, watched) in all
            where looksAtAll || watched.event.map(happened.contains) == true {
                look(at: attempt, watched)
            }
        }
    }

    private func look(at attempt: AttemptID, _ watched: Watched) {
        let folder = watched.folder
        if folder.isSupervised { return }
        // What cannot be read now may be read a second later; the attempt stays watched.
        guard let found = try? folder.state() else { return }
        switch found {
        case .starting: return
        case .running(let start, let isSupervised):
            if !isSupervised { end(attempt, watched, start) }
        case .ended(let record): finish(attempt, folder, .ended(record))
        case .lost(let start):
            // Who put away every mark but the last is found now, and is gone before the attempt is called lost.
            if folder.endRemains(of: start, within: .seconds(2)) { finish(attempt, folder, .lost(start)) }
        case .absent: finish(attempt, folder, .absent)
        }
    }

    /// Does for an attempt without a shim what the shim would have done: ends it when it was told to, or has run too long.
    private func end(_ attempt: AttemptID, _ watched: Watched, _ start: StartRecord) {
        let folder = watched.folder
        let now = ContinuousClock.now
        if let killAt = watched.killAt {
            if now >= killAt { _ = folder.endRemains(of: start, within: .seconds(2)) }
            return
        }
        let order = (try? folder.order()) ?? nil
        let grace: Int64
        if let request = (try? folder.stopRequest()) ?? nil {
            grace = request.grace
        } else if let limit = order?.limits.time, let age = start.process.age, age >= .milliseconds(limit) {
            grace = order?.stopGrace ?? 0
        } else {
            return
        }
        folder.terminateRemains(of: start)
        state.withLock { $0.attempts[attempt]?.killAt = now + .milliseconds(grace) }
    }

    private func finish(_ attempt: AttemptID, _ folder: AttemptFolder, _ ending: Ending) {
        let wasWatched = state.withLock { state -> Bool in
            guard let watched = state.attempts.removeValue(forKey: attempt) else { return false }
            if let event = watched.event { events.remove(event) }
            return true
        }
        if wasWatched { listener(attempt, folder, ending) }
    }
}
