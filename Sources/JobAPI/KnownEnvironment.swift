public import Documents
public import JobModel

/// What `POST /api/v1/environments` takes: one of these.
public struct EnvironmentOrder: Hashable, Sendable {
    /// A recipe that lies where the server looks for them.
    public var name: String?
    /// A recipe in YAML.
    public var recipe: String?
    /// A lock in TOML.
    public var lock: String?

    public init(name: String? = nil, recipe: String? = nil, lock: String? = nil) {
        self.name = name
        self.recipe = recipe
        self.lock = lock
    }

    public static let shape = Shape(
        "An environment to make ready: one of `name`, `recipe` and `lock`.", initial: EnvironmentOrder(),
        fields: [
            Field(
                "name", \.name, .text(1...255), examples: ["features"],
                "A recipe that lies where the server looks for them."),
            Field("recipe", \.recipe, .text(1...1 << 19), "A recipe in YAML."),
            Field("lock", \.lock, .text(1...1 << 20), "A lock in TOML."),
        ]
    ) { order, entries, mark, reading in
        let given = entries.filter { !$0.value.isNull }
        if given.isEmpty {
            reading.report(.missingKey, at: mark, "has none of `name`, `recipe` and `lock`", advice: "give one of them")
        }
        for entry in given.dropFirst() {
            reading.under(entry.key) {
                $0.report(.conflict, at: entry.keyMark, "excludes `\(given[0].key)`", advice: "keep one of the two")
            }
        }
    }
}

/// How far the making of an environment has come.
public struct BuildReport: Hashable, Sendable {
    public enum State: String, CaseIterable, Sendable {
        case building
        case ready
        case failed
    }

    public var id = ""
    public var state = State.building
    /// The recipe's name.
    public var name: String?
    /// The environment's id, once it is known.
    public var environment: String?
    public var message = ""
    public var createdAt = Moment(milliseconds: 0)
    public var endedAt: Moment?

    public init() {}

    public static let shape = Shape(
        "How far the making of an environment has come.", initial: BuildReport(),
        fields: [
            Field("id", \.id, .anyText, required: true, "The build's id."),
            Field("state", \.state, .word, required: true, "How far it is."),
            Field("name", \.name, .anyText, "The recipe's name."),
            Field("environment", \.environment, .anyText, "The environment's id, once it is known."),
            Field("message", \.message, .anyText, required: true, "The same for people."),
            Field("createdAt", \.createdAt, .moment, required: true, "When it was asked for."),
            Field("endedAt", \.endedAt, .moment, "When it was done."),
        ])
}

/// An environment that there is.
public struct KnownEnvironment: Hashable, Sendable {
    public enum State: String, CaseIterable, Sendable {
        case ready
        case notReady
        case building
    }

    /// 64 hexadecimal digits.
    public var id: String?
    public var state = State.ready
    public var name: String?
    public var version: String?
    public var tags: [String] = []
    public var python: String?
    public var platform: String?
    public var createdAt: Moment?

    public init() {}

    public static let shape = Shape(
        "An environment.", initial: KnownEnvironment(),
        fields: [
            Field("id", \.id, .anyText, "64 hexadecimal digits."),
            Field("state", \.state, .word, required: true, "Whether drivers can start from it at once."),
            Field("name", \.name, .anyText, "Its recipe's name."),
            Field("version", \.version, .anyText, "Its recipe's version."),
            Field("tags", \.tags, .list(of: .anyText), "Its tags."),
            Field("python", \.python, .anyText, "Its Python."),
            Field("platform", \.platform, .anyText, "What it is for."),
            Field("createdAt", \.createdAt, .moment, "When it was made."),
        ])

    public static let listShape = ItemList.shape("The environments.", shape, named: "environments")
}

/// One thing that happened to a job, or to a build.
public struct JobEvent: Hashable, Sendable {
    public var transition: Transition
    public var tenant: String
    public var user: String
    public var queue: String

    public init(_ transition: Transition, tenant: String, user: String, queue: String) {
        self.transition = transition
        self.tenant = tenant
        self.user = user
        self.queue = queue
    }

    public static let shape = Shape(
        "One step of a job, and whose it is.",
        initial: JobEvent(
            Transition(
                job: JobID(high: 0, low: 0), number: 1, at: Moment(milliseconds: 0), from: nil, to: .accepted,
                reason: "", message: "", actor: .system("")), tenant: "", user: "", queue: ""),
        fields: Transition.shape.fields.map { $0.within(\.transition) } + [
            Field("tenant", \.tenant, .anyText, required: true, "Whose the job is."),
            Field("user", \.user, .anyText, required: true, "Who submitted it."),
            Field("queue", \.queue, .anyText, required: true, "Its queue."),
        ])
}
