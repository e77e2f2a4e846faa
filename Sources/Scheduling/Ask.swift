public import JobModel

/// What a waiting job asks for: units of admission, of which it gets the first ones that there is room for.
///
/// The first unit of a job that has nothing yet is its gang: all that it needs to get anywhere. What comes after are
/// single tasks.
public struct Ask: Hashable, Sendable {
    public var job: JobID
    public var queue: String
    /// Higher comes first within a queue; then whoever came first.
    public var priority: Int
    public var units: [Unit]

    public init(job: JobID, queue: String, priority: Int = 0, units: [Unit]) {
        self.job = job
        self.queue = queue
        self.priority = priority
        self.units = units
    }

    /// Gets room as a whole or not at all, as often as it says.
    public struct Unit: Hashable, Sendable {
        public var pieces: [Piece]
        /// How many of the kind follow each other.
        public var count: Int

        public init(_ pieces: [Piece], count: Int = 1) {
            self.pieces = pieces
            self.count = count
        }

        /// How many drivers it starts.
        public var drivers: Int { pieces.reduce(0) { $0 + ($1.isDriver ? $1.count : 0) } }

        /// All that it takes.
        public var resources: Resources { pieces.reduce(.none) { $0 + $1.resources * $1.count } }
    }

    /// Processes of one size, each of which fits on one node.
    public struct Piece: Hashable, Sendable {
        public var resources: Resources
        public var count: Int
        public var isDriver: Bool

        public init(_ resources: Resources, count: Int = 1, isDriver: Bool = true) {
            self.resources = resources
            self.count = count
            self.isDriver = isDriver
        }
    }

    /// Whether this one is served before the other one of the same queue.
    public func precedes(_ other: Ask) -> Bool {
        priority == other.priority ? job < other.job : priority > other.priority
    }
}
