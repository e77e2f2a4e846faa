import JobModel
import JobStore
import JobSupport
import Testing

@Suite("what the engine writes")
struct CommitTests {
    let scratch: ScratchJobs

    init() throws {
        scratch = try ScratchJobs()
    }

    private func expect(_ code: JobStoreErrorCode, _ body: () async throws -> Void) async {
        let error = await #expect(throws: JobStoreError.self) { try await body() }
        #expect(error?.code == code, "\(error.map { "\($0)" } ?? "nothing")")
    }

    @Test("steps change the job, and stay as its history")
    func steps() async throws {
        try await scratch.withStore { store async throws in
            let job = Job.sample()
            try await store.submit(job)
            let moment = Moment.sample.advanced(by: 9)
            try await store.take(job.id, through: .queued, .admitted, .starting)
            try await store.commit([.started(job.id, moment)])
            let running = try await store.take(job.id, through: .running, at: moment)
            #expect(running.state == .running)
            #expect(running.startedAt == moment)
            #expect(running.endedAt == nil)
            let ended = try await store.take(job.id, through: .failed, at: moment.advanced(by: 1))
            #expect(ended.transitions == 6)
            #expect(ended.reason == "because")
            #expect(ended.message == "to failed")
            #expect(ended.updatedAt == moment.advanced(by: 1))
            #expect(ended.endedAt == moment.advanced(by: 1))
            let steps = try await store.transitions(of: job.id)
            #expect(steps.map(\.number) == [1, 2, 3, 4, 5, 6])
            #expect(steps.map(\.to) == [.accepted, .queued, .admitted, .starting, .running, .failed])
            #expect(steps.map(\.from) == [nil, .accepted, .queued, .admitted, .starting, .running])
        }
    }

    @Test("a job that is tried again has not ended, and a new round has not started")
    func rounds() async throws {
        try await scratch.withStore { store async throws in
            let job = Job.sample()
            try await store.submit(job)
            try await store.take(job.id, through: .queued, .admitted, .starting, .running, .failed)
            var again = try await store.take(job.id, through: .queued)
            #expect(again.endedAt == nil)
            try await store.commit([.started(job.id, .sample)])
            #expect(try await store.job(job.id)?.startedAt == .sample)
            try await store.commit([.round(job.id, 2), .started(job.id, nil), .intent(job.id, .suspend)])
            again = try #require(try await store.job(job.id))
            #expect(again.round == 2)
            #expect(again.startedAt == nil)
            #expect(again.intent == .suspend)
            try await store.commit([.intent(job.id, nil)])
            #expect(try await store.job(job.id)?.intent == nil)
        }
    }

    @Test("several steps of several jobs are one transaction")
    func together() async throws {
        try await scratch.withStore { store async throws in
            let (a, b) = (Job.sample("a"), Job.sample("b"))
            try await store.submit(a)
            try await store.submit(b)
            var queued = a
            queued.state = .queued
            queued.transitions = 2
            try await store.commit([
                .transition(a.step(to: .queued)), .transition(b.step(to: .killed)),
                .transition(queued.step(to: .admitted)), .environment(a.id, group: "main", id: "e1"),
            ])
            #expect(try await store.job(a.id)?.state == .admitted)
            #expect(try await store.job(a.id)?.environments == ["main": "e1"])
            #expect(try await store.job(b.id)?.state == .killed)
            // The last one does not follow, so that none is written.
            await expect(.stale) {
                try await store.commit([
                    .intent(a.id, .kill), .transition(b.step(to: .queued)), .round(a.id, 4),
                ])
            }
            #expect(try await store.job(a.id)?.intent == nil)
            #expect(try await store.job(a.id)?.round == 1)
        }
    }

    @Test("a step that does not follow on what is stored is refused")
    func stale() async throws {
        try await scratch.withStore { store async throws in
            let job = Job.sample()
            try await store.submit(job)
            var step = job.step(to: .queued)
            step.number = 3
            await expect(.stale) { try await store.commit([.transition(step)]) }
            step.number = 1
            await expect(.stale) { try await store.commit([.transition(step)]) }
            step = job.step(to: .admitted)
            step.from = .queued
            await expect(.stale) { try await store.commit([.transition(step)]) }
            await expect(.illegalStep) { try await store.commit([.transition(job.step(to: .running))]) }
            await expect(.missing) { try await store.commit([.transition(Job.sample().step(to: .queued))]) }
            await expect(.missing) { try await store.commit([.intent(Job.sample().id, .kill)]) }
            #expect(try await store.transitions(of: job.id).count == 1)
        }
    }

    @Test("every step that the states allow is taken, and no other", arguments: JobState.allCases)
    func table(from: JobState) async throws {
        try await scratch.withStore { store async throws in
            for to in JobState.allCases {
                let job = Job.sample("\(from)-\(to)")
                try await store.submit(job)
                let before = try await store.bring(job.id, to: from)
                do {
                    try await store.commit([.transition(before.step(to: to))])
                    #expect(from.followers.contains(to), "\(from) → \(to)")
                } catch let error as JobStoreError {
                    #expect(error.code == .illegalStep)
                    #expect(!from.followers.contains(to), "\(from) → \(to)")
                }
            }
        }
    }

    @Test("an attempt is kept as it last was")
    func attempts() async throws {
        try await scratch.withStore { store async throws in
            let job = Job.sample()
            try await store.submit(job)
            let task = TaskID(job: job.id, group: "workers", index: 3)
            var attempt = Attempt(
                id: AttemptID(task: task, number: 1), round: 1, token: store.nextToken(), provider: "local",
                createdAt: .sample)
            try await store.commit([.attempt(attempt)])
            #expect(try await store.attempts(of: job.id) == [attempt])
            attempt.state = .ended
            attempt.startedAt = .sample.advanced(by: 1)
            attempt.endedAt = .sample.advanced(by: 2)
            attempt.reason = .signal
            attempt.exitCode = -1
            attempt.signal = 9
            attempt.message = "killed"
            attempt.applicationID = "app-1"
            attempt.userInterface = "http://127.0.0.1:4040"
            let second = Attempt(
                id: AttemptID(task: task, number: 2), round: 2, token: store.nextToken(), provider: "local",
                createdAt: .sample)
            try await store.commit([.attempt(attempt), .attempt(second)])
            #expect(try await store.attempts(of: job.id) == [attempt, second])
        }
    }

    @Test("a task's tokens never go down, and rise from server to server")
    func tokens() async throws {
        let job = Job.sample()
        let task = TaskID(job: job.id)
        func attempt(_ number: Int, _ token: FencingToken) -> JobChange {
            .attempt(
                Attempt(
                    id: AttemptID(task: task, number: number), round: 1, token: token, provider: "local",
                    createdAt: .sample))
        }
        let old = try await scratch.withStore { store async throws in
            try await store.submit(job)
            let token = store.nextToken()
            #expect(store.nextToken() > token)
            try await store.commit([attempt(1, token)])
            return token
        }
        try await scratch.withStore { store async throws in
            let token = store.nextToken()
            #expect(token > old)
            #expect(token.value >> 32 == store.epoch)
            try await store.commit([attempt(2, token)])
            await expect(.stale) { try await store.commit([attempt(3, old)]) }
            await expect(.stale) { try await store.commit([attempt(2, old)]) }
            // What became of an earlier one may still be told.
            try await store.commit([attempt(1, old)])
            #expect(try await store.attempts(of: job.id).map(\.token) == [old, token])
        }
    }

    @Test("all that have not ended come back, with their attempts, in the order in which they came")
    func unfinished() async throws {
        try await scratch.withStore { store async throws in
            var expected: [JobID] = []
            for number in 0..<450 {
                let job = Job.sample("job-\(number)")
                try await store.submit(job)
                if number % 3 == 0 {
                    try await store.commit([.transition(job.step(to: .killed))])
                } else {
                    expected.append(job.id)
                    let attempt = Attempt(
                        id: AttemptID(task: TaskID(job: job.id), number: 1), round: 1, token: store.nextToken(),
                        provider: "local", createdAt: .sample)
                    try await store.commit([.attempt(attempt)])
                }
            }
            var found: [JobWithAttempts] = []
            var pages = 0
            for try await page in store.unfinished() {
                found += page
                pages += 1
            }
            #expect(found.map(\.job.id) == expected)
            #expect(found.allSatisfy { $0.attempts.count == 1 })
            #expect(pages == 2)
        }
    }
}
