public import JobModel
internal import SQLite

extension JobStore {
    /// Writes what the engine has decided: all of it, durably, or nothing.
    ///
    /// A job's steps are checked against what is stored, in the same transaction: each must have the number after the last
    /// one, begin in the stored state, and be one that a job can take. So an engine that has missed something cannot write
    /// over it. A task's fencing tokens never go down.
    ///
    /// - Throws: `stale`, `illegalStep`, `missing`.
    public func commit(_ changes: [JobChange]) async throws {
        guard !changes.isEmpty else { return }
        try await writer.write { transaction in
            var known: [JobID: JobProgress] = [:]
            func update(_ id: JobID, _ body: (inout JobProgress) throws -> Void) throws {
                var progress = try known[id] ?? JobProgress(of: id, in: transaction)
                try body(&progress)
                known[id] = progress
            }
            for change in changes {
                switch change {
                case .transition(let step):
                    try update(step.job) { progress in
                        try progress.take(step)
                        try TransitionRows.append(step, of: progress.number, to: transaction)
                    }
                case .attempt(let attempt):
                    try update(attempt.id.job) { try AttemptRows.put(attempt, of: $0.number, to: transaction) }
                case .intent(let id, let intent):
                    try update(id) { $0.want(intent) }
                case .round(let id, let round):
                    try update(id) { $0.begin(round: round) }
                case .started(let id, let moment):
                    try update(id) { $0.start(at: moment) }
                case .environment(let id, let group, let environment):
                    try update(id) { progress in
                        let former = progress.admit(group, with: environment)
                        let place = JobPlace(number: progress.number)
                        transaction.facets.add(.environment(environment), at: place)
                        // Found by what it was asked with all the same.
                        guard let former, try !progress.environmentsAskedFor(in: transaction).contains(former) else {
                            return
                        }
                        transaction.facets.remove(.environment(former), at: place)
                    }
                }
            }
            for progress in known.values { try progress.write(to: transaction) }
        }
    }
}
