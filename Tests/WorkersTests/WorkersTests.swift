import Synchronization
import Testing
import Workers

@Suite("workers")
struct WorkersTests {
    private struct Failure: Error, Equatable { let item: Int }

    @Test("results come in the items' order", arguments: [1, 2, 7])
    func order(count: Int) async throws {
        let squares = try await Workers(count: count).map(Array(0..<100)) { $0 * $0 }
        #expect(squares == (0..<100).map { $0 * $0 })
    }

    @Test("the earliest failure is thrown, and nothing starts after it")
    func failure() async throws {
        let started = Mutex(0)
        await #expect(throws: Failure(item: 3)) {
            try await Workers(count: 2).map(Array(0..<1000)) { item in
                started.withLock { $0 += 1 }
                if item >= 3 { throw Failure(item: item) }
            }
        }
        #expect(started.withLock { $0 } < 10)
    }

    @Test("never more at once than the count")
    func bound() async throws {
        let running = Mutex((now: 0, most: 0))
        _ = try await Workers(count: 3).map(Array(0..<60)) { _ in
            running.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
            for _ in 0..<1000 { _ = running.withLock { $0.now } }
            running.withLock { $0.now -= 1 }
        }
        #expect(running.withLock { $0.most } <= 3)
    }
}
