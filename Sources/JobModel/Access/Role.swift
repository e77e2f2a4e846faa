/// What somebody may do; each role includes those before it.
public enum Role: String, CaseIterable, Comparable, Sendable {
    /// Sees jobs and queues.
    case viewer
    /// Submits jobs, and does with its own what an operator does with all.
    case submitter
    /// Kills, suspends, resumes and retries anybody's jobs.
    case `operator`
    /// Changes caps, queues and tokens.
    case admin

    private var height: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    public static func < (left: Self, right: Self) -> Bool { left.height < right.height }
}

/// A role in a queue and all that lie below it.
public struct RoleGrant: Hashable, Sendable {
    public var role: Role
    /// `nil` for all queues.
    public var queue: String?

    public init(_ role: Role, queue: String? = nil) {
        self.role = role
        self.queue = queue
    }

    /// Whether it says something about a queue.
    public func covers(_ name: String) -> Bool {
        queue.map { QueuePath.lies(name, within: $0) } ?? true
    }
}
