import Foundation
import JobModel
import JobStore
import JobSupport
import SystemPackage
import TestSupport
import Testing

@Suite("retention")
struct RetentionTests {
    let scratch: ScratchJobs

    init() throws {
        scratch = try ScratchJobs()
    }

    private func end(_ job: Job, at moment: Moment, in store: JobStore) async throws {
        try await store.submit(job)
        let attempt = Attempt(
            id: AttemptID(task: TaskID(job: job.id), number: 1), round: 1, token: store.nextToken(), provider: "local",
            createdAt: moment)
        try await store.commit([.attempt(attempt)])
        try await store.take(job.id, through: .queued, .killed, at: moment)
    }

    @Test("jobs that are long over leave the lists, and are read by their ids as before")
    func archiving() async throws {
        let cut = Moment.sample.advanced(by: 1000)
        try await scratch.withStore { store async throws in
            var old: [Job] = []
            for number in 0..<130 {
                // Of two months.
                let submitted = Moment.sample.advanced(by: number % 2 == 0 ? 0 : -30 * 86_400_000)
                let job = Job.sample("old-\(number)", at: submitted) { $0.labels = ["table": "t\(number)"] }
                try await end(job, at: .sample.advanced(by: Int64(number)), in: store)
                old.append(try #require(try await store.job(job.id)))
            }
            let fresh = Job.sample("fresh")
            try await end(fresh, at: cut, in: store)
            let running = Job.sample("running")
            try await store.submit(running)
            let histories = try await store.transitions(of: old[5].id)
            let attempts = try await store.attempts(of: old[5].id)
            #expect(attempts.count == 1)

            #expect(try await store.archive(endedBefore: cut, now: cut) == 130)
            #expect(try await store.archive(endedBefore: cut, now: cut) == 0)
            #expect(try await store.page(JobFilter(.everything)).jobs.map(\.id) == [running.id, fresh.id])
            #expect(try await store.counts(for: .everything) == ["default": [.killed: 1, .accepted: 1]])
            for job in old { #expect(try await store.job(job.id) == job) }
            #expect(try await store.transitions(of: old[5].id) == histories)
            #expect(try await store.attempts(of: old[5].id) == attempts)
            let files = try FileManager.default.contentsOfDirectory(
                atPath: scratch.folder.appending("archive").string)
            #expect(files.sorted() == ["jobs-2026-10.sqlite", "jobs-2026-11.sqlite"])
        }
        try await scratch.withStore { store async throws in
            let count = try await store.page(JobFilter(.everything)).jobs.count
            #expect(count == 2)
        }
    }

    @Test("a job's own time to live counts from its end")
    func lifetimes() async throws {
        try await scratch.withStore { store async throws in
            let short = Job.sample("short") { $0.timeToLive = 1000 }
            let long = Job.sample("long") { $0.timeToLive = 100_000 }
            for job in [short, long] { try await end(job, at: .sample, in: store) }
            #expect(try await store.archive(endedBefore: nil, now: .sample.advanced(by: 999)) == 0)
            #expect(try await store.archive(endedBefore: nil, now: .sample.advanced(by: 1000)) == 1)
            #expect(try await store.page(JobFilter(.everything)).jobs.map(\.id) == [long.id])
            #expect(try await store.job(short.id) != nil)
        }
    }

    @Test("a job that is tried again stays, and what was archived of it before does not count")
    func retried() async throws {
        try await scratch.withStore { store async throws in
            let job = Job.sample()
            try await end(job, at: .sample, in: store)
            try await store.take(job.id, through: .queued, at: .sample.advanced(by: 5))
            #expect(try await store.archive(endedBefore: .sample.advanced(by: 10), now: .sample) == 0)
            #expect(try await store.job(job.id)?.state == .queued)
        }
    }

    @Test("whoever leaves is in the audit with the reason, and who is said to live still stays")
    func audit() async throws {
        try await scratch.withStore { store async throws in
            let (short, old) = (Job.sample("short") { $0.timeToLive = 1000 }, Job.sample("old"))
            for job in [short, old] { try await end(job, at: .sample, in: store) }
            let (cut, now) = (Moment.sample.advanced(by: 1), Moment.sample.advanced(by: 1000))
            let leaving = try await store.prepareLeaving(endedBefore: cut, now: now)
            #expect(try await store.remove(leaving, now: now) { _ in false } == [])
            #expect(try await store.listed(short.id) != nil)
            #expect(try await store.unlisted(among: [short.id, old.id]) == [])
            #expect(try await store.archive(endedBefore: cut, now: now) == 2)
            #expect(try await store.unlisted(among: [short.id, old.id]) == [short.id, old.id])
            #expect(try await store.listed(short.id) == nil)
            for (job, reason) in [(short, "its own time to live is over"), (old, "it ended before \(cut)")] {
                var filter = AuditFilter(tenants: nil)
                filter.subject = "job \(job.id)"
                let entries = try await store.audit(filter)
                #expect(entries.map(\.action) == ["job.archive"])
                #expect(entries.first?.message == reason)
                #expect(entries.first?.actor == .system("retention"))
                #expect(entries.first?.tenant == job.tenant)
            }
        }
    }

    @Test("an idempotency key is free again when its job is archived")
    func keys() async throws {
        try await scratch.withStore { store async throws in
            let job = Job.sample { $0.idempotencyKey = "k" }
            try await end(job, at: .sample, in: store)
            try await store.archive(endedBefore: .sample.advanced(by: 1), now: .sample)
            let submission = try await store.submit(Job.sample("other") { $0.idempotencyKey = "k" })
            #expect(submission.isNew)
        }
    }

    @Test("numbers of archived jobs are not used again, and lists stay right in runs that are half gone")
    func halfRuns() async throws {
        try await scratch.withStore { store async throws in
            for number in 0..<2100 {
                let job = Job.sample("job-\(number)") { $0.labels = ["half": "\(number % 2)"] }
                try await store.submit(job)
                if number < 1500 || number == 2099 {
                    try await store.commit([.transition(job.step(to: .killed, at: .sample.advanced(by: Int64(number))))]
                    )
                }
            }
            try await store.archive(endedBefore: .sample.advanced(by: 5000), now: .sample)
            let last = Job.sample("job-last") { $0.labels = ["half": "1"] }
            try await store.submit(last)
            var filter = JobFilter(.everything)
            filter.text = "job-"
            #expect(try await store.page(filter, limit: 10_000).jobs.count == 600)
            filter.labels = ["half": "1"]
            let half = try await store.page(filter, limit: 10_000).jobs
            #expect(half.count == 300)
            #expect(half.first?.id == last.id)
        }
    }
}
