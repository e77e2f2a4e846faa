import JobModel
import JobQueue
import JobStore
import JobSupport
import SQLiteQueue
import SystemPackage
import TestSupport
import Testing

@Suite("killed at any moment", .serialized)
struct KillTests {
    let scratch: ScratchJobs

    init() throws {
        scratch = try ScratchJobs()
    }

    @Test("every write that was acknowledged is there, and every history is without gaps", .timeLimit(.minutes(20)))
    func writes() async throws {
        let rounds = Peer.deep ? 200 : 8
        for round in 0..<rounds {
            let probe = try Probe("hammer", scratch.folder.string, "16")
            try await probe.printed("begun")
            try await Task.sleep(for: .milliseconds(.random(in: 5...250)))
            let output = try await probe.kill()
            try await scratch.withStore { try await check($0, against: output) }
            if round % 4 == 3 { try await scratch.withStore { try await checkAll($0) } }
        }
    }

    private func check(_ store: JobStore, against output: String) async throws {
        for line in output.split(separator: "\n").map({ $0.split(separator: " ") }) where line.count > 1 {
            let id = try #require(JobID(String(line[1])))
            let job = try #require(try await store.job(id), "\(id) was acknowledged")
            switch line[0] {
            case "submitted":
                #expect(job.transitions >= 1)
            case "step":
                let number = try #require(Int(line[2]))
                #expect(job.transitions >= number)
                let steps = try await store.transitions(of: id)
                #expect(steps.first { $0.number == number }?.to.rawValue == String(line[3]))
            case "attempt":
                let attempts = try await store.attempts(of: id)
                #expect(attempts.map { "\($0.id.number) \($0.token.value)" } == ["\(line[2]) \(line[3])"])
            default:
                Issue.record("\(line)")
            }
        }
    }

    /// What holds of every job, acknowledged or not, and of what follows from them.
    private func checkAll(_ store: JobStore) async throws {
        var counts: [String: [JobState: Int]] = [:]
        var cursor: JobCursor?
        repeat {
            let page = try await store.page(JobFilter(.everything), after: cursor, limit: 500)
            for job in page.jobs {
                counts[job.request.queue, default: [:]][job.state, default: 0] += 1
                let steps = try await store.transitions(of: job.id)
                #expect(steps.map(\.number) == Array(1...job.transitions))
                #expect(steps.last?.to == job.state)
                #expect(zip(steps, steps.dropFirst()).allSatisfy { $1.from == $0.to })
                #expect((job.endedAt != nil) == job.state.isFinal)
                let hasAttempt = steps.contains { $0.to == .starting }
                #expect(try await store.attempts(of: job.id).count == (hasAttempt ? 1 : 0))
            }
            cursor = page.next
        } while cursor != nil
        #expect(try await store.counts(for: .everything) == counts)
        for state in JobState.allCases {
            var filter = JobFilter(.everything)
            filter.states = [state]
            filter.queue = .within("science")
            let count = counts.values.reduce(0) { $0 + ($1[state] ?? 0) }
            #expect(try await store.page(filter, limit: 100_000).jobs.count == count, "\(state)")
        }
    }

    @Test("a restore is whole, or told as broken off and whole when it is run again", .timeLimit(.minutes(20)))
    func restores() async throws {
        let (jobs, backup) = try await scratch.withStore { store async throws in
            var jobs: [Job] = []
            for number in 0..<60 {
                let job = Job.sample("job-\(number)")
                try await store.submit(job)
                if number < 20 { try await store.take(job.id, through: .queued, .killed) }
                jobs.append(try #require(try await store.job(job.id)))
            }
            try await store.archive(endedBefore: .sample.advanced(by: 1), now: .sample)
            return (jobs, try await store.backUp(into: scratch.scratch.path.appending("backups"), now: .sample))
        }
        let target = scratch.scratch.path.appending("target")
        var epoch: Int64 = 0
        for _ in 0..<(Peer.deep ? 100 : 10) {
            let probe = try Probe("restore", target.string, backup.folder.string)
            try await probe.printed("begun")
            try await Task.sleep(for: .milliseconds(.random(in: 0...60)))
            try await probe.kill()
            let store: JobStore
            do {
                store = try JobStore(in: target)
            } catch let error as JobStoreError {
                #expect(error.code == .damaged && error.message.contains("restored"), "\(error)")
                _ = try backup.restore(into: target, now: .sample)
                store = try JobStore(in: target)
            }
            // Killed before the very first one took its place, there is nothing yet.
            let isEmpty = try await store.page(JobFilter(.everything)).jobs.isEmpty
            #expect(!isEmpty || epoch == 0)
            for job in jobs where !isEmpty { #expect(try await store.job(job.id) == job) }
            #expect(store.epoch > epoch || isEmpty)
            epoch = isEmpty ? 0 : store.epoch
            await store.close()
        }
    }

    @Test("no message is lost that was published, and none comes back that was acknowledged", .timeLimit(.minutes(20)))
    func messages() async throws {
        var published: Set<Substring> = []
        var acknowledging: Set<Substring> = []
        var acknowledged: Set<Substring> = []
        for _ in 0..<(Peer.deep ? 100 : 6) {
            let probe = try Probe("publish", scratch.folder.string)
            try await probe.printed("begun")
            try await Task.sleep(for: .milliseconds(.random(in: 5...250)))
            for line in try await probe.kill().split(separator: "\n").map({ $0.split(separator: " ") })
            where line.count == 2 {
                switch line[0] {
                case "published": published.insert(line[1])
                case "acknowledging": acknowledging.insert(line[1])
                default: acknowledged.insert(line[1])
                }
            }
            let found = try await scratch.withStore { store async throws in
                let queue = try await SQLiteQueue(store)
                let depth = try #require(try await queue.depth())
                var found: [Substring] = []
                while found.count < depth {
                    for delivery in try await queue.receive(limit: 1000) {
                        guard case .accepted(let id) = delivery.message else { continue }
                        #expect(delivery.isRedelivered)
                        found.append(Substring(id.description))
                    }
                }
                return found
            }
            #expect(Set(found).count == found.count)
            #expect(published.subtracting(acknowledging).isSubset(of: found), "lost")
            #expect(acknowledged.isDisjoint(with: found), "came back")
        }
    }
}
