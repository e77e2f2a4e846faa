internal import Synchronization

/// What the threads of one `Workers.map` share: the next index to take, and the results so far.
final class Board<Result: Sendable>: Sendable {
    private struct State {
        var next = 0
        var failed = false
        var results: [Swift.Result<Result, any Error>?]
    }

    private let state: Mutex<State>

    init(size: Int) {
        state = Mutex(State(results: Array(repeating: nil, count: size)))
    }

    /// The next item to work on, or `nil` when none is left or one has failed.
    func next() -> Int? {
        state.withLock { state in
            guard !state.failed, state.next < state.results.count else { return nil }
            defer { state.next += 1 }
            return state.next
        }
    }

    func finish(_ index: Int, with result: Swift.Result<Result, any Error>) {
        state.withLock { state in
            if case .failure = result { state.failed = true }
            state.results[index] = result
        }
    }

    /// Every result in order, or the error of the earliest failed item.
    func results() throws -> [Result] {
        try state.withLock { state in
            try state.results.compactMap { try $0?.get() }
        }
    }
}
