import JobModel
import JobQueue
import JobStore
import JobSupport
import SQLiteQueue
import SystemPackage
import TestSupport
import Testing

@Suite("the embedded queue")
struct SQLiteQueueTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch("queue")
    }

    @Test("keeps what queues promise", arguments: QueuePromise.allCases)
    func promises(promise: QueuePromise) async throws {
        let servers = try Servers(in: scratch.path)
        let subject = QueueUnderTest(try await SQLiteQueue(servers.current)) {
            try await SQLiteQueue(try await servers.next())
        }
        try await promise.check(subject)
        await servers.current.close()
    }

    /// One server after the other, in one folder.
    private actor Servers {
        private let folder: FilePath
        private(set) var current: JobStore

        init(in folder: FilePath) throws {
            self.folder = folder
            current = try JobStore(in: folder)
        }

        func next() async throws -> JobStore {
            await current.close()
            current = try JobStore(in: folder)
            return current
        }
    }

    @Test("a queue in memory keeps what queues promise", arguments: QueuePromise.allCases)
    func memory(promise: QueuePromise) async throws {
        try await promise.check(QueueUnderTest(InMemoryQueue()))
    }

    @Test("a submission is announced in the transaction that writes its row")
    func announcement() async throws {
        let store = try JobStore(in: scratch.path)
        let queue = try await SQLiteQueue(store)
        let waiter = Task { try await queue.receive(limit: 10) }
        let job = Job.sample { $0.idempotencyKey = "k" }
        for _ in 0..<2 { try await store.submit(job, isAnnounced: true) }
        #expect(try await waiter.value.map(\.message) == [.accepted(job.id)])
        #expect(try await queue.depth() == 1)
        await store.close()
    }

    @Test("a closed store's queue is unavailable")
    func closed() async throws {
        let store = try JobStore(in: scratch.path)
        let queue = try await SQLiteQueue(store)
        await store.close()
        let error = await #expect(throws: JobQueueError.self) { try await queue.publish([.accepted(Job.sample().id)]) }
        #expect(error?.code == .unavailable)
        await #expect(throws: JobQueueError.self) { try await queue.receive(limit: 1) }
    }
}
