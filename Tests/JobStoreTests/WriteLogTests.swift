import Foundation
import JobModel
import JobStore
import JobSupport
import SystemPackage
import Testing

@Suite("the write-ahead log")
struct WriteLogTests {
    @Test("stays short while writes go on, and is gone when the store is closed")
    func length() async throws {
        let scratch = try ScratchJobs()
        let path = scratch.folder.appending("jobs.sqlite-wal").string
        func size() throws -> Int {
            try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
        }
        var written = 0
        try await scratch.withStore { store async throws in
            try await withThrowingTaskGroup { group in
                for lane in 0..<8 {
                    group.addTask {
                        for number in 0..<250 {
                            let job = Job.sample("lane-\(lane)-\(number)") { request in
                                request.task.arguments = [String(repeating: "x", count: 20_000)]
                            }
                            try await store.submit(job)
                        }
                    }
                }
                try await group.waitForAll()
            }
            written = 8 * 250 * 20_000
            #expect(try size() < written / 2)
        }
        #expect(!FileManager.default.fileExists(atPath: path))
        let database = try FileManager.default.attributesOfItem(atPath: scratch.folder.appending("jobs.sqlite").string)
        #expect(database[.size] as? Int ?? 0 > written)
    }
}
