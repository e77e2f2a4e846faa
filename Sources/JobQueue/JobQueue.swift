public import JobModel

/// What carries jobs from those who submit them to the core that schedules them.
///
/// A queue delivers each message at least once. A receiver holds a message only until what it says is durable
/// elsewhere, which is milliseconds: brokers deliver again what is held for long, and it would run twice.
public protocol JobQueue: Sendable {
    /// For messages: `sqlite`, `rabbitmq`.
    var name: String { get }

    /// Puts messages into the queue. They are durable when this returns.
    func publish(_ messages: [JobMessage]) async throws

    /// Waits for messages, and gives at most `limit` of them, the oldest first. They are held: nobody else gets them until
    /// they are released or this process ends.
    ///
    /// - Throws: `CancellationError`, and ``JobQueueError`` where the queue does not answer; what was published is still there.
    func receive(limit: Int) async throws -> [Delivery]

    /// Takes held messages out of the queue for good. Durable when it returns. Unknown ones are no error: they may have
    /// been acknowledged before.
    func acknowledge(_ deliveries: [Delivery.ID]) async throws

    /// Gives held messages back, to be received again.
    func release(_ deliveries: [Delivery.ID]) async throws

    /// How many messages wait, held ones included; `nil` where the queue cannot tell.
    func depth() async throws -> Int?
}

/// What a message says.
public enum JobMessage: Hashable, Sendable {
    /// A job whose row is durable waits to be taken up.
    case accepted(JobID)
    /// A submission that came by the queue itself: its row is yet to be written. A JSON document as `POST /api/v1/jobs`
    /// takes it, with whoever the broker vouches for.
    case submission(document: [UInt8], tenant: String, user: String)
}

/// A held message.
public struct Delivery: Hashable, Sendable {
    public struct ID: Hashable, Sendable {
        public var value: String

        public init(_ value: String) {
            self.value = value
        }
    }

    public var id: ID
    public var message: JobMessage
    /// Whether it may have been delivered before.
    public var isRedelivered: Bool

    public init(id: ID, message: JobMessage, isRedelivered: Bool = false) {
        self.id = id
        self.message = message
        self.isRedelivered = isRedelivered
    }
}
