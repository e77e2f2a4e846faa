internal import JobEngine
internal import JobModel

/// The rows that are durable. Holds every change to the rules that the real store holds it to.
struct SimulatedStore {
    struct Row {
        var job: Job
        var shape: JobShape
        var attempts: [AttemptID: Attempt] = [:]
        var transitions: [Transition]
    }

    private(set) var rows: [JobID: Row] = [:]
    private var highestToken: [TaskID: FencingToken] = [:]

    mutating func insert(_ job: Job, _ shape: JobShape) {
        rows[job.id] = Row(job: job, shape: shape, transitions: [job.submission])
    }

    /// - Returns: what is wrong with the changes; none of them is written then.
    mutating func commit(_ changes: [JobChange]) -> String? {
        let before = self
        for change in changes {
            if let fault = apply(change) {
                self = before
                return fault
            }
        }
        return nil
    }

    private mutating func apply(_ change: JobChange) -> String? {
        switch change {
        case .transition(let step):
            guard let row = rows[step.job] else { return "a step of the unknown job \(step.job)" }
            guard step.number == row.transitions.count + 1 else {
                return "step \(step.number) of \(step.job) follows step \(row.transitions.count)"
            }
            guard step.from == row.job.state, row.job.state.followers.contains(step.to) else {
                return
                    "\(step.job) cannot go from \(row.job.state) to \(step.to), said to come from \(String(describing: step.from))"
            }
            guard step.at >= row.job.updatedAt else { return "\(step.job): step \(step.number) is before the last" }
            rows[step.job]?.transitions.append(step)
            rows[step.job]?.job.state = step.to
            rows[step.job]?.job.reason = step.reason
            rows[step.job]?.job.transitions = step.number
            rows[step.job]?.job.updatedAt = step.at
            rows[step.job]?.job.endedAt = step.to.isFinal ? step.at : nil
        case .attempt(let attempt):
            guard rows[attempt.id.job] != nil else { return "an attempt of an unknown job" }
            if let highest = highestToken[attempt.id.task], attempt.token < highest {
                return "the token of \(attempt.id) is lower than one before"
            }
            highestToken[attempt.id.task] = attempt.token
            if let old = rows[attempt.id.job]?.attempts[attempt.id], old.state == .ended {
                return "\(attempt.id) ended before"
            }
            rows[attempt.id.job]?.attempts[attempt.id] = attempt
        case .intent(let job, let intent): rows[job]?.job.intent = intent
        case .round(let job, let round): rows[job]?.job.round = round
        case .started(let job, let moment): rows[job]?.job.startedAt = moment
        case .environment(let job, let group, let id):
            if let old = rows[job]?.job.environments[group], old != id { return "\(job) changes its environment" }
            rows[job]?.job.environments[group] = id
        }
        return nil
    }

    /// As the engine gets it.
    func record(_ id: JobID) -> JobRecord? {
        guard let row = rows[id] else { return nil }
        var dependencies: [JobID: JobState] = [:]
        for dependency in row.shape.dependencies {
            if let id = JobID(dependency.job), let state = rows[id]?.job.state, state.isFinal {
                dependencies[id] = state
            }
        }
        return JobRecord(
            row.job, shape: row.shape, attempts: row.attempts.values.sorted { $0.token < $1.token },
            dependencies: dependencies)
    }

    var unfinished: [JobRecord] {
        rows.values.filter { !$0.job.state.isFinal }.map(\.job.id).sorted().compactMap(record)
    }
}
