internal import JobModel
internal import JobStore

/// Who asks, and what he may do.
struct Caller: Hashable, Sendable {
    /// The token's id; empty for nobody.
    var token: String
    var user: String
    var tenant: String
    var roles: [RoleGrant]

    init(_ token: AccessToken) {
        self.token = token.id
        user = token.user
        tenant = token.tenant
        roles = token.roles
    }

    private init() {
        (token, user, tenant, roles) = ("", "", "", [])
    }

    /// Who shows no token, where none is needed.
    static let nobody = Caller()

    var actor: Actor { .user(user) }

    /// `TENANT/USER`.
    var asker: String { "\(tenant)/\(user)" }

    /// Whether he administers the whole: all queues of all tenants, and tokens.
    var isAdministrator: Bool { roles.contains { $0.role == .admin && $0.queue == nil } }

    func may(_ role: Role, in queue: String) -> Bool { roles.contains { $0.role >= role && $0.covers(queue) } }

    /// Whose jobs he sees.
    var audience: Audience {
        let queues = roles.contains { $0.queue == nil } ? nil : Set(roles.compactMap(\.queue))
        return Audience(tenants: isAdministrator ? nil : [tenant], queues: queues)
    }

    func sees(_ job: Job) -> Bool { sees(tenant: job.tenant, queue: job.request.queue) }

    func sees(tenant: String, queue: String) -> Bool {
        (isAdministrator || tenant == self.tenant) && may(.viewer, in: queue)
    }

    /// Whether he may kill, suspend, resume and retry it: an operator of its queue, or who submitted it.
    func mayCommand(_ job: Job) -> Bool {
        let queue = job.request.queue
        return may(.operator, in: queue) || (job.user == user && may(.submitter, in: queue))
    }
}
