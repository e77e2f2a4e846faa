internal import Synchronization

/// Lets so many in at once, and the others in the order in which they came.
final class Gate: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(_ places: Int) {
        state = Mutex(State(free: places))
    }

    /// Does something inside.
    ///
    /// - Parameter willWait: called first where nobody is let in now; what it does must not come here again.
    func pass<Result>(willWait: () -> Void, _ body: () async throws -> Result) async rethrows -> Result {
        await withCheckedContinuation { continuation in
            let isIn = state.withLock { state in
                guard state.free > 0 else {
                    willWait()
                    state.waiting.append(continuation)
                    return false
                }
                state.free -= 1
                return true
            }
            if isIn { continuation.resume() }
        }
        defer { leave() }
        return try await body()
    }

    /// Gives the place to whoever waits longest.
    private func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}
