/// What a collection may take. Times are seconds; a negative one takes even what is of this very second.
public struct CollectionPolicy: Sendable, Hashable {
    /// How long what no environment needs stays after it was written: artifacts that were only fetched, layers of earlier
    /// groupings, built wheels, repositories, derived documents.
    public var unneededFor: Int64
    /// How long an environment that has no name stays after its last use; for ever without this. One that a job, a person,
    /// a folder or a program uses stays in any case.
    public var unnamedFor: Int64?
    /// The same of an environment that has a name: its names go with it.
    public var namedFor: Int64?
    /// How long what builds printed stays.
    public var logsFor: Int64
    /// Bytes that all of that may come to: the oldest go first.
    public var logsSize: UInt64
    /// Bytes that the store may come to. Beyond it what was least recently used goes, as long as it may go at all: what no
    /// environment needs, and environments without a name where ``unnamedFor`` says that they may.
    public var size: UInt64?
    /// Nothing goes for the sake of ``size`` that was used within so many seconds: somebody is about to use it again.
    public var spares: Int64

    public static let day: Int64 = 86_400

    public init(
        unneededFor: Int64 = 30 * day, unnamedFor: Int64? = nil, namedFor: Int64? = nil, logsFor: Int64? = nil,
        logsSize: UInt64 = 1 << 30, size: UInt64? = nil, spares: Int64 = 3600
    ) {
        self.unneededFor = unneededFor
        self.unnamedFor = unnamedFor
        self.namedFor = namedFor
        self.logsFor = logsFor ?? unneededFor
        self.logsSize = logsSize
        self.size = size
        self.spares = spares
    }
}

/// What came of a collection, or would.
public struct CollectionReport: Sendable {
    /// The environments that went, least recently used first.
    public var removed: [StoredEnvironment] = []
    public var freed = StoreCollection()
    /// Bytes in the store afterwards, where the policy has a limit.
    public var size: UInt64?
}
