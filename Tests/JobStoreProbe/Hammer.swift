import JobModel
import JobStore
import JobSupport

/// Submits jobs and takes them through states for ever, in many tasks at once, and tells of each write once it is
/// acknowledged: `submitted ID`, `step ID NUMBER STATE`, `attempt ID NUMBER TOKEN`. Those that have ended go to the archive
/// meanwhile.
struct Hammer {
    let store: JobStore
    let tell: @Sendable (String) -> Void

    init(_ store: JobStore, tell: @escaping @Sendable (String) -> Void) {
        self.store = store
        self.tell = tell
    }

    func strike(lanes: Int) async throws {
        tell("begun")
        try await withThrowingTaskGroup { group in
            for lane in 0..<lanes { group.addTask { try await run(lane) } }
            group.addTask {
                while true {
                    try await store.archive(endedBefore: .sample.advanced(by: 1), now: .sample)
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            try await group.waitForAll()
        }
    }

    private func run(_ lane: Int) async throws {
        for number in 0... {
            var job = Job.sample("lane-\(lane)-\(number)", at: .sample.advanced(by: Int64(number))) { request in
                request.queue = "science.q\(lane % 3)"
                request.labels = ["lane": "\(lane)"]
                request.idempotencyKey = number % 2 == 0 ? "\(lane)-\(number)-\(UInt64.random(in: 0...(.max)))" : nil
            }
            try await store.submit(job, isAnnounced: number % 3 == 0)
            tell("submitted \(job.id)")
            for state in [JobState.queued, .admitted, .starting, .running, .failed] {
                let step = job.step(to: state)
                var changes = [JobChange.transition(step)]
                let attempt = Attempt(
                    id: AttemptID(task: TaskID(job: job.id), number: 1), round: 1, token: store.nextToken(),
                    provider: "local", createdAt: .sample)
                if state == .starting { changes.append(.attempt(attempt)) }
                if state == .admitted { changes.append(.environment(job.id, group: "main", id: "e\(lane)")) }
                try await store.commit(changes)
                tell("step \(job.id) \(step.number) \(state)")
                if state == .starting { tell("attempt \(job.id) 1 \(attempt.token.value)") }
                (job.state, job.transitions) = (state, step.number)
                if Int.random(in: 0..<6) == 0 { break }
            }
        }
    }
}
