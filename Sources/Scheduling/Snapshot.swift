public import JobModel

/// All that a decision is made from.
public struct Snapshot: Sendable {
    public var nodes: [Node]
    /// For all queues together.
    public var caps: Caps
    public var queues: [QueueSettings]
    /// What is held, by the queue that the job is in.
    public var held: [String: Usage]
    /// The asks of each queue, each list in the order of ``Ask/precedes(_:)``.
    public var waiting: [String: [Ask]]

    public init(
        nodes: [Node], caps: Caps, queues: [QueueSettings], held: [String: Usage], waiting: [String: [Ask]]
    ) {
        self.nodes = nodes
        self.caps = caps
        self.queues = queues
        self.held = held
        self.waiting = waiting
    }

    public struct Node: Hashable, Sendable {
        public var name: String
        public var allocatable: Resources
        /// What is left of it.
        public var free: Resources

        public init(name: String, allocatable: Resources, free: Resources) {
            self.name = name
            self.allocatable = allocatable
            self.free = free
        }
    }
}

/// How much is held.
public struct Usage: Hashable, Sendable {
    public var drivers: Int
    public var resources: Resources

    public init(drivers: Int = 0, resources: Resources = .none) {
        self.drivers = drivers
        self.resources = resources
    }

    public static func + (left: Self, right: Self) -> Self {
        Usage(drivers: left.drivers + right.drivers, resources: left.resources + right.resources)
    }

    public static func - (left: Self, right: Self) -> Self {
        Usage(drivers: left.drivers - right.drivers, resources: left.resources - right.resources)
    }
}

extension Ask.Unit {
    public var usage: Usage { Usage(drivers: drivers, resources: resources) }
}
