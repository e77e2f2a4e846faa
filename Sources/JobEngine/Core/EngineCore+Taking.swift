internal import DriverProvider
internal import JobModel

extension EngineCore {
    /// Takes up a job whose row is durable.
    mutating func take(_ record: JobRecord) {
        guard !record.state.isFinal, jobs[record.id] == nil, ended[record.id] == nil else { return }
        var job = LiveJob(record)
        for attempt in record.attempts.sorted(by: { $0.id.number < $1.id.number }) {
            restore(attempt, to: &job)
        }
        if let startedAt = job.started?.wall {
            // How long it has run is known by the wall clock alone, which may have jumped.
            let age = max(0, now.wall.milliseconds - startedAt.milliseconds)
            job.started = (startedAt, now.steady - age)
        }
        // Whether its leases were taken before the earlier process ended is known only of what got as far as the queue.
        if [.accepted, .preparing, .suspended].contains(job.state) { job.renewing = Set(job.environments.keys) }
        follow(&job)
        for (group, id) in record.ready.sorted(by: { $0.key < $1.key }) { note(&job, group, id) }
        jobs[job.id] = job
        settle(job.id)
    }

    /// Has a job told when the jobs end that it waits for.
    mutating func follow(_ job: inout LiveJob) {
        for dependency in job.shape.dependencies {
            guard let id = JobID(dependency.job), job.dependencies[id] == nil else { continue }
            if let state = ended[id] {
                job.dependencies[id] = state
                continue
            }
            dependents[id, default: []].insert(job.id)
        }
    }

    /// Takes up what an earlier process left: first everything that lives, so that its room counts, then the others.
    mutating func recover(_ records: [JobRecord]) {
        for record in records where record.attempts.contains(where: { $0.state != .ended }) { take(record) }
        for record in records { take(record) }
    }

    /// Puts a stored attempt to the task that it belongs to.
    private mutating func restore(_ attempt: Attempt, to job: inout LiveJob) {
        guard let index = job.task(attempt.id.task) else { return }
        job.tasks[index].attempts = max(job.tasks[index].attempts, attempt.id.number)
        guard attempt.round == job.round || attempt.state != .ended else { return }
        if attempt.state == .ended {
            if let reason = attempt.reason { register(&job, index, reason, attempt, isFinal: false) }
            return
        }
        let node = cluster.nodes.first?.name ?? ""
        hold(&job, index, on: Array(repeating: node, count: 1 + job.demand(of: job.tasks[index]).executors))
        job.tasks[index].status = .living
        job.tasks[index].attempt = attempt
        output.actions.append(.adopt(attempt.id, attempt.token))
    }
}

extension LiveJob {
    init(_ record: JobRecord) {
        id = record.id
        queue = record.queue
        priority = record.priority
        shape = record.shape
        state = record.state
        transitions = record.transitions
        round = record.round
        intent = record.intent
        startsSuspended = record.startsSuspended
        environments = record.environments
        updatedAt = record.updatedAt
        started = record.startedAt.map { ($0, 0) }
        dependencies = record.dependencies
        tasks = record.shape.groups.enumerated().flatMap { number, group in
            (0..<group.replicas).map { LiveTask(group: number, index: $0) }
        }
    }
}
