internal import Synchronization

/// Between what serves and who wants an end of it: whoever stops it waits until it has ended.
final class StopSign: Sendable {
    private struct State {
        var isWanted = false
        var isRunning = false
        /// What runs, and has to hear of it.
        var listening: [AsyncStream<Void>.Continuation] = []
        /// Those who wait until it has ended.
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// - Returns: whether to begin; not where the end was wanted before.
    func begin() -> Bool {
        state.withLock { state in
            state.isRunning = !state.isWanted
            return state.isRunning
        }
    }

    /// Waits until the end is wanted, or the task is cancelled.
    func wait() async {
        let (wanted, want) = AsyncStream.makeStream(of: Void.self)
        state.withLock { state in
            if state.isWanted { want.finish() } else { state.listening.append(want) }
        }
        for await _ in wanted {}
    }

    func end() {
        let waiting = state.withLock { state in
            state.isRunning = false
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Wants the end, and waits for it where anything runs.
    func stop() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                state.isWanted = true
                for want in state.listening { want.finish() }
                state.listening = []
                if state.isRunning { state.waiting.append(continuation) }
                return !state.isRunning
            }
            if isOver { continuation.resume() }
        }
    }
}
