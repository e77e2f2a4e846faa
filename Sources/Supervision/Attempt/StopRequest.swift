internal import JSONDocument

/// That an attempt is to end: its `stop`, which holds also where its shim is gone. A later one may be more impatient.
public struct StopRequest: Sendable, Hashable {
    /// Milliseconds between being told to end and being ended.
    public var grace: Int64

    public init(grace: Int64) {
        self.grace = max(0, grace)
    }
}

extension StopRequest: AttemptRecord {
    static let fileName = "stop"

    var json: JSON { ["grace": JSON(grace)] }

    init(_ record: RecordFields) throws(RecordFault) {
        self.init(grace: try record.number("grace"))
    }
}
