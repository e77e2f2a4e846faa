internal import JSONDocument
public import JobModel

/// How an attempt ended: its `end.json`, written when nothing of it lives any more.
public struct EndRecord: Sendable, Hashable {
    public enum Reason: String, Sendable, CaseIterable {
        /// The program ended with 0.
        case completed
        /// The program ended with another status.
        case error
        /// The program was ended by a signal that was not its shim's.
        case signal
        /// It took more memory than it may, or than there was.
        case outOfMemory
        /// It ran longer than it may.
        case timeLimit
        /// It was told to stop.
        case stopped
        /// The program could not be started.
        case launchFailed
    }

    public var token: Int64
    public var reason: Reason
    public var exitCode: Int32?
    public var signal: Int32?
    /// For people: what is known beyond the reason.
    public var message: String?
    /// `nil` where the program never was.
    public var startedAt: Moment?
    public var endedAt: Moment
    /// Milliseconds between both, by a clock that nobody sets.
    public var elapsed: Int64
    /// Milliseconds of processor time, of the program and of what it waited for.
    public var processorTime: Int64?
    /// Bytes, as far as it was looked at: once a second, and the largest process.
    public var peakMemory: Int64?
    /// Bytes that were printed; of them kept no longer; and beside them those that could not be written at all.
    public var logBytes: Int64
    public var logDropped: Int64
    public var logLost: Int64

    public init(token: Int64, reason: Reason, endedAt: Moment) {
        self.token = token
        self.reason = reason
        self.endedAt = endedAt
        elapsed = 0
        logBytes = 0
        logDropped = 0
        logLost = 0
    }
}

extension EndRecord: AttemptRecord {
    static let fileName = "end.json"

    var json: JSON {
        [
            "token": JSON(token), "reason": .string(reason.rawValue), "exitCode": .optional(exitCode.map(Int64.init)),
            "signal": .optional(signal.map(Int64.init)), "message": JSON(message),
            "startedAt": JSON(startedAt?.description), "endedAt": .string(endedAt.description),
            "elapsed": JSON(elapsed), "processorTime": .optional(processorTime), "peakMemory": .optional(peakMemory),
            "logBytes": JSON(logBytes), "logDropped": JSON(logDropped), "logLost": JSON(logLost),
        ]
    }

    init(_ record: RecordFields) throws(RecordFault) {
        let reason = try record.text("reason")
        guard let known = Reason(rawValue: reason) else { throw RecordFault(message: "has the reason `\(reason)`") }
        self.reason = known
        token = try record.number("token")
        exitCode = record.optionalNumber("exitCode").map { Int32(clamping: $0) }
        signal = record.optionalNumber("signal").map { Int32(clamping: $0) }
        message = record.optionalText("message")
        startedAt = record.optionalText("startedAt").flatMap { Moment($0) }
        endedAt = try record.moment("endedAt")
        elapsed = try record.number("elapsed")
        processorTime = record.optionalNumber("processorTime")
        peakMemory = record.optionalNumber("peakMemory")
        logBytes = try record.number("logBytes")
        logDropped = try record.number("logDropped")
        logLost = try record.number("logLost")
    }
}
