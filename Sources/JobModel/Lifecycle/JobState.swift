/// Where a job is on its way.
///
///     accepted ─▶ preparing ─▶ queued ─▶ admitted ─▶ starting ─▶ running ─▶ succeeded | failed | killed
///                                ▲ ▲                     │          │
///                                │ └─── retrying ◀───────┴──────────┤
///                                └───── suspended ◀─────────────────┤
///                                       lost ◀──────────────────────┘
public enum JobState: String, CaseIterable, Sendable {
    /// Its row is durable.
    case accepted
    /// Its environment is being made.
    case preparing
    /// Waits for room, for another job, or for its time.
    case queued
    /// The scheduler has given it room.
    case admitted
    /// A driver is being started.
    case starting
    case running
    /// Put aside by somebody, until it is resumed.
    case suspended
    /// Waits to be tried again.
    case retrying
    /// Where drivers run, nobody can say what became of its driver.
    case lost
    case succeeded
    case failed
    case killed

    /// Whether the job has ended.
    public var isFinal: Bool {
        switch self {
        case .succeeded, .failed, .killed: true
        default: false
        }
    }

    /// Whether the job has been given room, which it holds.
    public var holdsRoom: Bool {
        switch self {
        case .admitted, .starting, .running, .lost: true
        default: false
        }
    }

    /// The states that may follow. A job that failed or was killed can be queued again by a person.
    public var followers: Set<JobState> {
        switch self {
        case .accepted: [.preparing, .queued, .suspended, .failed, .killed]
        case .preparing: [.queued, .suspended, .failed, .killed]
        case .queued: [.preparing, .admitted, .retrying, .suspended, .failed, .killed]
        case .admitted: [.starting, .queued, .retrying, .suspended, .failed, .killed]
        case .starting: [.running, .retrying, .lost, .queued, .suspended, .failed, .killed]
        case .running: [.succeeded, .failed, .killed, .retrying, .lost, .suspended]
        case .suspended: [.preparing, .queued, .failed, .killed]
        case .retrying: [.queued, .suspended, .failed, .killed]
        case .lost: [.running, .succeeded, .retrying, .suspended, .failed, .killed]
        case .succeeded: []
        case .failed, .killed: [.preparing, .queued]
        }
    }
}
