/// A job as it is kept.
public struct Job: Hashable, Sendable {
    public var id: JobID
    public var request: JobRequest
    public var tenant: String
    public var user: String
    public var state: JobState
    /// The last transition's reason and message.
    public var reason: String
    public var message: String
    /// How many transitions it has.
    public var transitions: Int
    /// Counts from 1: a restart of the whole job begins another round.
    public var round: Int
    /// What somebody wants of it that has not come about yet.
    public var intent: Intent?
    /// The environments that its groups were admitted with, by group.
    public var environments: [String: String]
    public var createdAt: Moment
    public var updatedAt: Moment
    /// When its first driver of this round ran.
    public var startedAt: Moment?
    public var endedAt: Moment?

    /// What somebody told a job with living drivers to become.
    public enum Intent: String, CaseIterable, Sendable {
        case kill
        case suspend
    }

    public init(id: JobID, request: JobRequest, tenant: String, user: String, createdAt: Moment) {
        self.id = id
        self.request = request
        self.tenant = tenant
        self.user = user
        state = .accepted
        reason = "submitted"
        message = ""
        transitions = 1
        round = 1
        environments = [:]
        self.createdAt = createdAt
        updatedAt = createdAt
    }

    /// The first row of its history.
    public var submission: Transition {
        Transition(
            job: id, number: 1, at: createdAt, from: nil, to: .accepted, reason: "submitted",
            message: "submitted by \(user)", actor: .user(user))
    }
}
