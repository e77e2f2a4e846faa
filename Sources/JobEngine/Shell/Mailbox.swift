internal import Dispatch
internal import JobModel
internal import JobQueue
internal import Synchronization

/// What waits for the core's next turn.
final class Mailbox: Sendable {
    /// What came since the last turn.
    struct Content: Sendable {
        var inputs: [EngineInput] = []
        /// Jobs whose rows are to be read and taken up.
        var arrivals: [JobID] = []
        /// Who waits for arrivals to be settled.
        var receipts: [CheckedContinuation<Void, Never>] = []
        /// Jobs that had ended and are to be tried once more.
        var revivals: [Revival] = []
        /// Who wants to know something of the core.
        var questions: [@Sendable (EngineCore?) -> Void] = []
        /// What is to be done while the core stands still.
        var errands: [Errand] = []

        var isEmpty: Bool {
            inputs.isEmpty && arrivals.isEmpty && revivals.isEmpty && receipts.isEmpty && questions.isEmpty
                && errands.isEmpty
        }

        /// Lets nobody wait any longer.
        ///
        /// - Parameter core: `nil` where there is none any more.
        func answer(_ core: EngineCore?) async {
            for receipt in receipts { receipt.resume() }
            for question in questions { question(core) }
            for errand in errands { await errand(core) }
        }
    }

    /// Gets `nil` where there is no core any more.
    typealias Errand = @Sendable (EngineCore?) async -> Void

    struct Revival: Sendable {
        var job: JobID
        var actor: Actor
        var ticket: EngineInput.Ticket
    }

    private struct State {
        var content = Content()
        var waiter: CheckedContinuation<Void, Never>?
        /// Counts the waits, so that an alarm wakes its own alone.
        var waits = 0
        var isClosed = false
    }

    private let state = Mutex(State())

    func put(_ input: EngineInput) {
        change { $0.inputs.append(input) }
    }

    func put(_ job: JobID) {
        change { $0.arrivals.append(job) }
    }

    func put(_ revival: Revival) {
        change { $0.revivals.append(revival) }
    }

    /// Asks the core something between two turns. Without one the answer is `nil`.
    func ask<Answer: Sendable>(_ question: @escaping @Sendable (EngineCore) -> Answer?) async -> Answer? {
        await withCheckedContinuation { continuation in
            let ask: @Sendable (EngineCore?) -> Void = { continuation.resume(returning: $0.flatMap(question)) }
            let isClosed = state.withLock { state in
                if state.isClosed { return true }
                state.content.questions.append(ask)
                return false
            }
            if isClosed { ask(nil) } else { wake() }
        }
    }

    /// Does something while the core stands still: everything that it has decided is durable, and it decides nothing
    /// meanwhile. So it must be short.
    ///
    /// - Parameter errand: gets `nil` where the core takes in nothing more.
    func run<Result: Sendable>(
        _ errand: @escaping @Sendable (EngineCore?) async throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let run: Errand = { core in
                do {
                    continuation.resume(returning: try await errand(core))
                } catch {
                    continuation.resume(throwing: error)
                }
            }
            let isClosed = state.withLock { state in
                if state.isClosed { return true }
                state.content.errands.append(run)
                return false
            }
            if isClosed { Task { await run(nil) } } else { wake() }
        }
    }

    /// Puts jobs in, and returns when what follows from them is durable, or the core takes in nothing more.
    func settle(_ jobs: [JobID]) async {
        await withCheckedContinuation { receipt in
            let isClosed = state.withLock { state in
                if state.isClosed { return true }
                state.content.arrivals += jobs
                state.content.receipts.append(receipt)
                return false
            }
            if isClosed { receipt.resume() } else { wake() }
        }
    }

    /// Wakes the core, and has it woken no more.
    func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            var waiting = Content()
            swap(&waiting.receipts, &state.content.receipts)
            swap(&waiting.questions, &state.content.questions)
            swap(&waiting.errands, &state.content.errands)
            return waiting
        }
        Task { await waiting.answer(nil) }
        wake()
    }

    /// Takes everything.
    func take() -> Content {
        state.withLock { state in
            defer { state.content = Content() }
            return state.content
        }
    }

    /// Returns when there is something, at the latest after so many milliseconds.
    func wait(atMost span: Int64?) async {
        await withCheckedContinuation { continuation in
            let number: Int? = state.withLock { state in
                guard state.content.isEmpty, !state.isClosed else { return nil }
                state.waits += 1
                state.waiter = continuation
                return state.waits
            }
            guard let number else { return continuation.resume() }
            guard let span else { return }
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Int(clamping: max(0, span)))) {
                self.wake(number)
            }
        }
    }

    private func change(_ body: (inout Content) -> Void) {
        state.withLock { body(&$0.content) }
        wake()
    }

    private func wake(_ number: Int? = nil) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if let number, number != state.waits { return nil }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }
}
