internal import JobAPI
internal import JobModel
internal import JobStore

/// What handlers work with.
struct ServerParts: Sendable {
    let store: JobStore
    let jobs: any JobService
    let environments: (any EnvironmentService)?
    let tokens: TokenKeeper
    let feed: ChangeFeed
    let audit: AuditRecorder
    let files: FileSender
    let clock: @Sendable () -> Moment

    /// Wakes whoever waits for a moment, and now and then writes down what may be late. Until it is cancelled.
    func keepTime() async {
        var turns = 0
        while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(250))
            feed.tick(.now)
            turns += 1
            guard turns % 240 == 0 else { continue }
            // When tokens were used is for people; the next minute will do as well.
            await noteRest()
        }
    }

    /// Writes down what may be late, and must not be lost.
    func noteRest() async {
        try? await tokens.noteUses()
        await audit.tellRepeated()
    }

    /// The job that a path names, if the caller may see it.
    ///
    /// - Throws: 404, for one of another tenant or queue too: its being there is nobody else's business.
    func job(of exchange: Exchange) async throws -> Job {
        let id = try exchange.jobID()
        guard let job = try await store.job(id), exchange.caller.sees(job) else {
            throw Problem.noJob(id.description)
        }
        return job
    }
}
