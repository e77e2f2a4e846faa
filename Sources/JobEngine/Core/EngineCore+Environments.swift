internal import EnvironmentSupply
internal import JobModel

extension EngineCore {
    /// Brings a job that was just taken up into the queue, or has its environments made first.
    mutating func getReady(_ job: inout LiveJob) {
        if job.startsSuspended {
            job.startsSuspended = false
            move(&job, to: .suspended, "suspended", "submitted to wait until it is resumed")
            return
        }
        if let again = job.prepareAgain {
            guard again <= now.steady else { return wake(&job, at: again) }
            job.prepareAgain = nil
        }
        let missing = job.shape.groups.filter { $0.environment != nil && !job.isReady($0.name) }
        guard !missing.isEmpty else {
            move(&job, to: .queued, "queued", "waits in the queue \(job.queue)")
            return settle(&job)
        }
        if job.state != .preparing {
            let names = Set(missing.compactMap { $0.environment?.title }).sorted().joined(separator: ", ")
            move(&job, to: .preparing, "preparing", "its environment is made ready: \(names)")
        }
        // What an earlier end of the job gives back must not be what it gets now.
        guard !leases.isReturning(job.id) else { return }
        for group in missing where job.preparing.insert(group.name).inserted {
            // What a group ran in before it runs in again, whatever its name stands for by now.
            if let reference = job.environments[group.name].map({ .named($0) }) ?? group.environment {
                leases.begin(job.id)
                output.actions.append(.prepare(job.id, group: group.name, reference))
            }
        }
    }

    mutating func environmentReady(_ id: JobID, _ group: String, _ environment: String) {
        leases.end(id)
        guard jobs[id] != nil else { return giveLeaseBack(id) }
        with(id) { core, job in
            core.note(&job, group, environment)
            core.settle(&job)
        }
    }

    /// Gives the lease of a job back that has ended, once nothing is under way that takes it.
    mutating func giveLeaseBack(_ id: JobID) {
        if leases.giveBack(id) { output.actions.append(.release(id)) }
    }

    /// Writes down what a group of a job runs in, once and for all.
    mutating func note(_ job: inout LiveJob, _ group: String, _ environment: String) {
        job.preparing.remove(group)
        job.renewing.remove(group)
        guard job.environments[group] == nil else { return }
        job.environments[group] = environment
        output.changes.append(.environment(job.id, group: group, id: environment))
    }

    mutating func environmentFailed(_ id: JobID, _ group: String, _ message: String, _ isFinal: Bool) {
        leases.end(id)
        guard jobs[id] != nil else { return giveLeaseBack(id) }
        with(id) { core, job in
            guard job.preparing.remove(group) != nil, !job.isReady(group) else { return }
            job.prepareFailures += 1
            if isFinal || job.prepareFailures > job.shape.retry.infrastructuralAttempts {
                job.verdict = .fail(.environmentFailed, message)
            } else {
                job.prepareAgain = core.now.steady + job.shape.retry.wait(after: job.prepareFailures)
            }
            core.settle(&job)
        }
    }
}

extension EnvironmentReference {
    /// For people.
    fileprivate var title: String {
        switch self {
        case .named(let name): name
        case .recipe: "the recipe"
        case .lock: "the lock"
        }
    }
}
