public import Documents
public import JobModel

/// A queue, and what is in it.
public struct QueueReport: Hashable, Sendable {
    public var settings: QueueSettings
    /// How many jobs are in which state.
    public var jobs: [String: Int64]

    public init(_ settings: QueueSettings = QueueSettings(), jobs: [String: Int64] = [:]) {
        self.settings = settings
        self.jobs = jobs
    }

    public static let shape = Shape(
        "A queue, and what is in it.", initial: QueueReport(),
        fields: QueueSettings.shape.fields.map { $0.within(\.settings) } + [
            Field(
                "jobs", \.jobs, .mapping(of: .integer(0...Int64.max)), isAlwaysWritten: true,
                "How many jobs are in which state, those below it not counted.")
        ])

    public static let listShape = ItemList.shape("The queues.", shape, named: "queues")
}

extension DriverSize {
    public static let listShape = ItemList.shape("Drivers' sizes.", DriverSize.shape, named: "sizes")
}

/// The machines, and what is taken of them.
public struct ClusterReport: Hashable, Sendable {
    public var nodes: [Node] = []
    public var isMultiTenant = false
    /// `nil` for whom it is not to know what others' jobs hold.
    public var use: Use?

    public init() {}

    public struct Node: Hashable, Sendable {
        public var name = ""
        public var allocatable = Resources()

        public init(name: String = "", allocatable: Resources = Resources()) {
            self.name = name
            self.allocatable = allocatable
        }

        static let shape = Shape(
            "A machine.", initial: Node(),
            fields: [
                Field("name", \.name, .anyText, required: true, "Its name."),
                Field(
                    "cores", \.allocatable.cpu, .cores(), required: true, "What drivers and executors may take in all."),
                Field("memory", \.allocatable.memory, .memory(), required: true, "The same, of memory."),
                Field("accelerators", \.allocatable.named, .mapping(of: .integer(0...Int64.max)), "The same, by name."),
            ])
    }

    /// What jobs of all queues hold together: what counts for the caps.
    public struct Use: Hashable, Sendable {
        public var drivers = 0
        public var resources = Resources()

        public init(drivers: Int = 0, resources: Resources = Resources()) {
            self.drivers = drivers
            self.resources = resources
        }

        public static let shape = Shape(
            "What jobs hold.", initial: Use(),
            fields: [
                Field("drivers", \.drivers, .integer(0...Int.max), isAlwaysWritten: true, "Drivers that have room."),
                Field("cores", \.resources.cpu, .cores(), isAlwaysWritten: true, "Of drivers and executors together."),
                Field("memory", \.resources.memory, .memory(), isAlwaysWritten: true, "The same, of memory."),
                Field("accelerators", \.resources.named, .mapping(of: .integer(0...Int64.max)), "The same, by name."),
            ])
    }

    public static let shape = Shape(
        "The machines that drivers and executors run on.", initial: ClusterReport(),
        fields: [
            Field("nodes", \.nodes, .list(of: Node.shape.codec), isAlwaysWritten: true, "The machines."),
            Field(
                "multiTenant", \.isMultiTenant, .flag, isAlwaysWritten: true,
                "Whether drivers of several tenants are kept apart here."),
            Field(
                "inUse", \.use, Use.shape.codec,
                "What jobs of all queues and tenants hold together, which counts for the caps: told to administrators."),
        ])
}
