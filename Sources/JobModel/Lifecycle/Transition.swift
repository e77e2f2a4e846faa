/// One step of a job: a row that is written once and never changed.
public struct Transition: Hashable, Sendable {
    public var job: JobID
    /// Counts a job's steps from 1.
    public var number: Int
    public var at: Moment
    /// `nil` for the first.
    public var from: JobState?
    public var to: JobState
    /// A word to match on: an `EndReason`, or why it waits or goes on (`submitted`, `admitted`, `resumed` …).
    public var reason: String
    /// The same for people, with numbers and names.
    public var message: String
    public var actor: Actor

    public init(
        job: JobID, number: Int, at: Moment, from: JobState?, to: JobState, reason: String, message: String,
        actor: Actor
    ) {
        self.job = job
        self.number = number
        self.at = at
        self.from = from
        self.to = to
        self.reason = reason
        self.message = message
        self.actor = actor
    }
}

/// Who did something.
public enum Actor: Hashable, Sendable {
    /// A person or program that showed a token, by name.
    case user(String)
    /// The part of Chidori that decided: `scheduler`, `engine`, `provider`.
    case system(String)

    /// `user:ann`, `system:scheduler`.
    public var text: String {
        switch self {
        case .user(let name): "user:\(name)"
        case .system(let name): "system:\(name)"
        }
    }

    public init?(text: String) {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let name = String(text[text.index(after: colon)...])
        switch text[..<colon] {
        case "user": self = .user(name)
        case "system": self = .system(name)
        default: return nil
        }
    }
}
