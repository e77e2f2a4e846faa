internal import Synchronization

/// So many places, each taken by one at a time; who finds none waits its turn, for as long as it has patience.
final class Places: Sendable {
    private struct State {
        var free: Int
        var next = 0
        var waiting: [Waiting] = []
    }

    private struct Waiting {
        let number: Int
        let continuation: CheckedContinuation<Bool, Never>
        /// Ends its patience.
        let alarm: Task<Void, any Error>

        func end(isIn: Bool) {
            alarm.cancel()
            continuation.resume(returning: isIn)
        }
    }

    private let state: Mutex<State>

    init(_ count: Int) {
        state = Mutex(State(free: count))
    }

    /// Takes a place, which is to be given back with ``leave()``.
    ///
    /// - Returns: whether there was one in time.
    func enter(patience: Duration) async -> Bool {
        let number = state.withLock { state -> Int? in
            guard state.free == 0 else {
                state.free -= 1
                return nil
            }
            state.next += 1
            return state.next
        }
        guard let number else { return true }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isIn = state.withLock { state -> Bool? in
                    if Task.isCancelled { return false }
                    if state.free > 0 {
                        state.free -= 1
                        return true
                    }
                    let alarm = Task { [weak self] in
                        try await Task.sleep(for: patience)
                        self?.giveUp(number)
                    }
                    state.waiting.append(Waiting(number: number, continuation: continuation, alarm: alarm))
                    return nil
                }
                if let isIn { continuation.resume(returning: isIn) }
            }
        } onCancel: {
            giveUp(number)
        }
    }

    private func giveUp(_ number: Int) {
        let waiting = state.withLock { state in
            state.waiting.firstIndex { $0.number == number }.map { state.waiting.remove(at: $0) }
        }
        waiting?.end(isIn: false)
    }

    /// Gives the place to whoever waits longest.
    func leave() {
        let next = state.withLock { state -> Waiting? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.free += 1
            return nil
        }
        next?.end(isIn: true)
    }
}
