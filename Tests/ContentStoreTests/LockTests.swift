import ContentStore
import Foundation
import Glibc
import Synchronization
import SystemPackage
import Testing
import Workers

@Suite("locks")
struct LockTests {
    let scratch: ScratchStore
    var store: ContentStore { scratch.store }

    init() throws {
        scratch = try ScratchStore()
    }

    @Test("threads that ask for one key run one after another")
    func threads() throws {
        let store = store
        let inside = Gauge()
        _ = try Workers(count: 8).map(Array(0..<40)) { _ in
            try store.exclusively("one") {
                inside.enter()
                inside.leave()
            }
        }
        #expect(inside.most == 1)
        #expect(inside.entries == 40)
    }

    @Test("a released lock is free, though a program that is just being started still has its descriptor")
    func inherited() throws {
        let lock = try #require(try store.tryLock("one"))
        let own = "/proc/self/fd"
        let held = try FileManager.default.contentsOfDirectory(atPath: own).compactMap { name -> CInt? in
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(own)/\(name)")
            return target?.hasPrefix(store.root.appending("locks").string) == true ? CInt(name) : nil
        }
        #expect(held.count == 1)
        let copies = held.map { dup($0) }
        defer { for copy in copies { close(copy) } }
        #expect(try store.tryLock("one") == nil)
        lock.release()
        #expect(try store.tryLock("one") != nil)
    }

    @Test("fifty tasks that wait hold no thread, and run one after another")
    func tasks() async throws {
        let store = store
        let inside = Gauge()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try await store.exclusively(awaiting: "one") {
                        inside.enter()
                        try await Task.sleep(for: .milliseconds(1))
                        inside.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(inside.most == 1)
        #expect(inside.entries == 50)
    }

    @Test("a cancelled task stops waiting")
    func cancellation() async throws {
        let store = store
        let lock = try #require(try store.tryLock("held"))
        let waiting = Task { try await store.exclusively(awaiting: "held") { Issue.record("it got in") } }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        lock.release()
    }

    @Test("holders that share exclude only the exclusive one")
    func shared() throws {
        let one = try store.lock("key", .shared)
        let two = try store.tryLock("key", .shared)
        #expect(two != nil)
        #expect(try store.tryLock("key") == nil)
        one.release()
        two?.release()
        #expect(try store.tryLock("key") != nil)
    }

    @Test("who waits long is told whom for")
    func notice() throws {
        let notices = Mutex<[StoreNotice]>([])
        let waiting = ContentStore(at: store.root) { notice in notices.withLock { $0.append(notice) } }
        let lock = try store.lock("environment-1", doing: "building spark-ml")
        _ = try Workers(count: 2).map([true, false]) { waits in
            if waits {
                try waiting.exclusively("environment-1") {}
            } else {
                while notices.withLock({ $0.isEmpty }) { spin() }
                lock.release()
            }
        }
        let holder = "process \(ownProcess), which is building spark-ml"
        #expect(notices.withLock { $0 } == [.waiting(key: "environment-1", holder: holder)])
    }

    @Test(
        "keys of any form have locks of their own",
        arguments: ["a/b", "..", "", "a b", String(repeating: "x", count: 400)])
    func keys(key: String) throws {
        let lock = try store.lock(key)
        #expect(try store.tryLock(key) == nil)
        #expect(try store.tryLock(key + "y") != nil)
        lock.release()
    }
}
