import Cryptography
import Foundation
import JobEngine
import JobModel
import JobStore
import SystemPackage
import TestSupport
import Testing

@Suite("upkeep")
struct UpkeepTests {
    private let scratch: Scratch
    private var data: FilePath { scratch.path.appending("data") }
    private var logs: FilePath { data.appending("logs") }
    private var backups: FilePath { scratch.path.appending("backups") }

    init() throws {
        scratch = try Scratch("upkeep")
    }

    private func withEngine<Result>(_ body: (LiveEngine) async throws -> Result) async throws -> Result {
        let live = try await LiveEngine(in: scratch.path)
        do {
            let result = try await body(live)
            try await live.stop()
            return result
        } catch {
            try? await live.stop()
            throw error
        }
    }

    private func isThere(_ path: FilePath) -> Bool { FileManager.default.fileExists(atPath: path.string) }

    @Test("a job whose time to live is over leaves with its log, and is refused when it is to be tried again")
    func timeToLive() async throws {
        try await withEngine { live in
            let upkeep = Upkeep(live.engine, .init(), logs: logs)
            let short = try await live.submit("sh", "-c", "echo short; false") { $0.timeToLive = 60_000 }
            let long = try await live.submit("sh", "-c", "echo long; false")
            let end = try #require(try await live.ended(short).endedAt)
            _ = try await live.ended(long)
            await upkeep.turn(at: end.advanced(by: 59_000))
            #expect(try await live.store.listed(short) != nil)
            #expect(isThere(logs.appending("\(short)")))
            await upkeep.turn(at: end.advanced(by: 60_000))
            #expect(try await live.store.listed(short) == nil)
            #expect(try await live.store.job(short)?.state == .failed)
            #expect(!isThere(logs.appending("\(short)")))
            #expect(isThere(logs.appending("\(long)")))

            // Nothing becomes of a job that has left, and the core goes on.
            let answer = await live.engine.retry(short, by: .user("ann"))
            guard case .notAlive = answer else {
                Issue.record("\(answer)")
                return
            }
            let next = try await live.submit("true")
            #expect(try await live.ended(next).state == .succeeded)
        }
    }

    @Test("jobs that have ended long ago leave, those that live or were tried again stay")
    func retention() async throws {
        try await withEngine { live in
            let upkeep = Upkeep(live.engine, .init(retention: 3_600_000), logs: logs)
            let over = try await live.submit("true")
            let again = try await live.submit("sh", "-c", "test -e \(scratch.path)/go && sleep 60")
            let end = try #require(try await live.ended(over).endedAt)
            _ = try await live.ended(again)
            try Data().write(to: URL(filePath: scratch.path.appending("go").string))
            guard case .done = await live.engine.retry(again, by: .user("ann")) else {
                Issue.record("it cannot be tried again")
                return
            }
            _ = try await live.wait(again, for: [.running])
            await upkeep.turn(at: end.advanced(by: 3_600_000 * 2))
            #expect(try await live.store.listed(over) == nil)
            #expect(try await live.store.listed(again)?.state == .running)
            _ = await live.engine.command(.init(.kill, again, by: .user("ann"), message: nil))
            #expect(try await live.ended(again).state == .killed)
        }
    }

    @Test("logs that a server had no time to delete are deleted by the next one, and nobody else's")
    func leftovers() async throws {
        let job = try await withEngine { live in
            let job = try await live.submit("true")
            let other = try await live.submit("true")
            let end = try #require(try await live.ended(job).endedAt)
            _ = try await live.ended(other)
            let keep = scratch.path.appending("kept")
            try FileManager.default.moveItem(atPath: logs.appending("\(job)").string, toPath: keep.string)
            await Upkeep(live.engine, .init(retention: 0), logs: logs).turn(at: end.advanced(by: 60_000))
            // As if it had died before.
            try FileManager.default.moveItem(atPath: keep.string, toPath: logs.appending("\(job)").string)
            return job
        }
        let stranger = logs.appending("01kb0000000000000000000000")
        try FileManager.default.createDirectory(atPath: stranger.string, withIntermediateDirectories: true)
        try await withEngine { live in
            let work = Task { await Upkeep(live.engine, .init(), logs: logs).run() }
            let deadline = ContinuousClock.now + .seconds(20)
            while isThere(logs.appending("\(job)")), .now < deadline { try await Task.sleep(for: .milliseconds(20)) }
            work.cancel()
            await work.value
        }
        #expect(!isThere(logs.appending("\(job)")))
        #expect(isThere(stranger))
    }

    @Test("backups are made when they are due, and those that nothing keeps are deleted, as the audit tells")
    func schedule() async throws {
        try await withEngine { live in
            let key = SealingKey()
            let schedule = BackupSchedule(interval: 3_600_000, latest: 2, daily: 0, weekly: 0)
            let upkeep = Upkeep(
                live.engine, .init(backups: .init(folder: backups, key: key, schedule: schedule)), logs: logs)
            let start = Moment(milliseconds: 1_795_000_000_000)
            for minute in Int64(0)...180 { await upkeep.turn(at: start.advanced(by: minute * 60_000)) }
            let kept = try Backup.all(in: backups).sound
            #expect(kept.map(\.manifest.createdAt) == [start.advanced(by: 7_200_000), start.advanced(by: 10_800_000)])
            for backup in kept { try backup.verify(key: key) }
            let entries = try await live.store.audit(AuditFilter(tenants: nil)).filter { $0.actor == .system("backup") }
            #expect(entries.filter { $0.action == "backup.make" }.count == 4)
            #expect(entries.filter { $0.action == "backup.remove" }.count == 2)

            // A server that comes later goes on where this one was.
            let next = Upkeep(
                live.engine, .init(backups: .init(folder: backups, key: key, schedule: schedule)), logs: logs)
            await next.turn(at: start.advanced(by: 10_860_000))
            #expect(try Backup.all(in: backups).sound.count == 2)
        }
    }

    @Test(
        "an old backup that cannot be deleted is told as that, and the new one as made",
        .enabled("nothing can be mounted here: that takes an administrator's rights") {
            await SmallDisk.isPossible.value
        })
    func undeletable() async throws {
        try await withEngine { live in
            let schedule = BackupSchedule(interval: 3_600_000, latest: 1, daily: 0, weekly: 0)
            let upkeep = Upkeep(live.engine, .init(backups: .init(folder: backups, schedule: schedule)), logs: logs)
            let start = Moment(milliseconds: 1_795_000_000_000)
            await upkeep.turn(at: start)
            let old = try #require(try Backup.all(in: backups).sound.first)
            // A folder that something is mounted on keeps its name.
            try await Command("mount", ["--bind", old.folder.string, old.folder.string]).run()
            await upkeep.turn(at: start.advanced(by: 3_600_000))
            try await Command("umount", ["-l", old.folder.string]).run()
            #expect(try Backup.all(in: backups).sound.count == 2)
            let entries = try await live.store.audit(AuditFilter(tenants: nil)).filter { $0.actor == .system("backup") }
            #expect(entries.filter { $0.action == "backup.make" }.map(\.outcome) == [.allowed, .allowed])
            #expect(entries.filter { $0.action == "backup.remove" }.map(\.outcome) == [.failed])
        }
    }

    @Test("a backup that fails is in the audit, and tried again in a while")
    func failure() async throws {
        try await withEngine { live in
            try Data().write(to: URL(filePath: backups.string))
            let upkeep = Upkeep(live.engine, .init(backups: .init(folder: backups)), logs: logs)
            let start = Moment(milliseconds: 1_795_000_000_000)
            await upkeep.turn(at: start)
            await upkeep.turn(at: start.advanced(by: 60_000))
            let entries = try await live.store.audit(AuditFilter(tenants: nil)).filter { $0.action == "backup.make" }
            #expect(entries.map(\.outcome) == [.failed])
            try FileManager.default.removeItem(atPath: backups.string)
            await upkeep.turn(at: start.advanced(by: 300_000))
            #expect(try Backup.all(in: backups).sound.count == 1)
        }
    }
}
