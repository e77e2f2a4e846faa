import Foundation
import GRDB
import JobModel
import JobStore
import JobSupport
import SystemPackage
import TestSupport
import Testing

@Suite("opening")
struct OpeningTests {
    let scratch: ScratchJobs

    init() throws {
        scratch = try ScratchJobs()
    }

    private func bytes(_ name: String) throws -> Data {
        try Data(contentsOf: URL(filePath: scratch.folder.appending(name).string))
    }

    @Test("one opener at a time, and the second is told who the first is")
    func lock() async throws {
        let store = try await scratch.open()
        let error = try #require(throws: JobStoreError.self) { try JobStore(in: scratch.folder) }
        #expect(error.code == .inUse)
        #expect(error.message.contains("process \(ProcessInfo.processInfo.processIdentifier) (a test)"))
        await store.close()
        try await scratch.withStore { try await $0.submit(Job.sample()) }
    }

    @Test("what a process that died has left open can be opened")
    func death() async throws {
        let probe = try Probe("hold", scratch.folder.string)
        try await probe.printed("open")
        #expect(throws: JobStoreError.self) { try JobStore(in: scratch.folder) }
        try await probe.kill()
        try await scratch.withStore { try await $0.submit(Job.sample()) }
    }

    @Test("what a killed process was just starting is waited for, and keeps nobody out")
    func heir() async throws {
        let probe = try Probe("hold", scratch.folder.string)
        try await probe.printed("open")
        // As a program has it that was forked and is not another one yet.
        let heir = open(scratch.folder.appending("jobs.lock").string, O_RDWR | O_CLOEXEC)
        try await probe.kill()
        try #require(heir >= 0 && flock(heir, LOCK_EX | LOCK_NB) == 0)
        Thread.detachNewThread {
            Thread.sleep(forTimeInterval: 0.3)
            close(heir)
        }
        try await scratch.withStore { try await $0.submit(Job.sample()) }
    }

    @Test("each opening has a higher epoch")
    func epochs() async throws {
        for expected in 1...3 {
            let epoch = try await scratch.withStore { $0.epoch }
            #expect(epoch == Int64(expected))
        }
    }

    @Test("a closed store refuses, and what waited is done before it is closed")
    func closing() async throws {
        let store = try await scratch.open()
        let outcomes = await withTaskGroup(of: JobStoreErrorCode?.self) { group in
            for number in 0..<200 {
                group.addTask {
                    do {
                        try await store.submit(Job.sample("job-\(number)"))
                        return nil
                    } catch {
                        return (error as? JobStoreError)?.code
                    }
                }
            }
            group.addTask {
                await store.close()
                return .closed
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.allSatisfy { $0 == nil || $0 == .closed })
        await #expect(throws: JobStoreError.self) { try await store.job(Job.sample().id) }
        let done = outcomes.count { $0 == nil }
        try await scratch.withStore { store async throws in
            let counts = try await store.counts(for: .everything)
            #expect((counts["default"]?[.accepted] ?? 0) == done)
        }
    }

    @Test("a database of a newer Chidori is refused and stays as it is, down to its log")
    func newer() async throws {
        try await scratch.withStore { try await $0.submit(Job.sample()) }
        // A version that lies in the write-ahead log alone, as a newer server that was killed leaves it.
        let probe = try Probe("make-newer", scratch.folder.string)
        try await probe.printed("made")
        try await probe.kill()
        let (database, log) = (try bytes("jobs.sqlite"), try bytes("jobs.sqlite-wal"))
        #expect(!log.isEmpty)
        let error = try #require(throws: JobStoreError.self) { try JobStore(in: scratch.folder) }
        #expect(error.code == .newerSchema)
        #expect(error.message.contains("version 1000"))
        #expect(try bytes("jobs.sqlite") == database)
        #expect(try bytes("jobs.sqlite-wal") == log)
    }

    @Test("what is no database is told so, and stays")
    func garbage() throws {
        try FileManager.default.createDirectory(atPath: scratch.folder.string, withIntermediateDirectories: true)
        let garbage = Data(repeating: 65, count: 10_000)
        try garbage.write(to: URL(filePath: scratch.folder.appending("jobs.sqlite").string))
        let error = try #require(throws: JobStoreError.self) { try JobStore(in: scratch.folder) }
        #expect(error.code == .damaged)
        #expect(try bytes("jobs.sqlite") == garbage)
    }

    @Test("the database and the files beside it are their owner's alone")
    func modes() async throws {
        try await scratch.withStore { store async throws in
            try await store.submit(Job.sample())
            for name in ["jobs.sqlite", "jobs.sqlite-wal", "jobs.sqlite-shm", "jobs.lock"] {
                let path = scratch.folder.appending(name).string
                let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
                #expect(mode == 0o600, "\(name)")
            }
        }
    }

    @Test(
        "no history can be changed or deleted, whoever opens the file",
        arguments: [
            "UPDATE transitions SET reason = 'x'", "DELETE FROM transitions", "UPDATE audit SET actor = 'user:x'",
            "DELETE FROM audit", "UPDATE settings SET actor = 'user:x'", "DELETE FROM settings",
            "INSERT OR REPLACE INTO transitions SELECT * FROM transitions",
            "INSERT OR REPLACE INTO settings SELECT * FROM settings",
            "INSERT OR REPLACE INTO audit SELECT * FROM audit",
        ])
    func triggers(sql: String) async throws {
        try await scratch.withStore { store async throws in
            try await store.submit(
                Job.sample(),
                audit: AuditEntry(at: .sample, actor: .user("ann"), tenant: "t", action: "a", subject: "s"))
            try await store.set(Settings(), following: 0, at: .sample, by: .user("ann"))
        }
        let queue = try DatabaseQueue(path: scratch.folder.appending("jobs.sqlite").string)
        #expect(throws: DatabaseError.self) {
            try queue.write { database in
                try database.execute(sql: "PRAGMA recursive_triggers = ON")
                try database.execute(sql: sql)
            }
        }
    }
}
