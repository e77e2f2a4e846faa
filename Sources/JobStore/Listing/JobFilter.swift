public import JobModel

/// Whose jobs somebody may see.
public struct Audience: Hashable, Sendable {
    /// `nil` for all.
    public var tenants: Set<String>?
    /// Queues with all that lie below them; `nil` for all.
    public var queues: Set<String>?

    public init(tenants: Set<String>?, queues: Set<String>? = nil) {
        self.tenants = tenants
        self.queues = queues
    }

    /// An administrator of the whole.
    public static let everything = Audience(tenants: nil)
}

/// Which jobs are asked for: those that fit everything that is said here.
public struct JobFilter: Hashable, Sendable {
    public enum Queue: Hashable, Sendable {
        case itself(String)
        /// The queue and those below it.
        case within(String)
    }

    public var audience: Audience
    /// One of these; empty for any.
    public var states: Set<JobState> = []
    public var queue: Queue?
    public var user: String?
    /// Each with this value. `schema` and `table` are two of them.
    public var labels: [String: String] = [:]
    /// An environment's id, or what it was asked for by.
    public var environment: String?
    /// Submitted then or later.
    public var createdAfter: Moment?
    /// Submitted earlier.
    public var createdBefore: Moment?
    /// In the name, the program, the id or a label (`NAME=VALUE`), whatever the case. Of a job's text the first 2,000 bytes
    /// are looked through.
    public var text: String?

    public init(_ audience: Audience) {
        self.audience = audience
    }
}

/// A part of a list, the newest submission first.
public struct JobPage: Sendable {
    public var jobs: [Job]
    /// Where the list goes on; `nil` at its end. It stays good whatever is submitted meanwhile.
    public var next: JobCursor?
}

/// A place in a list: between two jobs, wherever those that come later stand.
public struct JobCursor: Hashable, Sendable, CustomStringConvertible {
    /// The job that was the last one on its page.
    let number: Int64

    init(number: Int64) {
        self.number = number
    }

    /// For clients, to whom it says nothing.
    public var description: String { "j" + String(number, radix: 36) }

    /// - Throws: `badCursor`.
    public init(_ text: String) throws(JobStoreError) {
        guard text.hasPrefix("j"), text.utf8.count <= 14, let number = Int64(text.dropFirst(), radix: 36), number > 0,
            text == "j" + String(number, radix: 36)
        else {
            throw JobStoreError(
                .badCursor, "cursor \(text.prefix(40).debugDescription)", "was not given by this server",
                advice: "begin the list anew, without a cursor")
        }
        self.number = number
    }
}
