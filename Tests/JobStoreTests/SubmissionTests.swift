import JobModel
import JobStore
import JobSupport
import Testing

@Suite("submissions")
struct SubmissionTests {
    let scratch: ScratchJobs

    init() throws {
        scratch = try ScratchJobs()
    }

    @Test("a job is read as it was submitted, also by the next server")
    func reading() async throws {
        let job = Job.sample("etl") { request in
            request.queue = "science.training"
            request.priority = 7
            request.labels = ["schema": "sales", "table": "orders", "team": "ßé"]
            request.task.arguments = ["--day", "2026-11-22", ""]
            request.task.environment = "tensorflow:2"
            request.timeToLive = 60_000
        }
        try await scratch.withStore { store async throws in
            let submission = try await store.submit(job)
            #expect(submission.isNew)
            #expect(submission.job == job)
            #expect(try await store.job(job.id) == job)
        }
        try await scratch.withStore { store async throws in
            let found = try await store.job(job.id)
            #expect(found == job)
            #expect(try await store.transitions(of: job.id) == [job.submission])
            #expect(try await store.attempts(of: job.id) == [])
        }
    }

    @Test("a thousand at once are all there, each once")
    func concurrency() async throws {
        let jobs = (0..<1000).map { Job.sample("job-\($0)") }
        try await scratch.withStore { store async throws in
            try await withThrowingTaskGroup { group in
                for job in jobs { group.addTask { _ = try await store.submit(job) } }
                try await group.waitForAll()
            }
            for job in jobs { #expect(try await store.job(job.id) == job) }
            #expect(try await store.counts(for: .everything) == ["default": [.accepted: 1000]])
        }
    }

    @Test("a request that could not be read again is refused")
    func unreadable() async throws {
        try await scratch.withStore { store async throws in
            let job = Job.sample { $0.labels = ["émile": "x"] }
            let error = await #expect(throws: JobStoreError.self) { try await store.submit(job) }
            #expect(error?.code == .badRequest)
            #expect(error?.message.contains("émile") == true)
            let found = try await store.job(job.id)
            #expect(found == nil)
        }
    }

    @Test("a known idempotency key gives the earlier job where the request is the same")
    func repetition() async throws {
        let first = Job.sample("a") { $0.idempotencyKey = "k" }
        let again = Job.sample("a", at: .sample.advanced(by: 5)) { $0.idempotencyKey = "k" }
        try await scratch.withStore { store async throws in
            try await store.submit(first)
            try await store.take(first.id, through: .queued)
            let submission = try await store.submit(again)
            #expect(!submission.isNew)
            #expect(submission.job.id == first.id)
            #expect(submission.job.state == .queued)
            #expect(try await store.job(again.id) == nil)
        }
    }

    @Test("a known idempotency key with another request is refused")
    func conflict() async throws {
        try await scratch.withStore { store async throws in
            let first = Job.sample("a") { $0.idempotencyKey = "k" }
            try await store.submit(first)
            let error = await #expect(throws: JobStoreError.self) {
                try await store.submit(Job.sample("b") { $0.idempotencyKey = "k" })
            }
            #expect(error?.code == .keyConflict)
            #expect(error?.message.contains("\(first.id)") == true)
        }
    }

    @Test("idempotency keys belong to a user of a tenant")
    func owners() async throws {
        try await scratch.withStore { store async throws in
            for (tenant, user) in [("acme", "ann"), ("acme", "bob"), ("zeta", "ann")] {
                let job = Job.sample("a", tenant: tenant, user: user) { $0.idempotencyKey = "k" }
                let submission = try await store.submit(job)
                #expect(submission.isNew)
            }
        }
    }

    @Test("of a hundred at once with one key, one is new")
    func race() async throws {
        try await scratch.withStore { store async throws in
            let submissions = try await withThrowingTaskGroup(of: Submission.self) { group in
                for _ in 0..<100 {
                    group.addTask { try await store.submit(Job.sample("a") { $0.idempotencyKey = "k" }) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(submissions.count { $0.isNew } == 1)
            #expect(Set(submissions.map(\.job.id)).count == 1)
        }
    }

    @Test("one that fails takes none of those with it that are written together with it")
    func failure() async throws {
        try await scratch.withStore { store async throws in
            let twin = Job.sample("twin")
            try await store.submit(twin)
            let jobs = (0..<200).map { $0 % 10 == 0 ? twin : Job.sample("job-\($0)") }
            let failures = await withTaskGroup(of: JobStoreErrorCode?.self) { group in
                for job in jobs {
                    group.addTask {
                        do {
                            try await store.submit(job)
                            return nil
                        } catch {
                            return (error as? JobStoreError)?.code ?? .system
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(failures.compactMap { $0 } == Array(repeating: .taken, count: 20))
            #expect(try await store.counts(for: .everything) == ["default": [.accepted: 181]])
        }
    }
}
