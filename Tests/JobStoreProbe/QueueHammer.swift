import JobModel
import JobQueue
import JobSupport

/// Publishes for ever, and receives and acknowledges half of what comes; tells of each once it is durable:
/// `published ID`, `acknowledged ID`. Before it acknowledges, it tells that too: `acknowledging ID`.
struct QueueHammer {
    let queue: any JobQueue
    let tell: @Sendable (String) -> Void

    init(_ queue: any JobQueue, tell: @escaping @Sendable (String) -> Void) {
        self.queue = queue
        self.tell = tell
    }

    func strike() async throws {
        tell("begun")
        try await withThrowingTaskGroup { group in
            for _ in 0..<4 { group.addTask { try await publish() } }
            for _ in 0..<2 { group.addTask { try await receive() } }
            try await group.waitForAll()
        }
    }

    private func publish() async throws {
        var generator = SystemRandomNumberGenerator()
        while true {
            let ids = (0..<Int.random(in: 1...3)).map { _ in JobID(at: .sample, using: &generator) }
            try await queue.publish(ids.map { .accepted($0) })
            for id in ids { tell("published \(id)") }
        }
    }

    private func receive() async throws {
        while true {
            for delivery in try await queue.receive(limit: 5) {
                guard case .accepted(let id) = delivery.message else { continue }
                if Bool.random() {
                    tell("acknowledging \(id)")
                    try await queue.acknowledge([delivery.id])
                    tell("acknowledged \(id)")
                } else if Bool.random() {
                    try await queue.release([delivery.id])
                }
            }
        }
    }
}
