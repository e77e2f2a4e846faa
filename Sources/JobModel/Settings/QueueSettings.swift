/// A queue as an admin sets it up.
public struct QueueSettings: Hashable, Sendable {
    public enum Gate: String, CaseIterable, Sendable {
        /// Takes jobs and lets them start.
        case open
        /// Takes no more jobs; those that wait still start.
        case draining
        /// Takes no jobs and lets none start.
        case closed
    }

    /// Names joined by dots are a path from the root: `science.training`.
    public var name: String
    /// Queues with higher priority are served first.
    public var priority = 0
    public var caps = Caps()
    public var gate = Gate.open
    /// Taken where a job names none.
    public var environment: String?

    public init(name: String = "") {
        self.name = name
    }
}
