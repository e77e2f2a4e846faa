internal import JobModel

/// A task of a living job.
struct LiveTask: Hashable, Sendable {
    enum Status: Hashable, Sendable {
        /// Wants room.
        case pending
        /// Wants room, but not before this moment of the steady clock.
        case waiting(until: Int64)
        /// Has room and is to be started when its turn has come.
        case placed
        /// Has an attempt that has not ended, as far as is known.
        case living
        case succeeded
        case failed(EndReason)
        /// Never has its turn: what its group waits for cannot come about any more.
        case skipped
    }

    /// The place of its group in the job's shape.
    let group: Int
    let index: Int
    var status = Status.pending
    /// The number of its latest attempt.
    var attempts = 0
    /// Ends that count against the job, and ends that do not.
    var failures = 0
    var faults = 0
    /// The attempt that lives.
    var attempt: Attempt?
    /// Why the attempt was told to end.
    var stopReason: EndReason?
    /// When to find out again what is true of its attempt, by the steady clock.
    var adoptAgain: Int64?
    /// The machines of its driver and executors while it holds room.
    var nodes: [String] = []
    /// What became of its last attempt, for people.
    var lastMessage: String?

    var holdsRoom: Bool {
        switch status {
        case .placed, .living: true
        default: false
        }
    }

    var isFinal: Bool {
        switch status {
        case .succeeded, .failed, .skipped: true
        default: false
        }
    }
}
