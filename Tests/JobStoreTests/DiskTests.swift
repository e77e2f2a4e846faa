import Foundation
import JobModel
import JobStore
import JobSupport
import SystemPackage
import TestSupport
import Testing

/// Disks that are full or read-only.
@Suite(
    "disks that refuse",
    .enabled("tmpfs cannot be mounted here: that takes an administrator's rights") { await SmallDisk.isPossible.value })
struct DiskTests {
    /// Submits until somebody is refused; gives the acknowledged jobs, and the refusals.
    private func fill(_ store: JobStore, lanes: Int = 8) async -> (
        acknowledged: [JobID], refusals: [JobStoreErrorCode?]
    ) {
        await withTaskGroup(of: ([JobID], JobStoreErrorCode?).self) { group in
            for lane in 0..<lanes {
                group.addTask {
                    var acknowledged: [JobID] = []
                    for number in 0..<5000 {
                        let job = Job.sample("lane-\(lane)-\(number)") { request in
                            request.task.arguments = [String(repeating: "x", count: 2000)]
                        }
                        do {
                            try await store.submit(job)
                            acknowledged.append(job.id)
                        } catch {
                            return (acknowledged, (error as? JobStoreError)?.code)
                        }
                    }
                    return (acknowledged, nil)
                }
            }
            return await group.reduce(into: ([], [])) { result, one in
                result.0 += one.0
                result.1.append(one.1)
            }
        }
    }

    private func check(_ store: JobStore, holds acknowledged: [JobID]) async throws {
        var found: Set<JobID> = []
        var cursor: JobCursor?
        repeat {
            let page = try await store.page(JobFilter(.everything), after: cursor, limit: 500)
            for job in page.jobs {
                found.insert(job.id)
                #expect(try await store.transitions(of: job.id).count == 1)
            }
            cursor = page.next
        } while cursor != nil
        #expect(found == Set(acknowledged))
        #expect(try await store.counts(for: .everything) == ["default": [.accepted: acknowledged.count]])
    }

    @Test(
        "when the disk is full everybody is told, nothing is half there, and it goes on once there is room",
        .timeLimit(.minutes(5)))
    func full() async throws {
        for kilobytes in [400, 1500, 6000] {
            let disk = try await SmallDisk(kilobytes: kilobytes)
            let store = try JobStore(in: disk.path)
            var (acknowledged, refusals) = await fill(store)
            #expect(refusals.allSatisfy { $0 == .diskFull }, "\(refusals)")
            try await check(store, holds: acknowledged)
            let error = await #expect(throws: JobStoreError.self) {
                try await store.submit(Job.sample { $0.task.arguments = [String(repeating: "x", count: 100_000)] })
            }
            #expect(error?.code == .diskFull && error?.advice?.contains("free some space") == true)
            try await disk.grow(toMegabytes: 40)
            let late = Job.sample("late")
            try await store.submit(late)
            acknowledged.append(late.id)
            try await check(store, holds: acknowledged)
            await store.close()
            let again = try JobStore(in: disk.path)
            try await check(again, holds: acknowledged)
            await again.close()
        }
    }

    @Test("a disk without room for a database says so")
    func tiny() async throws {
        let disk = try await SmallDisk(kilobytes: 16)
        let error = #expect(throws: JobStoreError.self) { try JobStore(in: disk.path) }
        #expect(error?.code == .diskFull, "\(error.map { "\($0)" } ?? "nothing")")
        try await disk.grow(toMegabytes: 20)
        let store = try JobStore(in: disk.path)
        try await store.submit(Job.sample())
        await store.close()
    }

    @Test("a full disk leaves no half backup, and the store goes on")
    func backup() async throws {
        let scratch = try ScratchJobs()
        let disk = try await SmallDisk(kilobytes: 100)
        try await scratch.withStore { store async throws in
            for number in 0..<200 { try await store.submit(Job.sample("job-\(number)")) }
            let folder = disk.path.appending("backups")
            let error = await #expect(throws: JobStoreError.self) { try await store.backUp(into: folder, now: .sample) }
            #expect(error?.code == .diskFull)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.string) == [])
            try await store.submit(Job.sample("late"))
            try await disk.grow(toMegabytes: 40)
            let backup = try await store.backUp(into: folder, now: .sample)
            try backup.verify()
        }
    }

    @Test("where the data folder has no room for a backup's copy, that is told, and the store goes on")
    func copy() async throws {
        let scratch = try ScratchJobs()
        let disk = try await SmallDisk(kilobytes: 30_000)
        let data = disk.path.appending("data")
        try await scratch.withStore(in: data) { store async throws in
            for number in 0..<60 {
                try await store.submit(
                    Job.sample("job-\(number)") { $0.task.arguments = [String(repeating: "x", count: 100_000)] })
            }
            let facts = try FileManager.default.attributesOfFileSystem(forPath: disk.path.string)
            let free = try #require(facts[.systemFreeSize] as? Int)
            let filler = disk.path.appending("filler")
            try Data(count: free - (1 << 20)).write(to: URL(filePath: filler.string))
            let backups = scratch.scratch.path.appending("backups")
            let error = await #expect(throws: JobStoreError.self) {
                try await store.backUp(into: backups, now: .sample)
            }
            #expect(error?.code == .diskFull)
            let left = try FileManager.default.contentsOfDirectory(atPath: data.string)
            #expect(left.allSatisfy { !$0.hasPrefix(".") })
            try await store.submit(Job.sample("late"))
            try FileManager.default.removeItem(atPath: filler.string)
            try await store.backUp(into: backups, now: .sample).verify()
        }
    }

    @Test("a file system that became read-only is told, what is there can be read, and it goes on afterwards")
    func readOnly() async throws {
        let disk = try await SmallDisk(kilobytes: 10_000)
        let store = try JobStore(in: disk.path)
        let job = Job.sample()
        try await store.submit(job)
        // A file that is open for writing keeps a file system from it, so that the store is closed for the while.
        await store.close()
        try await Command("mount", ["-o", "remount,ro", disk.path.string]).run()
        let error = #expect(throws: JobStoreError.self) { try JobStore(in: disk.path) }
        #expect(error?.code == .readOnly, "\(error.map { "\($0)" } ?? "nothing")")
        try await Command("mount", ["-o", "remount,rw", disk.path.string]).run()
        let again = try JobStore(in: disk.path)
        #expect(try await again.job(job.id) == job)
        await again.close()
    }
}
