internal import JobModel
internal import Synchronization

/// Tells whoever listens of the steps of jobs, and keeps the last ones for those who were away for a moment.
final class ChangeFeed: Sendable {
    /// A step, and its place in the feed.
    struct Entry: Sendable {
        var number: Int64
        var transition: Transition
    }

    private struct State {
        /// The number of the next entry.
        var next: Int64 = 1
        var recent: [Entry] = []
        var listeners: [Int: Listener] = [:]
        var nextListener = 0
        var isClosed = false
    }

    private let state = Mutex(State())
    /// Tells the numbers of this process from those of another.
    let epoch: String
    private let mostRecent: Int

    init(epoch: String, mostRecent: Int = 10_000) {
        self.epoch = epoch
        self.mostRecent = mostRecent
    }

    func publish(_ transition: Transition) {
        let (entry, listeners) = state.withLock { state -> (Entry, [Listener]) in
            let entry = Entry(number: state.next, transition: transition)
            state.next += 1
            // Dropped in lots, so that keeping costs nothing.
            if state.recent.count >= mostRecent * 2 { state.recent.removeFirst(mostRecent) }
            state.recent.append(entry)
            return (entry, Array(state.listeners.values))
        }
        for listener in listeners { listener.offer(entry) }
    }

    /// Whether the server stops.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Ends all listening.
    func close() {
        let listeners = state.withLock { state in
            state.isClosed = true
            defer { state.listeners = [:] }
            return Array(state.listeners.values)
        }
        for listener in listeners { listener.close() }
    }

    /// Whoever waits until a moment that has come goes on. To be called a few times a second.
    func tick(_ now: ContinuousClock.Instant) {
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.tick(now) }
    }

    /// Begins to listen.
    ///
    /// - Parameters:
    ///   - number: the last entry that was heard, in this epoch; `nil` for what comes from now on.
    ///   - isWanted: which steps; called under locks, so it does nothing but look.
    /// - Returns: `nil` where entries behind that number are not kept any more.
    func listen(after number: Int64? = nil, _ isWanted: @escaping @Sendable (Transition) -> Bool) -> Listener? {
        state.withLock { state in
            var missed: [Entry] = []
            if let number {
                let first = state.recent.first?.number ?? state.next
                guard number >= first - 1, number < state.next else { return nil }
                missed = state.recent.filter { $0.number > number && isWanted($0.transition) }
            }
            let key = state.nextListener
            state.nextListener += 1
            let listener = Listener(missed, isWanted) { [weak self] in
                self?.state.withLock { $0.listeners[key] = nil }
            }
            if state.isClosed { listener.close() } else { state.listeners[key] = listener }
            return listener
        }
    }
}

/// Hears the steps of jobs that are wanted. One task waits at a time.
final class Listener: Sendable {
    enum Event: Sendable {
        case entry(ChangeFeed.Entry)
        /// Nothing until the moment that was given.
        case nothing
        /// More came than was fetched in time: what follows would have gaps.
        case lagged
        /// The server stops, or the task was cancelled.
        case closed
    }

    private struct State {
        var entries: [ChangeFeed.Entry]
        var first = 0
        var waiter: (continuation: CheckedContinuation<Event, Never>, until: ContinuousClock.Instant)?
        var isClosed = false
        var hasLagged = false
    }

    private let state: Mutex<State>
    private let isWanted: @Sendable (Transition) -> Bool
    private let leave: @Sendable () -> Void
    private static let mostEntries = 20_000

    fileprivate init(
        _ entries: [ChangeFeed.Entry], _ isWanted: @escaping @Sendable (Transition) -> Bool,
        leave: @escaping @Sendable () -> Void
    ) {
        state = Mutex(State(entries: entries))
        self.isWanted = isWanted
        self.leave = leave
    }

    deinit { leave() }

    /// The next entry, or that there is none until a moment.
    func next(until deadline: ContinuousClock.Instant) async -> Event {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let event = state.withLock { state -> Event? in
                    if let event = Self.take(&state) { return event }
                    if deadline <= .now { return .nothing }
                    state.waiter = (continuation, deadline)
                    return nil
                }
                if let event { continuation.resume(returning: event) }
            }
        } onCancel: {
            close()
        }
    }

    private static func take(_ state: inout State) -> Event? {
        if state.first < state.entries.count {
            defer {
                state.first += 1
                if state.first == state.entries.count { (state.entries, state.first) = ([], 0) }
            }
            return .entry(state.entries[state.first])
        }
        if state.hasLagged { return .lagged }
        return state.isClosed ? .closed : nil
    }

    fileprivate func offer(_ entry: ChangeFeed.Entry) {
        guard isWanted(entry.transition) else { return }
        wake { state in
            if state.entries.count - state.first >= Self.mostEntries { state.hasLagged = true }
            if !state.hasLagged { state.entries.append(entry) }
        }
    }

    fileprivate func close() { wake { $0.isClosed = true } }

    fileprivate func tick(_ now: ContinuousClock.Instant) {
        let waiter = state.withLock { state -> CheckedContinuation<Event, Never>? in
            guard let waiter = state.waiter, waiter.until <= now else { return nil }
            state.waiter = nil
            return waiter.continuation
        }
        waiter?.resume(returning: .nothing)
    }

    private func wake(_ change: (inout State) -> Void) {
        let woken = state.withLock { state -> (CheckedContinuation<Event, Never>, Event)? in
            change(&state)
            guard let waiter = state.waiter, let event = Self.take(&state) else { return nil }
            state.waiter = nil
            return (waiter.continuation, event)
        }
        if let (continuation, event) = woken { continuation.resume(returning: event) }
    }
}
