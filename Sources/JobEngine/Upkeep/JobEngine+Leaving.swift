internal import DriverProvider
public import JobModel
internal import JobStore
internal import Logging

extension JobEngine {
    /// Moves jobs that are long over out of the lists into the archive, with what their drivers have left: that is deleted.
    ///
    /// A job leaves while the core stands still, and only if nothing of it lives: so nothing is ever written about one that
    /// is gone.
    ///
    /// - Parameters:
    ///   - moment: jobs go that have ended before; `nil` for those alone whose own time to live is over.
    ///   - now: the present time.
    /// - Returns: how many went.
    /// - Throws: ``JobStoreError``, `CancellationError`; what went before is gone.
    public func archive(endedBefore moment: Moment?, now: Moment) async throws -> Int {
        var count = 0
        while true {
            try Task.checkCancellation()
            let jobs = try await store.prepareLeaving(endedBefore: moment, now: now)
            guard !jobs.isEmpty else { return count }
            let gone = try await mailbox.run { [store] core in
                guard let core else { throw CancellationError() }
                return try await store.remove(jobs, now: now) { !core.isAlive($0) }
            }
            for job in gone { await discardRemains(of: job) }
            count += gone.count
            // Those that have changed meanwhile go the next time, if they still are to.
            if gone.isEmpty { return count }
        }
    }

    /// Deletes what drivers left of jobs that are archived already: the server that archived them died at it.
    ///
    /// - Parameter ids: of jobs whose drivers have left something.
    public func discardRemains(among ids: [JobID]) async throws {
        for id in try await store.unlisted(among: ids) {
            try Task.checkCancellation()
            // Of a job that is nowhere nothing is known: it may be of a store that will be restored yet.
            if let job = try await store.archived(id) { await discardRemains(of: job) }
        }
    }

    private func discardRemains(of job: ArchivedJob) async {
        for attempt in job.attempts {
            do {
                try await parts.provider.discard(attempt.id)
            } catch {
                logger.warning(
                    "what a driver left is still there",
                    metadata: ["attempt": "\(attempt.id)", "error": "\(error)"])
            }
        }
    }
}
