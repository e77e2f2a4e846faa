import JobModel
import JobStore
import JobSupport
import TestSupport
import Testing

/// Lists against a plain look at all jobs.
@Suite("lists")
struct ListingTests {
    let scratch: ScratchJobs

    init() throws {
        scratch = try ScratchJobs()
    }

    private static let queues = ["default", "science", "science.training", "science.training.deep", "sciences", "etl"]
    private static let words = ["orders", "Customers", "fraud", "Überweisung", "zq", "x"]

    private func job(_ number: Int, _ random: inout SeededGenerator) -> Job {
        // The clock is set back now and then.
        let moment = Moment.sample.advanced(by: Int64(number * 10 - (number % 700 == 0 ? 3000 : 0)))
        var request = JobRequest()
        request.queue = random.pick(Self.queues)
        request.name = "\(random.pick(Self.words))-\(random.pick(Self.words))-\(number % 50)"
        request.task.file = "s3://programs/\(random.pick(Self.words).lowercased())_\(number % 7).py"
        request.labels = [
            "schema": random.pick(["sales", "web"]), "table": "t\(Int.random(in: 0..<20, using: &random))",
        ]
        if number % 3 == 0 { request.labels["run"] = "r\(number)" }
        request.task.environment = random.pick([nil, "tf:1", "tf:2"])
        return Job(
            id: JobID(at: moment, using: &random), request: request, tenant: random.pick(["acme", "acme", "zeta"]),
            user: random.pick(["ann", "bob", "carol"]), createdAt: moment)
    }

    private func filter(_ random: inout SeededGenerator, _ jobs: [Job]) -> JobFilter {
        var filter = JobFilter(
            random.pick([
                .everything, Audience(tenants: ["acme"]), Audience(tenants: ["acme", "zeta"]), Audience(tenants: ["x"]),
                Audience(tenants: nil, queues: ["science"]),
                Audience(tenants: ["zeta"], queues: ["etl", "science.training"]),
                Audience(tenants: []),
            ]))
        func sometimes(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &random) == 0 }
        if sometimes(3) {
            filter.states = Set((0..<Int.random(in: 1...3, using: &random)).map { _ in random.pick(JobState.allCases) })
        }
        if sometimes(4) { filter.queue = .itself(random.pick(Self.queues)) }
        if sometimes(4) { filter.queue = .within(random.pick(Self.queues)) }
        if sometimes(4) { filter.user = random.pick(["ann", "bob", "zoe"]) }
        if sometimes(4) { filter.labels["schema"] = random.pick(["sales", "web", "none"]) }
        if sometimes(4) { filter.labels["table"] = "t\(Int.random(in: 0..<21, using: &random))" }
        if sometimes(8) { filter.labels["run"] = "r\(Int.random(in: 0..<jobs.count, using: &random))" }
        if sometimes(6) { filter.environment = random.pick(["tf:1", "tf:2", "env-1", "none"]) }
        if sometimes(4) {
            filter.createdAfter = random.pick(jobs).createdAt.advanced(by: Int64.random(in: -5...5, using: &random))
        }
        if sometimes(4) {
            filter.createdBefore = random.pick(jobs).createdAt.advanced(by: Int64.random(in: -5...5, using: &random))
        }
        if sometimes(2) {
            let id = random.pick(jobs).id.description
            filter.text = random.pick([
                random.pick(Self.words), random.pick(Self.words).uppercased(), "z", "zq", "ü", "ÜBER", "q-x",
                "schema=sales",
                "run=r1", "s3://", "_3.py", "no such thing", id, String(id.suffix(4)), String(id.prefix(8)), "\0", "\n",
                "=",
                "s3://programs/fraud_3.py", "-fraud-1", "",
            ])
        }
        return filter
    }

    private func fits(_ job: Job, _ filter: JobFilter) -> Bool {
        if let tenants = filter.audience.tenants, !tenants.contains(job.tenant) { return false }
        if let queues = filter.audience.queues,
            !queues.contains(where: { job.request.queue == $0 || job.request.queue.hasPrefix($0 + ".") })
        {
            return false
        }
        if !filter.states.isEmpty, !filter.states.contains(job.state) { return false }
        switch filter.queue {
        case .itself(let name): if job.request.queue != name { return false }
        case .within(let name):
            if job.request.queue != name, !job.request.queue.hasPrefix(name + ".") { return false }
        case nil: break
        }
        if let user = filter.user, user != job.user { return false }
        for (name, value) in filter.labels where job.request.labels[name] != value { return false }
        if let name = filter.environment, job.request.task.environment != name, !job.environments.values.contains(name)
        {
            return false
        }
        if let after = filter.createdAfter, job.createdAt < after { return false }
        if let before = filter.createdBefore, job.createdAt >= before { return false }
        guard let text = filter.text?.lowercased().replacing("\0", with: " "), !text.isEmpty else { return true }
        let lines =
            [job.request.title, job.id.description, job.request.task.file ?? ""]
            + job.request.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return lines.joined(separator: "\n").lowercased().contains(text)
    }

    @Test("whatever is asked for, exactly the jobs that fit come, the newest first", .timeLimit(.minutes(10)))
    func properties() async throws {
        var random = SeededGenerator(4)
        try await scratch.withStore { store async throws in
            var jobs = (0..<2600).map { job($0, &random) }
            for index in jobs.indices {
                try await store.submit(jobs[index])
                // Most go on, some twice, in the midst of the submissions.
                let other = Int.random(in: 0...index, using: &random)
                let followers = jobs[other].state.followers.sorted { $0.rawValue < $1.rawValue }
                guard !followers.isEmpty else { continue }
                let step = jobs[other].step(to: random.pick(followers))
                var changes = [JobChange.transition(step)]
                let environment = "env-\(Int.random(in: 0..<3, using: &random))"
                if other % 4 == 0 { changes.append(.environment(jobs[other].id, group: "main", id: environment)) }
                try await store.commit(changes)
                jobs[other] = try #require(try await store.job(jobs[other].id))
            }
            for round in 0..<300 {
                let filter = filter(&random, jobs)
                let expected = jobs.filter { fits($0, filter) }.reversed().map(\.id)
                var found: [JobID] = []
                var cursor: JobCursor?
                let limit = random.pick([7, 100, 5000])
                repeat {
                    let page = try await store.page(filter, after: cursor, limit: limit)
                    #expect(page.jobs.count == limit || page.next == nil)
                    for job in page.jobs.prefix(3) { #expect(jobs.contains(job)) }
                    found += page.jobs.map(\.id)
                    // As a client gives it back.
                    cursor = try page.next.map { try JobCursor($0.description) }
                } while cursor != nil
                #expect(found == expected, "round \(round): \(filter)")
            }
        }
    }

    @Test("a page goes on where the last one ended, whatever has come meanwhile")
    func cursors() async throws {
        try await scratch.withStore { store async throws in
            var ids: [JobID] = []
            for number in 0..<30 {
                let job = Job.sample("job-\(number)")
                try await store.submit(job)
                ids.append(job.id)
            }
            let first = try await store.page(JobFilter(.everything), limit: 10)
            for _ in 0..<15 { try await store.submit(Job.sample("later")) }
            let second = try await store.page(JobFilter(.everything), after: first.next, limit: 10)
            let third = try await store.page(JobFilter(.everything), after: second.next, limit: 10)
            #expect((first.jobs + second.jobs + third.jobs).map(\.id) == ids.reversed())
            #expect(third.next == nil)
        }
    }

    @Test(
        "a cursor that was not given is refused",
        arguments: ["", "j", "j0", "j-1", "x1", "j1 ", "J1", "j01", "jzzzzzzzzzzzzzzzzzzzz", "jé", "j+1"])
    func badCursors(text: String) {
        let error = #expect(throws: JobStoreError.self) { try JobCursor(text) }
        #expect(error?.code == .badCursor)
    }

    @Test("counts follow every step, by queue and for whoever asks")
    func counts() async throws {
        try await scratch.withStore { store async throws in
            for number in 0..<12 {
                let job = Job.sample("\(number)", tenant: number % 4 == 0 ? "zeta" : "acme") { request in
                    request.queue = number % 2 == 0 ? "science.training" : "etl"
                }
                try await store.submit(job)
                if number < 6 { try await store.take(job.id, through: .queued, .killed) }
            }
            #expect(
                try await store.counts(for: .everything) == [
                    "science.training": [.killed: 3, .accepted: 3], "etl": [.killed: 3, .accepted: 3],
                ])
            #expect(
                try await store.counts(for: Audience(tenants: ["zeta"])) == [
                    "science.training": [.killed: 2, .accepted: 1]
                ])
            #expect(
                try await store.counts(for: Audience(tenants: nil, queues: ["etl"])) == [
                    "etl": [.killed: 3, .accepted: 3]
                ])
            #expect(try await store.counts(for: Audience(tenants: nil, queues: ["et"])) == [:])
        }
    }
}
