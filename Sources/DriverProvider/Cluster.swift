public import JobModel

/// The machines that drivers and executors run on.
public struct Cluster: Hashable, Sendable {
    public var nodes: [Node]
    /// Whether drivers of several tenants are kept apart here.
    public var isMultiTenant: Bool

    public init(nodes: [Node], isMultiTenant: Bool) {
        self.nodes = nodes
        self.isMultiTenant = isMultiTenant
    }

    public struct Node: Hashable, Sendable {
        public var name: String
        /// What drivers and executors may take in all.
        public var allocatable: Resources

        public init(name: String, allocatable: Resources) {
            self.name = name
            self.allocatable = allocatable
        }
    }
}
