public import JobModel

/// Who did what when, and what came of it.
public struct AuditEntry: Hashable, Sendable {
    public enum Outcome: String, CaseIterable, Sendable {
        case allowed
        case denied
        /// It was allowed, and could not be done.
        case failed
    }

    /// Counts from 1 in the order in which entries were written; 0 until then.
    public internal(set) var number: Int64 = 0
    public var at: Moment
    public var actor: Actor
    /// The tenant whom it concerns; empty for what concerns all.
    public var tenant: String
    /// What was done or asked for: `job.submit`, `settings.change`, `token.create`.
    public var action: String
    /// What it was done to: `job 01k…`, `queue science`, `token ci`.
    public var subject: String
    public var outcome: Outcome
    /// For people.
    public var message: String
    /// The id of the request by which it came.
    public var request: String?

    public init(
        at: Moment, actor: Actor, tenant: String, action: String, subject: String, outcome: Outcome = .allowed,
        message: String = "", request: String? = nil
    ) {
        self.at = at
        self.actor = actor
        self.tenant = tenant
        self.action = action
        self.subject = subject
        self.outcome = outcome
        self.message = message
        self.request = request
    }
}

/// Which entries are asked for: those that fit everything that is said here.
public struct AuditFilter: Hashable, Sendable {
    /// `nil` for all, and for what concerns all.
    public var tenants: Set<String>?
    public var actor: Actor?
    public var subject: String?
    public var since: Moment?
    public var until: Moment?

    public init(tenants: Set<String>?) {
        self.tenants = tenants
    }
}
