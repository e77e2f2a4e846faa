import JobModel
import JobStore
import JobSupport
import SystemPackage
import TestSupport
import Workers

/// A store in a folder of its own that is gone when the test is over.
final class ScratchJobs: Sendable {
    let scratch: Scratch
    var folder: FilePath { scratch.path.appending("data") }

    init() throws {
        scratch = try Scratch("jobs")
    }

    /// - Parameter folder: another one than its own.
    func open(in folder: FilePath? = nil) async throws -> JobStore {
        let folder = folder ?? self.folder
        return try await blocking { try JobStore(in: folder, doing: "a test") }
    }

    /// A store that is closed when `body` is done.
    @discardableResult
    func withStore<Result>(
        in folder: FilePath? = nil, _ body: (JobStore) async throws -> Result
    ) async throws -> Result {
        let store = try await open(in: folder)
        do {
            let result = try await body(store)
            await store.close()
            return result
        } catch {
            await store.close()
            throw error
        }
    }
}

extension JobState {
    /// A shortest way from the first state to this one, without the first.
    var wayHere: [JobState] {
        var ways: [JobState: [JobState]] = [.accepted: []]
        var border: [JobState] = [.accepted]
        while !border.isEmpty, ways[self] == nil {
            border = border.flatMap { state in
                state.followers.filter { ways[$0] == nil }.map { next in
                    ways[next] = (ways[state] ?? []) + [next]
                    return next
                }
            }
        }
        return ways[self] ?? []
    }
}

extension JobStore {
    /// Takes a new job to a state, and gives it as it then is.
    @discardableResult
    func bring(_ id: JobID, to state: JobState) async throws -> Job {
        for next in state.wayHere { try await take(id, through: next) }
        return try await take(id)
    }

    /// Takes a job through states, and gives it as it then is.
    @discardableResult
    func take(_ id: JobID, through states: JobState..., at moment: Moment = .sample) async throws -> Job {
        for state in states {
            guard let job = try await job(id) else { break }
            try await commit([.transition(job.step(to: state, at: moment))])
        }
        guard let job = try await job(id) else { throw JobStoreError(.missing, "job \(id)", "is not there") }
        return job
    }
}
