internal import Synchronization

/// Lets so many in at once, and the others one after the other: next is whoever has the fewest inside, and of those the
/// one that waits longest.
final class Gate: Sendable {
    private struct Waiting {
        let number: UInt64
        let asker: String
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var free: Int
        var next: UInt64 = 0
        var inside: [String: Int] = [:]
        /// In the order in which they came.
        var waiting: [Waiting] = []
        /// Who gave up before they began to wait.
        var gone: Set<UInt64> = []
    }

    private let state: Mutex<State>

    init(_ places: Int) {
        state = Mutex(State(free: places))
    }

    /// Whether whoever comes now is let in at once.
    var isOpen: Bool { state.withLock { $0.free > 0 } }

    /// Does something inside.
    ///
    /// - Parameters:
    ///   - asker: who is to have a fair share.
    ///   - willWait: called first where nobody is let in now; what it does must not come here again.
    /// - Throws: `CancellationError` where the task is cancelled while it waits; what `body` throws.
    func pass<Result>(
        as asker: String = "", willWait: () -> Void, _ body: () async throws -> Result
    ) async throws -> Result {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        let isIn = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = state.withLock { state -> Bool? in
                    if state.gone.remove(number) != nil { return false }
                    guard state.free > 0 else {
                        willWait()
                        state.waiting.append(Waiting(number: number, asker: asker, continuation: continuation))
                        return nil
                    }
                    state.free -= 1
                    state.inside[asker, default: 0] += 1
                    return true
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiting = state.withLock { state -> Waiting? in
                guard let index = state.waiting.firstIndex(where: { $0.number == number }) else {
                    state.gone.insert(number)
                    return nil
                }
                return state.waiting.remove(at: index)
            }
            waiting?.continuation.resume(returning: false)
        }
        state.withLock { _ = $0.gone.remove(number) }
        guard isIn else { throw CancellationError() }
        defer { leave(asker) }
        return try await body()
    }

    private func leave(_ asker: String) {
        let next = state.withLock { state -> Waiting? in
            let left = (state.inside[asker] ?? 1) - 1
            state.inside[asker] = left == 0 ? nil : left
            // The first of the smallest.
            let index = state.waiting.indices.min {
                (state.inside[state.waiting[$0].asker] ?? 0, $0) < (state.inside[state.waiting[$1].asker] ?? 0, $1)
            }
            guard let index else {
                state.free += 1
                return nil
            }
            let next = state.waiting.remove(at: index)
            state.inside[next.asker, default: 0] += 1
            return next
        }
        next?.continuation.resume(returning: true)
    }
}
