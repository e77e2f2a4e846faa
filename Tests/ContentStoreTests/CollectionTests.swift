import ContentStore
import Cryptography
import Foundation
import Synchronization
import SystemPackage
import Testing

/// A machine's clocks, set by a test.
final class TestClock: Sendable {
    private let state = Mutex(MachineTime.now)

    var now: MachineTime { state.withLock { $0 } }

    /// Lets time pass.
    func pass(_ seconds: Int64) {
        state.withLock {
            $0.wall += seconds
            $0.uptime += seconds
        }
    }

    /// Sets the wall clock.
    func jump(_ seconds: Int64) { state.withLock { $0.wall += seconds } }
}

@Suite("collection")
struct CollectionTests {
    private static let day: Int64 = 86_400
    private static let year: Int64 = 365 * day
    /// Everything that nobody uses.
    private static let all = CollectionPolicy(unneededFor: -10, unnamedFor: -10, spares: -10)

    private let scratch: ScratchStore
    private let clock = TestClock()
    private let store: ContentStore

    init() throws {
        scratch = try ScratchStore()
        store = ContentStore(at: scratch.store.root, clock: { [clock] in clock.now })
    }

    /// An environment with a file of so many bytes.
    @discardableResult
    private func build(_ name: String, bytes: Int = 1000, tag: String? = nil) throws -> SHA256Digest {
        let id = SHA256Digest(of: name)
        let blob = try store.insert(Array(name.utf8) + [UInt8](repeating: 7, count: bytes - name.utf8.count))
        try store.register(
            StoredEnvironment(
                id: id, name: name, version: "1", python: "3.11", platform: "any", lock: id, created: 0),
            contents: [.blob(blob.digest)], manifest: Array(name.utf8))
        if let tag { try store.lease(id, to: .tag(tag)) }
        return id
    }

    private func names() throws -> [String] { try store.environments().map(\.name) }

    // MARK: - Leases

    @Test("a lease does not end because the clock jumped, and ends when its time is over")
    func jumpingClocks() throws {
        let id = try build("a")
        try store.lease(id, to: .person("ann"), for: 7 * Self.day)
        for jump in [Self.year, -Self.year, -50 * Self.year, 50 * Self.year, Self.year, -Self.year] {
            clock.jump(jump)
            try store.collect(Self.all)
            #expect(try names() == ["a"])
            #expect(try store.isLive(#require(store.leases().first)))
            clock.pass(3600)
        }
        clock.pass(6 * Self.day)
        #expect(try store.collect(Self.all).removed.isEmpty)
        clock.pass(Self.day)
        #expect(try store.collect(Self.all).removed.map(\.name) == ["a"])
    }

    @Test(
        "what is young stays where the clock is a year ahead for a while, and what is old goes by the time that passed")
    func youngFiles() throws {
        let policy = CollectionPolicy(unneededFor: 30 * Self.day, unnamedFor: 30 * Self.day)
        let blob = try store.insert(Array("fetched".utf8)).digest
        try store.setRecord(kind: "page.1", key: "k", value: [1])
        try build("a")
        clock.jump(Self.year)
        #expect(try store.collect(policy).freed.items == 0)
        clock.pass(Self.day)
        #expect(try store.collect(policy).freed.items == 0)
        clock.jump(-Self.year)
        #expect(try store.collect(policy).freed.items == 0)
        #expect(try store.contains(blob) && names() == ["a"])
        clock.pass(28 * Self.day)
        #expect(try store.collect(policy).freed.items == 0)
        clock.pass(4 * Self.day)
        let report = try store.collect(policy)
        #expect(report.removed.map(\.name) == ["a"])
        // The file, the environment's own and its description; the document of the index.
        #expect(report.freed.files == 3 && report.freed.documents == 1)
    }

    @Test("renewing lengthens what there is, writes only where it matters, and makes no lease")
    func renewing() throws {
        let id = try build("a")
        try store.lease(id, to: .job("1"), for: 10 * Self.day)
        let first = try store.leases()
        try store.renew([.job("1"), .job("2")], for: 10 * Self.day)
        #expect(try store.leases() == first)
        clock.pass(2 * Self.day)
        try store.renew([.job("1"), .job("2")], for: 10 * Self.day)
        let renewed = try store.leases()
        #expect(renewed.count == 1)
        #expect(try #require(renewed[0].until) == #require(first[0].until) + 2 * Self.day)
    }

    @Test("a download that is to be resumed stays where the clock jumps, and goes a week later")
    func partialDownloads() throws {
        let path = try store.partialPath("download")
        try Data("half".utf8).write(to: URL(filePath: path.string))
        _ = try store.time()
        for jump in [Self.year, -Self.year] {
            clock.jump(jump)
            try store.sweep()
            #expect(FileManager.default.fileExists(atPath: path.string))
        }
        clock.pass(8 * Self.day)
        try store.sweep()
        #expect(!FileManager.default.fileExists(atPath: path.string))
    }

    // MARK: - Beside builds

    @Test(
        "a build that began before keeps what it may have seen; one that begins later holds nothing up, and waits for none"
    )
    func generations() throws {
        let orphan = try store.insert(Array("orphan".utf8)).digest
        let other = try store.insert(Array("other".utf8)).digest
        let earlier = try store.keepContents(doing: "building")
        #expect(try store.collect(Self.all).freed.deferred == 2)
        #expect(try store.contains(orphan))

        // A process that begins now finds them still, and lets that stay which it means to rely on.
        let late = ContentStore(at: store.root)
        let later = try late.keepContents(doing: "building")
        #expect(try late.contains(other))
        earlier.release()
        let freed = try store.collect().files
        #expect(freed == 1)
        #expect(try !store.contains(orphan))
        #expect(try late.contains(other))
        later.release()
    }

    @Test("what was noted to be deleted and is made anew, or needed again, stays")
    func sparing() throws {
        let package = "p+none"
        func publish(_ store: ContentStore) throws {
            try store.scratchFolder().publish(to: store.packagesFolder.appending(package))
        }
        try publish(store)
        try store.setRecord(kind: "unit.1", key: "k", value: [1])
        let blob = try store.insert(Array("blob".utf8))
        let earlier = try store.keepContents(doing: "building")
        #expect(try store.collect(Self.all).freed.deferred == 3)
        let late = ContentStore(at: store.root)
        let later = try late.keepContents(doing: "building")
        #expect(try late.containsPackage(package))
        #expect(try late.insert(Array("blob".utf8)) == blob)
        try late.setRecord(kind: "unit.1", key: "k", value: [2])
        earlier.release()
        #expect(try store.collect().items == 0)
        #expect(try late.containsPackage(package) && late.contains(blob.digest))
        #expect(try late.record(kind: "unit.1", key: "k") == [2])
        later.release()
        #expect(try store.collect(Self.all).freed.items == 3)
    }

    @Test("an environment registered between the note and the deletion keeps what it needs")
    func registering() throws {
        let blob = try store.insert(Array("wheel".utf8)).digest
        let build = try store.keepContents(doing: "building")
        #expect(try store.collect(Self.all).freed.deferred == 1)
        let id = SHA256Digest(of: "e")
        try store.register(
            StoredEnvironment(id: id, name: "e", version: "", python: "", platform: "", lock: id, created: 0),
            contents: [.blob(blob)], manifest: [])
        build.release()
        #expect(try store.collect().files == 0)
        #expect(try store.contains(blob))
    }

    // MARK: - Least recent use

    @Test("under a limit what was least recently used goes first, and what has a name, is leased, or is in use stays")
    func leastRecentlyUsed() throws {
        for name in ["named", "leased", "held", "old", "middle", "new"] {
            try build(name, bytes: 10_000, tag: name == "named" ? "prod" : nil)
            clock.pass(2 * 3600)
        }
        try store.lease(SHA256Digest(of: "leased"), to: .job("1"), for: Self.day)
        let use = try store.use(SHA256Digest(of: "held"))
        clock.pass(2 * 3600)
        let size = try #require(try store.rehearse(limit(1 << 40)).size)
        #expect(size > 60_000)
        #expect(try store.rehearse(limit(size)).removed.isEmpty)
        #expect(try store.rehearse(limit(size - 1)).removed.map(\.name) == ["old"])
        let rehearsed = try store.rehearse(limit(size - 15_000))
        #expect(rehearsed.removed.map(\.name) == ["old", "middle"])
        let done = try store.collect(limit(size - 15_000))
        #expect(done.removed == rehearsed.removed && done.freed == rehearsed.freed && done.size == rehearsed.size)
        #expect(try names().sorted() == ["held", "leased", "named", "new"])
        // There is no more that may go: that is told, and nothing else is touched.
        let last = try store.collect(limit(1000))
        #expect(last.removed.map(\.name) == ["new"])
        #expect(try #require(last.size) > 30_000)
        use.release()
        #expect(try store.collect(limit(1000)).removed.map(\.name) == ["held"])
        #expect(try names().sorted() == ["leased", "named"])
    }

    @Test("what was used in the last hour does not go for the sake of a limit; using puts at the end of the row")
    func using() throws {
        try build("a", bytes: 10_000)
        clock.pass(2 * 3600)
        try build("b", bytes: 10_000)
        clock.pass(2 * 3600)
        try store.noteUse(of: SHA256Digest(of: "a"))
        let policy = CollectionPolicy(unneededFor: Self.day, unnamedFor: Self.day, size: 1000)
        #expect(try store.collect(policy).removed.map(\.name) == ["b"])
        #expect(try names() == ["a"])
    }

    @Test("environments that have a name go where that is asked for, by their last use, with their names")
    func named() throws {
        try build("a", tag: "one")
        try build("b", tag: "two")
        clock.pass(50 * Self.day)
        try store.noteUse(of: SHA256Digest(of: "b"))
        #expect(try store.collect(CollectionPolicy(unneededFor: 0, unnamedFor: 0)).removed.isEmpty)
        let policy = CollectionPolicy(unneededFor: 0, unnamedFor: 0, namedFor: 40 * Self.day)
        #expect(try store.collect(policy).removed.map(\.name) == ["a"])
        #expect(try store.environment(tagged: "one") == nil)
        #expect(try names() == ["b"])
    }

    @Test("a document that describes an environment, or what one needs, stays with it, and goes after it")
    func descriptions() throws {
        let id = try build("a")
        let blob = try #require(
            try store.contents(of: id)?.compactMap { if case .blob(let digest) = $0 { digest } else { nil } }.first)
        try store.setRecord(kind: "unit.1", key: "\(blob.hex) wheel 3.11", value: [1])
        try store.setRecord(kind: "unit.1", key: "\(SHA256Digest(of: "other").hex) wheel 3.11", value: [1])
        try store.setRecord(kind: "images.1", key: id.hex, value: [2])
        #expect(try store.collect(CollectionPolicy(unneededFor: -10)).freed.documents == 1)
        #expect(try store.record(kind: "unit.1", key: "\(blob.hex) wheel 3.11") == [1])
        #expect(try store.record(kind: "images.1", key: id.hex) == [2])
        try store.remove(id)
        #expect(try store.collect(CollectionPolicy(unneededFor: -10)).freed.documents == 2)
    }

    @Test("logs of builds go by their age, and the oldest where there are too many")
    func logs() throws {
        try FileManager.default.createDirectory(atPath: store.logPath("").string, withIntermediateDirectories: true)
        let now = Date(timeIntervalSince1970: Double(clock.now.wall))
        for (name, days) in [("old", 40.0), ("middle", 3), ("new", 1)] {
            let path = store.logPath(name).string
            try Data(count: 1000).write(to: URL(filePath: path))
            try FileManager.default.setAttributes(
                [.modificationDate: now.addingTimeInterval(-days * 86_400)], ofItemAtPath: path)
        }
        #expect(try store.collect(CollectionPolicy()).freed.logs == 1)
        #expect(try store.collect(CollectionPolicy(logsSize: 1500)).freed.logs == 1)
        #expect(scratch.files("logs/builds") == ["new"])
    }

    // MARK: - Trouble

    @Test("stopped in the midst, the rest goes the next time")
    func stopping() throws {
        for number in 0..<3000 { try store.setRecord(kind: "page.1", key: "\(number)", value: [1]) }
        var looks = 0
        let first = try store.collect(
            Self.all,
            until: {
                looks += 1
                return looks > 1
            })
        #expect(first.freed.documents == 0)
        // What was noted goes with whoever deletes next.
        #expect(try store.collect().documents == 2000)
        #expect(try store.collect(Self.all).freed.documents == 1000)
    }

    private func limit(_ bytes: UInt64) -> CollectionPolicy {
        CollectionPolicy(unneededFor: Self.day, unnamedFor: Self.day, size: bytes, spares: 0)
    }
}
