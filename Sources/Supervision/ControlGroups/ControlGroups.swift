public import SystemPackage

/// Where an attempt's control groups (cgroups(7)) can be made: in the unified hierarchy (version 2), in one hierarchy a
/// controller (version 1), or, on many machines, some here and some there.
public struct ControlGroups: Sendable, Hashable {
    /// A group's folder that may have groups below it.
    public struct Place: Sendable, Hashable {
        public var version: Int
        public var parent: FilePath

        public init(version: Int, parent: FilePath) {
            self.version = version
            self.parent = parent
        }
    }

    /// Where memory is limited; `nil` where this machine does not let us.
    public var memory: Place?
    /// Where processor time is limited.
    public var processor: Place?
    /// Where processes are counted that cannot leave: the unified hierarchy, else the freezer.
    public var members: Place?

    public init(memory: Place? = nil, processor: Place? = nil, members: Place? = nil) {
        self.memory = memory
        self.processor = processor
        self.members = members
    }

    /// No groups at all: memory is watched then, and processor time is not limited.
    public static let none = ControlGroups()
}
