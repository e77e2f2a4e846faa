public import JobModel

/// A place where drivers run: this machine, a cluster, a vendor's service.
///
/// Everything that a provider makes bears the attempt's name, and a launch the attempt's token, so that whoever comes
/// after a crash finds what there is, and nothing runs twice.
public protocol DriverProvider: Sendable {
    /// A word for attempts' records: `local`.
    var name: String { get }

    /// The machines, and what they have for drivers and executors.
    func cluster() async throws -> Cluster

    /// Looks whether a tenant's drivers could be launched here with what a task names, as far as that is known before:
    /// for telling whoever submits it. Nothing is changed.
    ///
    /// - Throws: ``DriverProviderError`` (`badLaunch`, `tenancy`).
    func check(_ task: TaskTemplate, of tenant: String) async throws

    /// Starts a driver. When this returns, the driver lives, or has lived: its end is then observed.
    ///
    /// Launching the same attempt again gives the driver that there is. An attempt that was told to stop before it was
    /// launched does not start.
    ///
    /// - Throws: ``DriverProviderError``; then nothing of the attempt lives or ever will.
    func launch(_ launch: DriverLaunch) async throws -> DriverDetails

    /// What is true of an attempt now, as far as can be known. From now on it is watched.
    ///
    /// For attempts of an earlier process, and whenever there is doubt.
    func adopt(_ attempt: AttemptID, token: FencingToken) async throws -> DriverStatus

    /// Tells a driver to end, and ends it with all that it started when `grace` is over. Returns when the wish is
    /// durable; the end is observed. Of an attempt that has ended, or was never launched, there is nothing to stop.
    ///
    /// - Parameter grace: milliseconds.
    func stop(_ attempt: AttemptID, grace: Int64) async throws

    /// What becomes of the watched attempts, each as it is seen; an end at least once. One listener.
    var observations: AsyncStream<DriverObservation> { get }

    /// A piece of what the driver has printed, both streams as one.
    ///
    /// - Parameters:
    ///   - offset: bytes from the beginning of all that was ever printed; negative counts from the end.
    ///   - limit: bytes at most.
    func log(of attempt: AttemptID, from offset: Int64, limit: Int) async throws -> LogPiece

    /// Takes away what is kept of an attempt that has ended, its log too.
    func discard(_ attempt: AttemptID) async throws
}

/// One thing that was seen of a driver.
public struct DriverObservation: Hashable, Sendable {
    public var attempt: AttemptID
    public var status: DriverStatus

    public init(_ attempt: AttemptID, _ status: DriverStatus) {
        self.attempt = attempt
        self.status = status
    }
}

/// What is true of a driver.
public enum DriverStatus: Hashable, Sendable {
    /// Nothing of the attempt was ever started, and nothing will be.
    case absent
    case running(DriverDetails)
    case ended(DriverEnd)
    /// Nothing of it lives, and nobody recorded how it ended.
    case vanished(String)
    /// It cannot be known at the moment: the place where drivers run does not answer.
    case unknown(String)
}

/// What is known of a living driver.
public struct DriverDetails: Hashable, Sendable {
    public var startedAt: Moment
    /// For people: `process 4711`.
    public var place: String
    /// Spark's name for it, once it is known.
    public var applicationID: String?
    /// Where Spark's own pages are.
    public var userInterface: String?
    public var stages: StageProgress?

    public init(startedAt: Moment, place: String) {
        self.startedAt = startedAt
        self.place = place
    }
}

/// How far Spark has come.
public struct StageProgress: Hashable, Sendable {
    public var completed = 0
    public var active = 0
    public var failed = 0
    public var tasksCompleted = 0
    public var tasks = 0

    public init() {}
}

/// How a driver ended.
public struct DriverEnd: Hashable, Sendable {
    public var startedAt: Moment
    public var endedAt: Moment
    public var reason: EndReason
    public var exitCode: Int32?
    public var signal: Int32?
    /// For people: `took 2.1 GiB, and may take 2 GiB`.
    public var message: String?
    /// Processor time in milliseconds, where it is known.
    public var processorTime: Int64?
    /// The most memory it had, in bytes, where it is known.
    public var peakMemory: Int64?
    public var applicationID: String?

    public init(startedAt: Moment, endedAt: Moment, reason: EndReason) {
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.reason = reason
    }
}

/// A piece of a log.
public struct LogPiece: Hashable, Sendable {
    public var bytes: [UInt8]
    /// Where the piece begins; later than what was asked for where the beginning was dropped.
    public var offset: Int64
    /// How much was printed so far.
    public var end: Int64
    /// Whether nothing more will come.
    public var isComplete: Bool

    public init(bytes: [UInt8], offset: Int64, end: Int64, isComplete: Bool) {
        self.bytes = bytes
        self.offset = offset
        self.end = end
        self.isComplete = isComplete
    }
}
