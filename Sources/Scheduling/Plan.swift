public import JobModel

/// What is decided: who is admitted where, and for everybody else, why not.
public struct Plan: Sendable {
    public let madeAt: Moment
    public var admissions: [Admission] = []
    /// Jobs that were looked at and passed over.
    var waits: [JobID: Wait] = [:]
    /// Queues whose first job waits for something that its followers wait for as well.
    var blockedQueues: [String: Wait] = [:]
    /// What keeps all others waiting.
    var block: (job: JobID, hold: Wait.Hold)?

    init(madeAt: Moment) {
        self.madeAt = madeAt
    }

    /// Why a job waits that was not admitted, or not with all that it asked for.
    public func wait(of job: JobID, in queue: String) -> Wait? {
        if let wait = waits[job] ?? blockedQueues[queue] { return wait }
        return block.map { .behind($0.job, $0.hold) }
    }

    /// Room for the first units of a job.
    public struct Admission: Hashable, Sendable {
        public var job: JobID
        /// How many units, counted as often as they follow each other.
        public var units: Int
        /// For each of them, the node of each process, in the order of the pieces.
        public var nodes: [[String]]
    }
}
