import Dispatch
import Glibc
import Synchronization
import Testing
import Workers

@Suite("workers")
struct WorkersTests {
    /// This thread's.
    private static var niceness: Int32 { getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) }

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

    @Test("the longest job has the caller's thread, and the others give way to it", arguments: [1, 2, 7])
    func longestFirst(count: Int) throws {
        let caller = pthread_self()
        let niceness = Self.niceness
        let gate = DispatchSemaphore(value: 0)
        let results = try Workers(count: count).map(longestFirst: Array(0..<20)) { item -> (Bool, Int32) in
            // The longest ends last of all where there is somebody to do the others.
            if count > 1 {
                if item == 0 { gate.wait() } else if item == 19 { gate.signal() }
            }
            return (pthread_equal(pthread_self(), caller) != 0, Self.niceness)
        }
        #expect(results[0] == (true, niceness))
        for result in results.dropFirst() {
            #expect(count == 1 ? result == (true, niceness) : result == (false, min(19, niceness + 10)))
        }
        #expect(Self.niceness == niceness)
        #expect(throws: Failure(item: 3)) {
            try Workers(count: count).map(longestFirst: Array(0..<20)) { if $0 >= 3 { throw Failure(item: $0) } }
        }
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

    @Test("asynchronous work: never more at once than allowed, results in order, and an error ends it")
    func concurrent() async throws {
        let running = Mutex((now: 0, most: 0))
        let results = try await concurrently(Array(0..<60), atMost: 3) { item in
            running.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
            try await Task.sleep(for: .milliseconds((60 - item) % 7))
            running.withLock { $0.now -= 1 }
            return item * 2
        }
        #expect(results == (0..<60).map { $0 * 2 })
        #expect(running.withLock { $0.most } == 3)
        let begun = Mutex(0)
        await #expect(throws: Failure(item: 3)) {
            try await concurrently(Array(0..<60), atMost: 2) { item in
                begun.withLock { $0 += 1 }
                if item == 3 { throw Failure(item: item) }
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        #expect(begun.withLock { $0 } < 10)
    }

    @Test("long work is told when its task is cancelled", .timeLimit(.minutes(1)))
    func calledOff() async throws {
        let task = Task {
            try await blocking(untilCalledOff: { isCalledOff in
                while !isCalledOff.isTrue { usleep(200) }
                return "stopped"
            })
        }
        try await Task.sleep(for: .milliseconds(20))
        task.cancel()
        // Where it was cancelled before it began, it never does.
        #expect(["stopped", nil].contains(try? await task.value))
    }
}
