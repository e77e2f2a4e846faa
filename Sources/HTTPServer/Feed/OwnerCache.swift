internal import JobModel
internal import JobStore
internal import Synchronization

/// Whose jobs are, which never changes: so that telling of a step need not read its job each time.
final class OwnerCache: Sendable {
    struct Owner: Sendable {
        var tenant: String
        var user: String
        var queue: String
    }

    private let store: JobStore
    private let known = Mutex<[JobID: Owner]>([:])

    init(_ store: JobStore) {
        self.store = store
    }

    /// `nil` if there is no such job any more.
    func owner(of id: JobID) async throws -> Owner? {
        if let owner = known.withLock({ $0[id] }) { return owner }
        guard let job = try await store.job(id) else { return nil }
        let owner = Owner(tenant: job.tenant, user: job.user, queue: job.request.queue)
        known.withLock { known in
            if known.count >= 10_000 { known = [:] }
            known[id] = owner
        }
        return owner
    }
}
