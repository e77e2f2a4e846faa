public import Documents
public import JobModel

/// What somebody tells a job to do, by `POST /api/v1/jobs/ID/VERB`.
public enum JobVerb: String, CaseIterable, Sendable {
    case kill
    case suspend
    case resume
    case retry
}

/// What may come with a command.
public struct CommandOrder: Hashable, Sendable {
    /// Why, in the asker's words: it stands in the job's history.
    public var message: String?

    public init(message: String? = nil) {
        self.message = message
    }

    public static let shape = Shape(
        "What may come with a command.", initial: CommandOrder(),
        fields: [
            Field("message", \.message, .text(1...1024), synonyms: ["reason"], "Why; stands in the job's history.")
        ])
}

/// Why a job is where it is.
public struct WaitReport: Hashable, Sendable {
    public var state: JobState
    /// A word to match on; `nil` where it waits for nothing.
    public var reason: String?
    public var message: String
    /// How many jobs of its queue are served before it.
    public var position: Int?
    /// When that was last decided.
    public var decidedAt: Moment?
    public var tasks = TaskCounts()

    public init(
        state: JobState = .queued, reason: String? = nil, message: String = "", position: Int? = nil,
        decidedAt: Moment? = nil
    ) {
        self.state = state
        self.reason = reason
        self.message = message
        self.position = position
        self.decidedAt = decidedAt
    }

    public static let shape = Shape(
        "Why a job is where it is.", initial: WaitReport(),
        fields: [
            Field("state", \.state, .word, required: true, "Where it is."),
            Field("reason", \.reason, .anyText, "What it waits for: a word to match on."),
            Field("message", \.message, .anyText, required: true, "The same for people."),
            Field("position", \.position, .integer(0...Int.max), "How many jobs of its queue are served before it."),
            Field("decidedAt", \.decidedAt, .moment, "When that was last decided."),
            Field("tasks", \.tasks, TaskCounts.shape.codec, isAlwaysWritten: true, "How far its tasks are."),
        ])
}

extension TaskCounts {
    static let shape = Shape(
        "How far the tasks of a job are in its round.", initial: TaskCounts(),
        fields: [
            Field("total", \.total, .integer(0...Int.max), isAlwaysWritten: true, "How many there are."),
            Field(
                "running", \.running, .integer(0...Int.max), isAlwaysWritten: true,
                "Those that have a driver, or are being given one."),
            Field("succeeded", \.succeeded, .integer(0...Int.max), isAlwaysWritten: true, "Those that succeeded."),
            Field(
                "failed", \.failed, .integer(0...Int.max), isAlwaysWritten: true,
                "Those that failed and are not tried again."),
            Field(
                "waiting", \.waiting, .integer(0...Int.max), isAlwaysWritten: true,
                "Those that wait; of a job that has ended, those that came to no end of their own."),
        ])
}

/// A list in an answer, so that keys can be added beside it.
public struct ItemList<Item: Hashable & Sendable>: Hashable, Sendable {
    public var items: [Item]

    public init(_ items: [Item] = []) {
        self.items = items
    }

    public static func shape(_ doc: String, _ item: Shape<Item>, named name: String) -> Shape<ItemList> {
        Shape(
            doc, initial: ItemList(),
            fields: [Field(name, \.items, .list(of: item.codec), isAlwaysWritten: true, doc)])
    }
}

extension Transition {
    public static let listShape = ItemList.shape(
        "A job's steps, the first one first.", Transition.shape, named: "transitions")
}

extension Attempt {
    public static let listShape = ItemList.shape(
        "A job's attempts, by group, index and number.", Attempt.shape, named: "attempts")
}
