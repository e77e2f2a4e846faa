internal import JobModel
public import JobQueue
public import JobStore
internal import Synchronization

/// The queue that Chidori brings with it: a table in `jobs.sqlite`.
///
/// A message is durable when `publish` returns. Which ones are held is known to this process alone, so that what a dead
/// process held comes back by itself at the next opening; all that were there before are marked as redelivered, since
/// they may have been. Receiving writes nothing, and waits without asking again and again. There is one of these for a
/// store.
public final class SQLiteQueue: JobQueue {
    public let name = "sqlite"

    private let store: JobStore
    /// Messages up to this number were there before this process.
    private let inherited: Int64
    private let state = Mutex(QueueState())

    public init(_ store: JobStore) async throws {
        self.store = store
        inherited = try await Self.answering { try await store.lastMessage() }
        store.whenAppended { [weak self] in self?.wake() }
    }

    public func publish(_ messages: [JobMessage]) async throws {
        let stored = messages.map { message -> StoredMessage in
            switch message {
            case .accepted(let id): .accepted(id)
            case .submission(let document, let tenant, let user):
                .submission(document: document, tenant: tenant, user: user)
            }
        }
        try await Self.answering { try await store.append(stored) }
    }

    public func receive(limit: Int) async throws -> [Delivery] {
        guard limit > 0 else { return [] }
        while true {
            try Task.checkCancellation()
            switch state.withLock({ $0.turn() }) {
            case .fetch(let place):
                let deliveries = try await fetch(place, limit: limit)
                if !deliveries.isEmpty { return deliveries }
            case .wait(let signal):
                try await wait(since: signal)
            }
        }
    }

    public func acknowledge(_ deliveries: [Delivery.ID]) async throws {
        let numbers = deliveries.compactMap { Int64($0.value) }
        try await Self.answering { try await store.removeMessages(numbers) }
        state.withLock { $0.forget(numbers) }
    }

    public func release(_ deliveries: [Delivery.ID]) async throws {
        let numbers = deliveries.compactMap { Int64($0.value) }
        state.withLock { $0.release(numbers) }
        wake()
    }

    public func depth() async throws -> Int? {
        try await Self.answering { try await store.messageCount() }
    }

    // MARK: - Fetching

    /// Reads what it is the turn of, and holds it unless the task was cancelled meanwhile. Ends the turn in any case.
    private func fetch(_ place: QueueState.Place, limit: Int) async throws -> [Delivery] {
        do {
            let found = try await Self.answering {
                switch place {
                case .released(let numbers): try await store.messages(Array(numbers.prefix(limit)))
                case .behind(let number): try await store.messages(after: number, limit: limit)
                }
            }
            try Task.checkCancellation()
            let numbers = found.map(\.number)
            wake(state.withLock { $0.hold(numbers, from: place, isLast: numbers.count < limit) })
            let isRedelivered = if case .released = place { true } else { false }
            return found.map { number, message in
                Delivery(
                    id: Delivery.ID(String(number)), message: JobMessage(message),
                    isRedelivered: isRedelivered || number <= inherited)
            }
        } catch {
            wake(state.withLock { $0.endTurn() })
            throw error
        }
    }

    // MARK: - Waiting

    private func wait(since signal: Int) async throws {
        let waiter = state.withLock { $0.newWaiter() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let isOver = state.withLock { $0.wait(waiter, since: signal, continuation) }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.cancel(waiter) }?.resume(throwing: CancellationError())
        }
    }

    private func wake() { wake(state.withLock { $0.signalAll() }) }

    private func wake(_ waiters: [QueueState.Waiter]) {
        for waiter in waiters { waiter.resume() }
    }

    /// The store's refusals, in the words of queues.
    private static func answering<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as JobStoreError {
            throw JobQueueError(
                error.code == .diskFull ? .full : .unavailable, error.subject, error.message, advice: error.advice,
                cause: error)
        }
    }
}

extension JobMessage {
    init(_ message: StoredMessage) {
        switch message {
        case .accepted(let id): self = .accepted(id)
        case .submission(let document, let tenant, let user):
            self = .submission(document: document, tenant: tenant, user: user)
        }
    }
}
