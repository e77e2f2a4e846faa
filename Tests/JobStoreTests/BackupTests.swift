import Cryptography
import Foundation
import GRDB
import JobModel
import JobStore
import JobSupport
import SystemPackage
import TestSupport
import Testing
import Workers

@Suite("backups")
struct BackupTests {
    let scratch: ScratchJobs
    private let backups: FilePath
    private let target: FilePath
    private let key = SealingKey()

    init() throws {
        scratch = try ScratchJobs()
        backups = scratch.scratch.path.appending("backups")
        target = scratch.scratch.path.appending("restored")
    }

    private func restored<Result>(_ body: (JobStore) async throws -> Result) async throws -> Result {
        try await scratch.withStore(in: target, body)
    }

    /// Has a job run its course until it is archived.
    @discardableResult
    private func archive(_ name: String, in store: JobStore) async throws -> Job {
        let job = Job.sample(name)
        try await store.submit(job)
        try await store.take(job.id, through: .queued, .killed)
        try await store.archive(endedBefore: .sample.advanced(by: 1), now: .sample)
        return job
    }

    private func expect(_ code: JobStoreErrorCode, _ body: () throws -> Void) {
        let error = #expect(throws: JobStoreError.self) { try body() }
        #expect(error?.code == code, "\(error.map { "\($0)" } ?? "nothing")")
    }

    @Test(
        "a restore drill: what was acknowledged before a backup that was made during writes is there",
        arguments: [false, true])
    func drill(isSealed: Bool) async throws {
        let key = isSealed ? key : nil
        let (acknowledged, backup, epoch) = try await scratch.withStore { store async throws in
            for number in 0..<300 {
                let job = Job.sample("old-\(number)")
                try await store.submit(job)
                if number < 100 { try await store.take(job.id, through: .queued, .killed) }
            }
            try await store.archive(endedBefore: .sample.advanced(by: 1), now: .sample)
            // Others go on writing meanwhile.
            return try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<8 {
                    group.addTask {
                        var number = 0
                        while !Task.isCancelled {
                            let job = Job.sample("lane-\(lane)-\(number)")
                            try await store.submit(job)
                            try await store.take(job.id, through: .queued, .admitted)
                            number += 1
                        }
                    }
                }
                try await Task.sleep(for: .milliseconds(100))
                var acknowledged: [Job] = []
                var cursor: JobCursor?
                repeat {
                    let page = try await store.page(JobFilter(.everything), after: cursor, limit: 500)
                    acknowledged += page.jobs
                    cursor = page.next
                } while cursor != nil
                let backup = try await store.backUp(into: backups, key: key, now: .sample)
                group.cancelAll()
                return (acknowledged, backup, store.epoch)
            }
        }
        #expect(acknowledged.count > 200)
        #expect(backup.manifest.jobs >= acknowledged.count)
        #expect(backup.manifest.key == key?.identifier)
        #expect(try Backup.all(in: backups).sound == [backup])
        try backup.verify(key: key)
        let content = try String(
            decoding: Data(contentsOf: URL(filePath: backup.folder.appending(backup.manifest.files[0].path).string)),
            as: UTF8.self)
        #expect(content.contains("old-200") == !isSealed)

        let restoration = try backup.restore(into: target, key: key, now: .sample)
        #expect(restoration.replaced == nil)
        try await restored { store async throws in
            for job in acknowledged {
                let found = try #require(try await store.job(job.id))
                #expect(found.transitions >= job.transitions)
                let steps = try await store.transitions(of: job.id)
                #expect(steps.map(\.number) == Array(1...found.transitions))
            }
            #expect(store.epoch > epoch)
            #expect(try await store.counts(for: .everything)["default"]?.values.reduce(0, +) == backup.manifest.jobs)
            var filter = JobFilter(.everything)
            filter.text = "old-1"
            #expect(try await store.page(filter, limit: 1000).jobs.count == 100)
            // And it goes on.
            try await store.submit(Job.sample("new"))
        }
    }

    @Test("archived jobs come back too, and unchanged months are not copied again")
    func archive() async throws {
        let (job, first, second) = try await scratch.withStore { store async throws in
            let job = try await archive("old", in: store)
            let first = try await store.backUp(into: backups, key: key, now: .sample)
            return (job, first, try await store.backUp(into: backups, key: key, now: .sample.advanced(by: 1)))
        }
        let path = "archive/jobs-2026-11.sqlite.sealed"
        #expect(second.manifest.files.map(\.path) == ["jobs.sqlite.sealed", path])
        let numbers = try [first, second].map { backup in
            try FileManager.default.attributesOfItem(atPath: backup.folder.appending(path).string)[.systemFileNumber]
                as? Int
        }
        #expect(numbers[0] == numbers[1])
        try first.remove()
        try second.verify(key: key)
        _ = try second.restore(into: target, key: key, now: .sample)
        try await restored { store async throws in
            #expect(try await store.page(JobFilter(.everything)).jobs == [])
            #expect(try await store.job(job.id)?.state == .killed)
            #expect(try await store.transitions(of: job.id).count == 3)
        }
    }

    @Test("no restore takes the place of a database unless it is told to, and then that is kept aside")
    func replacing() async throws {
        let (kept, lost) = (Job.sample("kept"), Job.sample("lost"))
        let backup = try await scratch.withStore { store async throws in
            try await store.submit(kept)
            let backup = try await store.backUp(into: backups, now: .sample)
            try await store.submit(lost)
            expect(.inUse) { _ = try backup.restore(into: scratch.folder, isReplacing: true, now: .sample) }
            return backup
        }
        expect(.inTheWay) { _ = try backup.restore(into: scratch.folder, now: .sample) }
        let before = try await scratch.withStore { store async throws in
            #expect(try await store.job(lost.id) != nil)
            return store.nextToken()
        }
        let restoration = try backup.restore(into: scratch.folder, isReplacing: true, now: .sample)
        try await scratch.withStore { store async throws in
            #expect(try await store.job(kept.id) != nil)
            #expect(try await store.job(lost.id) == nil)
            #expect(store.nextToken() > before)
        }
        let aside = try #require(restoration.replaced)
        let count = try await DatabaseQueue(path: aside.appending("jobs.sqlite").string).read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM jobs")
        }
        #expect(count == 2)
    }

    @Test("tokens rise over every restore, also where the lost database was opened often since")
    func epochs() async throws {
        let backup = try await scratch.withStore { try await $0.backUp(into: backups, now: .sample) }
        var last: Int64 = 0
        for round in 0..<3 {
            if round > 0 {
                for name in try FileManager.default.contentsOfDirectory(atPath: target.string) {
                    try FileManager.default.removeItem(atPath: target.appending(name).string)
                }
            }
            _ = try backup.restore(into: target, now: .sample.advanced(by: Int64(round) * 60_000))
            for _ in 0..<5 {
                let token = try await restored { $0.nextToken().value }
                #expect(token > last)
                last = token
            }
        }
    }

    @Test("a sealed backup needs its key, and is checked without it as it lies there")
    func keys() async throws {
        let backup = try await scratch.withStore { store async throws in
            try await store.submit(Job.sample())
            return try await store.backUp(into: backups, key: key, now: .sample)
        }
        try backup.verify()
        expect(.wrongKey) { _ = try backup.restore(into: target, now: .sample) }
        expect(.wrongKey) { _ = try backup.restore(into: target, key: SealingKey(), now: .sample) }
        expect(.wrongKey) { try backup.verify(key: SealingKey()) }
        #expect(!FileManager.default.fileExists(atPath: target.appending("jobs.sqlite").string))
    }

    @Test("a sealed backup whose manifest was changed is refused, and a forged one without a seal where a key is named")
    func forgery() async throws {
        let (sealed, open) = try await scratch.withStore { store async throws in
            try await archive("old", in: store)
            let sealed = try await store.backUp(into: backups, key: key, now: .sample)
            return (sealed, try await store.backUp(into: backups, now: .sample.advanced(by: 1)))
        }
        expect(.wrongKey) { try open.verify(key: key) }
        expect(.wrongKey) { _ = try open.restore(into: target, key: key, now: .sample) }
        let path = sealed.folder.appending("manifest.json").string
        let honest = try String(contentsOfFile: path, encoding: .utf8)
        for (pattern, other) in [
            // The time, the epoch, and a month of the archive that is left out.
            (#"(?<="createdAt": ")2026"#, "2027"), (#"(?<="epoch": )[0-9]+"#, "99"),
            (#"(?s),\s*\{[^{}]*archive/[^{}]*\}"#, ""),
        ] {
            let forged = honest.replacingOccurrences(of: pattern, with: other, options: .regularExpression)
            #expect(forged != honest, "\(pattern)")
            try forged.write(toFile: path, atomically: true, encoding: .utf8)
            expect(.badBackup) { try Backup(sealed.folder).verify(key: key) }
            expect(.badBackup) { _ = try Backup(sealed.folder).restore(into: target, key: key, now: .sample) }
        }
        #expect(!FileManager.default.fileExists(atPath: target.appending("jobs.sqlite").string))
    }

    @Test("a month of the archive that was damaged in the last backup is copied anew")
    func damagedMonth() async throws {
        let second = try await scratch.withStore { store async throws in
            try await archive("old", in: store)
            let first = try await store.backUp(into: backups, now: .sample)
            let path = URL(filePath: first.folder.appending("archive/jobs-2026-11.sqlite").string)
            var bytes = try Data(contentsOf: path)
            bytes[bytes.count - 1] ^= 1
            try bytes.write(to: path)
            return try await store.backUp(into: backups, now: .sample.advanced(by: 1))
        }
        try second.verify()
    }

    /// Leaves the archive as it is in the midst of a write: pages in the file, and a journal that undoes them.
    ///
    /// - Returns: does the same again.
    private func breakOffWrite() throws -> () throws -> Void {
        let archive = scratch.folder.appending("archive/jobs-2026-11.sqlite").string
        let files = ["", "-journal"].map { URL(filePath: archive + $0) }
        let queue = try DatabaseQueue(path: archive)
        let content = try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA cache_size = 1; BEGIN IMMEDIATE; UPDATE jobs SET name = 'half'")
            for number in 0..<200 {
                try database.execute(
                    sql:
                        "INSERT INTO jobs SELECT ?, tenant, user, queue, name, state, created, ended, document FROM jobs LIMIT 1",
                    arguments: ["0\(number)"])
            }
            let content = try files.map { try Data(contentsOf: $0) }
            try database.execute(sql: "ROLLBACK")
            return content
        }
        try queue.close()
        let leave = { for (file, bytes) in zip(files, content) { try bytes.write(to: file) } }
        try leave()
        return leave
    }

    @Test("a month that was restored goes into the next backup as it is, whatever it counts", arguments: 1...4)
    func monthAfterRestore(changes: Int) async throws {
        let backup = try await scratch.withStore { store async throws in
            try await archive("lost", in: store)
            return try await store.backUp(into: backups, now: .sample)
        }
        _ = try backup.restore(into: target, now: .sample)
        let (jobs, next) = try await restored { store async throws in
            var jobs: [Job] = []
            for number in 0..<changes { jobs.append(try await archive("new-\(number)", in: store)) }
            return (jobs, try await store.backUp(into: backups, now: .sample.advanced(by: 1)))
        }
        let third = scratch.scratch.path.appending("third")
        _ = try next.restore(into: third, now: .sample)
        try await scratch.withStore(in: third) { store async throws in
            for job in jobs { #expect(try await store.job(job.id)?.state == .killed) }
        }
    }

    @Test("a write into the archive that a dying server left unfinished is undone by whoever reads it next")
    func hotJournal() async throws {
        let job = try await scratch.withStore { try await archive("old", in: $0) }
        let breakOffAgain = try breakOffWrite()
        let backup = try await Backup.make(of: scratch.folder, into: backups, doing: "a test", now: .sample)
        _ = try backup.restore(into: target, now: .sample)
        try breakOffAgain()
        try await scratch.withStore { store async throws in
            #expect(try await store.job(job.id)?.request.name == "old")
        }
        try await restored { store async throws in
            #expect(try await store.job(job.id)?.request.name == "old")
        }
    }

    @Test("a month that a dying server was writing into stays, beside a backup from before")
    func unfinishedMonth() async throws {
        let (old, late, backup) = try await scratch.withStore { store async throws in
            let old = try await archive("old", in: store)
            let backup = try await store.backUp(into: backups, now: .sample)
            return (old, try await archive("late", in: store), backup)
        }
        _ = try breakOffWrite()
        let restoration = try backup.restore(into: scratch.folder, isReplacing: true, now: .sample)
        #expect(restoration.keptArchives == ["archive/jobs-2026-11.sqlite"])
        try await scratch.withStore { store async throws in
            for job in [old, late] { #expect(try await store.job(job.id)?.request.name == job.request.name) }
        }
    }

    @Test(
        "a journal whose database is gone is set aside, and undoes nothing in what is restored there",
        arguments: ["jobs.sqlite", "archive/jobs-2026-11.sqlite"])
    func lonelyJournal(database: String) async throws {
        let (job, backup) = try await scratch.withStore { store async throws in
            let job = try await archive("old", in: store)
            return (job, try await store.backUp(into: backups, now: .sample))
        }
        _ = try breakOffWrite()
        let files = FileManager.default
        let month = scratch.folder.appending("archive/jobs-2026-11.sqlite").string
        let journal = scratch.folder.appending(database + "-journal")
        if month + "-journal" != journal.string {
            try files.moveItem(atPath: month + "-journal", toPath: journal.string)
        }
        try files.removeItem(atPath: month)
        let restoration = try backup.restore(into: scratch.folder, isReplacing: true, now: .sample)
        let aside = try #require(restoration.replaced)
        #expect(!files.fileExists(atPath: journal.string))
        #expect(files.fileExists(atPath: aside.appending(journal.lastComponent?.string ?? "").string))
        try await scratch.withStore { store async throws in
            #expect(try await store.job(job.id)?.request.name == "old")
        }
    }

    @Test("what is copied on its way into a backup is its owner's alone, as the database is", .timeLimit(.minutes(1)))
    func modes() async throws {
        try await scratch.withStore { store async throws in
            for number in 0..<300 { try await store.submit(Job.sample("job-\(number)")) }
            let modes = try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for round in Int64(0)... {
                        _ = try await store.backUp(into: backups, now: .sample.advanced(by: round))
                    }
                }
                defer { group.cancelAll() }
                var modes: [Int] = []
                while modes.isEmpty {
                    let names = try FileManager.default.contentsOfDirectory(atPath: scratch.folder.string)
                    modes = names.filter { $0.hasPrefix(".chidori-backup-") }.compactMap { name in
                        let copy = scratch.folder.appending(name).appending("jobs.sqlite").string
                        // Gone again at any moment.
                        return (try? FileManager.default.attributesOfItem(atPath: copy))?[.posixPermissions] as? Int
                    }
                    await Task.yield()
                }
                return modes
            }
            #expect(modes == [0o600])
        }
    }

    @Test("a data folder without jobs gives no backup, one backup is made at a time, and what a killed one left goes")
    func making() async throws {
        func make() async throws -> Backup {
            try await Backup.make(of: scratch.folder, into: backups, doing: "a test", now: .sample)
        }
        let nothing = await #expect(throws: JobStoreError.self) { try await make() }
        #expect(nothing?.code == .missing)
        try await scratch.withStore { _ in }
        let lock = open(scratch.folder.appending("backup.lock").string, O_CREAT | O_RDWR, 0o600)
        #expect(flock(lock, LOCK_EX) == 0)
        let busy = await #expect(throws: JobStoreError.self) { try await make() }
        #expect(busy?.code == .inUse)
        close(lock)
        for path in [scratch.folder.appending(".chidori-backup-1"), backups.appending(".unfinished-1")] {
            try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
        }
        let backup = try await make()
        #expect(try FileManager.default.contentsOfDirectory(atPath: backups.string) == [backup.name])
        let left = try FileManager.default.contentsOfDirectory(atPath: scratch.folder.string)
        #expect(left.allSatisfy { !$0.hasPrefix(".") })
    }

    @Test("a changed, short or missing file is noticed before anything is restored", arguments: [false, true])
    func damage(isSealed: Bool) async throws {
        let key = isSealed ? key : nil
        try await scratch.withStore { store async throws in
            for number in 0..<50 { try await store.submit(Job.sample("job-\(number)")) }
            for round in 0..<4 {
                let backup = try await store.backUp(into: backups, key: key, now: .sample.advanced(by: Int64(round)))
                let path = backup.folder.appending(backup.manifest.files[0].path).string
                var bytes = try Data(contentsOf: URL(filePath: path))
                switch round {
                case 0: bytes[bytes.count / 2] ^= 1
                case 1: bytes.removeLast(4096)
                case 2: bytes.append(0)
                default: break
                }
                try bytes.write(to: URL(filePath: path))
                if round == 3 { try FileManager.default.removeItem(atPath: path) }
                #expect(throws: JobStoreError.self) { try backup.verify(key: key) }
                #expect(throws: JobStoreError.self) { try backup.restore(into: target, key: key, now: .sample) }
                #expect(!FileManager.default.fileExists(atPath: target.appending("jobs.sqlite").string))
            }
        }
    }

    @Test("nothing is restored while a backup of what is there is being made")
    func restoringMeanwhile() async throws {
        let backup = try await scratch.withStore { try await $0.backUp(into: backups, now: .sample) }
        let lock = open(scratch.folder.appending("backup.lock").string, O_RDWR)
        #expect(flock(lock, LOCK_EX) == 0)
        expect(.inUse) { _ = try backup.restore(into: scratch.folder, isReplacing: true, now: .sample) }
        close(lock)
        _ = try backup.restore(into: scratch.folder, isReplacing: true, now: .sample)
    }

    @Test("a damaged store gives no backup, and says so")
    func damagedStore() async throws {
        try await scratch.withStore { store async throws in
            for number in 0..<500 { try await store.submit(Job.sample("job-\(number)")) }
        }
        let path = scratch.folder.appending("jobs.sqlite").string
        let file = try #require(FileHandle(forWritingAtPath: path))
        // In the midst of some table.
        try file.seek(toOffset: 40 * 4096)
        try file.write(contentsOf: Data(repeating: 0x5A, count: 20 * 4096))
        try file.close()
        let store = try JobStore(in: scratch.folder)
        let error = await #expect(throws: JobStoreError.self) { try await store.backUp(into: backups, now: .sample) }
        #expect(error?.code == .badBackup || error?.code == .damaged)
        await store.close()
        #expect(try FileManager.default.contentsOfDirectory(atPath: backups.string) == [])
    }

    @Test("a broken-off restore is told, and can be run again")
    func brokenOff() async throws {
        let backup = try await scratch.withStore { store async throws in
            try await store.submit(Job.sample())
            return try await store.backUp(into: backups, now: .sample)
        }
        // As it is between setting the old files aside and naming the new ones.
        try FileManager.default.createDirectory(atPath: target.string, withIntermediateDirectories: true)
        try Data("x".utf8).write(to: URL(filePath: target.appending("jobs.restoring").string))
        expect(.damaged) { _ = try JobStore(in: target) }
        _ = try backup.restore(into: target, now: .sample)
        let count = try await restored { try await $0.page(JobFilter(.everything)).jobs.count }
        #expect(count == 1)
        // What was there is set aside already: its epoch is known by what the restore wrote down.
        var epoch: Int64 = 0
        for _ in 0..<3 { epoch = try await restored { $0.epoch } }
        try FileManager.default.removeItem(atPath: target.appending("jobs.sqlite").string)
        try Data("/backup\n\(epoch)\n".utf8).write(to: URL(filePath: target.appending("jobs.restoring").string))
        _ = try backup.restore(into: target, now: .sample)
        #expect(try await restored { $0.epoch } > epoch)
    }

    @Test("a manifest cannot lead out of the data folder")
    func escape() async throws {
        let backup = try await scratch.withStore { try await $0.backUp(into: backups, now: .sample) }
        let path = backup.folder.appending("manifest.json").string
        for name in ["../escaped.sqlite", "/etc/escaped", "archive//x"] {
            let text = try String(contentsOfFile: path, encoding: .utf8)
                .replacing(#/"path": "[^"]*"/#, with: "\"path\": \"\(name)\"")
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            expect(.badBackup) { _ = try Backup(backup.folder).restore(into: target, now: .sample) }
        }
        #expect(!FileManager.default.fileExists(atPath: scratch.scratch.path.appending("escaped.sqlite").string))
    }

    @Test("a backup that is called off leaves nothing, also in the midst of the database", arguments: [1, 60])
    func cancellation(jobs: Int) async throws {
        func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: scratch.folder.string) }
        try await scratch.withStore { store async throws in
            for number in 0..<jobs {
                try await store.submit(
                    Job.sample("job-\(number)") { $0.task.arguments = [String(repeating: "x", count: 100_000)] })
            }
            let task = Task {
                // From outside it may come when a small backup is whole.
                if jobs == 1 { withUnsafeCurrentTask { $0?.cancel() } }
                return try await store.backUp(into: backups, now: .sample)
            }
            while jobs > 1, try names().allSatisfy({ !$0.hasPrefix(".chidori-backup-") }) { await Task.yield() }
            task.cancel()
            // One that was as good as done when it was called off is there; any other is not.
            let made = try? await task.value
            #expect(made == nil || jobs > 1)
            #expect(try Backup.all(in: backups).sound.count == (made == nil ? 0 : 1))
            #expect(try names().allSatisfy { $0.hasPrefix("jobs.") || $0 == "backup.lock" })
        }
    }

    @Test("what looks like a backup and is none is told")
    func unreadable() throws {
        try FileManager.default.createDirectory(
            atPath: backups.appending("jobs-20261122T040149007Z").string, withIntermediateDirectories: true)
        try FileManager.default.createDirectory(
            atPath: backups.appending("other").string, withIntermediateDirectories: true)
        let found = try Backup.all(in: backups)
        #expect(found.sound == [])
        #expect(found.unreadable == [backups.appending("jobs-20261122T040149007Z")])
        expect(.badBackup) { _ = try Backup(backups) }
        #expect(try Backup.all(in: scratch.scratch.path.appending("nowhere")).sound == [])
    }
}
