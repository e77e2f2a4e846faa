internal import JobModel
public import JobQueue

/// A queue that keeps what ``JobQueue`` promises as long as its process lives.
public actor InMemoryQueue: JobQueue {
    public nonisolated let name = "memory"

    private struct Entry {
        var number: Int
        var message: JobMessage
        var isRedelivered = false
    }

    private var waiting: [Entry] = []
    private var held: [Int: Entry] = [:]
    private var receivers: [Int: CheckedContinuation<Void, any Error>] = [:]
    private var last = 0

    public init() {}

    public func publish(_ messages: [JobMessage]) {
        for message in messages {
            last += 1
            waiting.append(Entry(number: last, message: message))
        }
        wake()
    }

    public func receive(limit: Int) async throws -> [Delivery] {
        guard limit > 0 else { return [] }
        while true {
            try Task.checkCancellation()
            if !waiting.isEmpty {
                let found = waiting.prefix(limit)
                waiting.removeFirst(found.count)
                for entry in found { held[entry.number] = entry }
                return found.map {
                    Delivery(id: Delivery.ID("\($0.number)"), message: $0.message, isRedelivered: $0.isRedelivered)
                }
            }
            try await wait()
        }
    }

    public func acknowledge(_ deliveries: [Delivery.ID]) {
        for id in deliveries { _ = Int(id.value).map { held.removeValue(forKey: $0) } }
    }

    public func release(_ deliveries: [Delivery.ID]) {
        for id in deliveries {
            guard let number = Int(id.value), var entry = held.removeValue(forKey: number) else { continue }
            entry.isRedelivered = true
            waiting.append(entry)
        }
        waiting.sort { $0.number < $1.number }
        wake()
    }

    public func depth() -> Int? { waiting.count + held.count }

    private func wait() async throws {
        last += 1
        let receiver = last
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                if Task.isCancelled {
                    continuation.resume(throwing: CancellationError())
                } else {
                    receivers[receiver] = continuation
                }
            }
        } onCancel: {
            Task { await cancel(receiver) }
        }
    }

    private func cancel(_ receiver: Int) {
        receivers.removeValue(forKey: receiver)?.resume(throwing: CancellationError())
    }

    private func wake() {
        for receiver in receivers.values { receiver.resume() }
        receivers = [:]
    }
}
