import ContentStore
import Cryptography
import Foundation
import Synchronization
import SystemPackage
import Testing
import Workers

@Suite("the index")
struct IndexTests {
    let scratch: ScratchStore
    let notices = Notices()

    /// What the store has told, from any thread.
    final class Notices: Sendable {
        private let list = Mutex<[StoreNotice]>([])
        func add(_ notice: StoreNotice) { list.withLock { $0.append(notice) } }
        var all: [StoreNotice] { list.withLock { $0 } }
    }

    init() throws {
        scratch = try ScratchStore()
    }

    private func opened() -> ContentStore {
        let notices = notices
        return ContentStore(at: scratch.store.root) { notices.add($0) }
    }

    private func fill() throws -> SHA256Digest {
        let store = opened()
        let id = SHA256Digest(of: "environment")
        let wheel = try store.insert(Array("wheel".utf8))
        let environment = StoredEnvironment(
            id: id, name: "spark-ml", version: "2", python: "3.12", platform: "linux", lock: SHA256Digest(of: "lock"),
            created: 1_700_000_000)
        try store.register(environment, contents: [.blob(wheel.digest)], manifest: Array("first".utf8))
        try store.register(environment, contents: [.package("p+none")], manifest: Array("second".utf8))
        try store.lease(id, to: .tag("prod"))
        try store.setRecord(kind: "unit.1", key: "u", value: [1])
        return id
    }

    private var index: String { scratch.store.root.appending("store.sqlite").string }

    @Test("a lost index is made anew from the blobs, and nothing can be taken from unknown users")
    func lost() throws {
        let id = try fill()
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: index + suffix) }
        let store = opened()
        let environment = try #require(try store.environment(id))
        #expect(environment.name == "spark-ml")
        #expect(environment.created == 1_700_000_000)
        #expect(try store.manifest(of: id) == Array("second".utf8))
        #expect(try store.contents(of: id)?.count == 2)
        #expect(try store.leases(of: id).map(\.holder) == [.unknown])
        #expect(try store.record(kind: "unit.1", key: "u") == nil)
        #expect(notices.all == [.rebuiltIndex(environments: 1, kept: nil)])
        try store.remove(id, forced: true)
        #expect(scratch.files("blobs") == [])
    }

    @Test("an unreadable index is set aside and made anew", arguments: [0, 4096, 12_000])
    func unreadable(offset: Int) throws {
        let id = try fill()
        let handle = try #require(FileHandle(forUpdatingAtPath: index))
        try handle.seek(toOffset: UInt64(offset))
        try handle.write(contentsOf: Data(repeating: 0xA5, count: 60_000))
        try handle.close()
        let store = opened()
        #expect(try store.environment(id)?.name == "spark-ml")
        try store.lease(id, to: .tag("again"))
        guard case .rebuiltIndex(environments: 1, let kept?) = notices.all.first else {
            Issue.record("no notice: \(notices.all)")
            return
        }
        #expect(FileManager.default.fileExists(atPath: kept.string))
        #expect(notices.all.count == 1)
    }

    @Test("a file that is no database is set aside")
    func foreign() throws {
        try FileManager.default.createDirectory(atPath: scratch.store.root.string, withIntermediateDirectories: true)
        try Data(String(repeating: "no database. ", count: 1000).utf8).write(to: URL(fileURLWithPath: index))
        #expect(try opened().environments() == [])
    }

    @Test("an index of the first version is taken over: everything is as if it had been used now, and leases stay")
    func earlier() throws {
        let id = try fill()
        let tool = Process()
        tool.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let script = """
            import sqlite3, sys
            c = sqlite3.connect(sys.argv[1])
            for step in ["ALTER TABLE environments DROP COLUMN used", "ALTER TABLE discarded DROP COLUMN generation",
                         "DROP TABLE state", "DROP TABLE sizes", "PRAGMA user_version = 1",
                         "INSERT INTO discarded VALUES ('record', 'unit.1 left')",
                         "INSERT INTO records VALUES ('unit.1', 'left', x'01', x'00', 1)"]:
                c.execute(step)
            c.commit()
            """
        tool.arguments = ["python3", "-c", script, index]
        try tool.run()
        tool.waitUntilExit()
        try #require(tool.terminationStatus == 0)
        let store = opened()
        let now = Int64(Date().timeIntervalSince1970)
        #expect(try abs(store.time() - now) < 600)
        #expect(try abs(#require(store.lastUses()[id]) - now) < 600)
        #expect(try store.leases(of: id).map(\.holder) == [.tag("prod")])
        // What was left to be collected then is.
        #expect(try store.collect().documents == 1)
    }

    @Test("an index of a newer Chidori is left alone")
    func newer() throws {
        _ = try fill()
        let tool = Process()
        tool.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let script =
            "import sqlite3,sys; c = sqlite3.connect(sys.argv[1]); c.execute('PRAGMA user_version = 99'); c.commit()"
        tool.arguments = ["python3", "-c", script, index]
        try tool.run()
        tool.waitUntilExit()
        try #require(tool.terminationStatus == 0)
        #expect {
            try opened().environments()
        } throws: { error in
            guard let error = error as? StoreError else { return false }
            return error.code == .newerSchema && error.advice?.contains("newer Chidori") == true
        }
    }

    @Test("a new store of many threads at once is made once")
    func creation() throws {
        let root = scratch.store.root
        _ = try Workers(count: 8).map(Array(0..<16)) { number in
            let store = ContentStore(at: root)
            try store.setRecord(kind: "unit.1", key: "\(number)", value: [UInt8(number)])
        }
        #expect(try opened().records(kind: "unit.1", keys: (0..<16).map(String.init)).count == 16)
    }
}
