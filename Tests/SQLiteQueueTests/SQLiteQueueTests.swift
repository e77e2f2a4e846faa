import JobModel
import JobQueue
import JobStore
import JobSupport
import SQLiteQueue
import TestSupport
import Testing

@Suite("the embedded queue")
struct SQLiteQueueTests {
    @Test("gives what was published, in order, and forgets what was acknowledged")
    func order() async throws {
        let scratch = try Scratch("queue")
        let ids = (0..<5).map { _ in Job.sample().id }
        var store = try JobStore(in: scratch.path)
        var queue = try await SQLiteQueue(store)
        try await queue.publish(ids.map { .accepted($0) })
        let first = try await queue.receive(limit: 2)
        #expect(first.map(\.message) == [.accepted(ids[0]), .accepted(ids[1])])
        try await queue.acknowledge([first[0].id])
        await store.close()
        store = try JobStore(in: scratch.path)
        queue = try await SQLiteQueue(store)
        let rest = try await queue.receive(limit: 10)
        #expect(rest.map(\.message) == ids.dropFirst().map { .accepted($0) })
        #expect(rest.map(\.isRedelivered) == [true, true, true, true])
        await store.close()
    }
}
