public import JobModel

/// Why a job waits.
public enum Wait: Hashable, Sendable {
    /// The queue lets none start.
    case closed(queue: String)
    /// There is no such queue any more.
    case noQueue(String)
    /// A cap of all queues together, or of one, leaves too little.
    case cap(Shortage, queue: String?)
    /// The machines have too little left, or none of them enough at one place.
    case room(Shortage)
    /// It asks for more than there is even when nothing runs.
    case neverFits(Shortage, queue: String?)
    /// Another job comes first, which waits itself.
    case behind(JobID, Hold)

    /// What the job in front waits for.
    public enum Hold: Hashable, Sendable {
        case cap(Shortage, queue: String?)
        case room(Shortage)
    }

    /// What there is too little of.
    public struct Shortage: Hashable, Sendable {
        /// `drivers`, `cpu`, `memory`, or another resource's name.
        public var resource: String
        /// In drivers, thousandths of a core, bytes, or pieces.
        public var asked: Int64
        public var free: Int64
        /// What there is in all, for whoever set the limit.
        public var limit: Int64

        public init(resource: String, asked: Int64, free: Int64, limit: Int64) {
            self.resource = resource
            self.asked = asked
            self.free = free
            self.limit = limit
        }
    }

    /// The job that comes first.
    public var behind: JobID? {
        if case .behind(let job, _) = self { job } else { nil }
    }

    /// A word to match on.
    public var reason: String {
        switch self {
        case .closed: "queueClosed"
        case .noQueue: "noQueue"
        case .cap(_, nil): "cap"
        case .cap: "queueCap"
        case .room: "noRoom"
        case .neverFits: "neverFits"
        case .behind: "behind"
        }
    }
}

extension Wait: CustomStringConvertible {
    public var description: String {
        switch self {
        case .closed(let queue): "the queue \(queue) is closed"
        case .noQueue(let queue): "the queue \(queue) is no more: move the job, or make the queue again"
        case .cap(let shortage, nil): "the cap of all queues together leaves \(shortage)"
        case .cap(let shortage, let queue?): "the cap of the queue \(queue) leaves \(shortage)"
        case .room(let shortage): "the machines have \(shortage)"
        case .neverFits(let shortage, nil): "there will never be room: \(shortage.demand)"
        case .neverFits(let shortage, let queue?):
            "there will never be room in the queue \(queue): \(shortage.demand)"
        case .behind(let job, .cap(let shortage, let queue)):
            "the job \(job) comes first, and waits itself: \(Wait.cap(shortage, queue: queue))"
        case .behind(let job, .room(let shortage)):
            "the job \(job) comes first, and waits itself: \(Wait.room(shortage))"
        }
    }
}

extension Wait.Shortage: CustomStringConvertible {
    /// `2 cores free of 8, and 4 cores are asked for`.
    public var description: String {
        "\(Quantity(resource, max(0, free))) free of \(Quantity(resource, limit)), and \(asks)"
    }

    /// `64 GiB of memory are asked for, and there are 24 GiB in all`.
    var demand: String { "\(asks), and there is no more than \(Quantity(resource, limit))" }

    private var asks: String { "it asks for \(Quantity(resource, asked))" }
}
