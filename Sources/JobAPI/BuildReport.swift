public import Documents
public import JobModel

/// How far the making of an environment has come.
public struct BuildReport: Hashable, Sendable {
    public enum State: String, CaseIterable, Sendable {
        case building
        case ready
        case failed
        case cancelled
    }

    /// What is asked for beside the environment, and what came of it.
    public struct Delivery: Hashable, Sendable {
        public enum State: String, CaseIterable, Sendable {
            case waiting
            case delivered
            case failed
        }

        public var delivery = ""
        public var state = State.waiting
        /// `sha256:…`
        public var digest: String?
        /// Bytes.
        public var size: Int64?
        public var path: String?
        public var category: String?
        public var message: String?

        public init() {}

        static let shape = Shape(
            "What is asked for beside the environment, and what came of it.", initial: Delivery(),
            fields: [
                Field("delivery", \.delivery, .anyText, required: true, "As it was asked for."),
                Field("state", \.state, .word, required: true, "Whether it is there."),
                Field("digest", \.digest, .anyText, "Of an archive's file, or of an image's manifest or index."),
                Field(
                    "size", \.size, .integer(0...Int64.max),
                    "Bytes of an archive's file, or of all of an image's blobs."),
                Field("path", \.path, .anyText, "Where a tree lies on its volume, from the volume's own folder."),
                Field(
                    "category", \.category, .anyText, "Of what failed, the kind of trouble, as exit statuses have it."),
                Field("message", \.message, .anyText, "Why it failed, and what helps."),
            ])
    }

    /// What is made.
    public enum Kind: String, CaseIterable, Sendable {
        case named
        case recipe
        case lock
        case image
    }

    public var id = ""
    public var state = State.building
    public var kind = Kind.named
    /// Of the recipe. One that was sent means nothing to the server.
    public var name: String?
    /// Who asked for it: `TENANT/USER`.
    public var askers: [String] = []
    /// Whoever has ever asked for it, which the server knows and no answer tells.
    public var viewers: Set<String> = []
    /// The environment's id, once it is known.
    public var environment: String?
    public var message = ""
    /// Of a build that failed, the kind of trouble: the name of an exit status.
    public var category: String?
    public var deliveries: [Delivery] = []
    /// What is other than in the lock before.
    public var changes: [String] = []
    /// The sources of which wheels were built.
    public var sources: [String] = []
    public var createdAt = Moment(milliseconds: 0)
    public var endedAt: Moment?

    public init() {}

    public static let shape = Shape(
        "How far the making of an environment has come.", initial: BuildReport(),
        fields: [
            Field("id", \.id, .anyText, required: true, "The build's id."),
            Field("state", \.state, .word, required: true, "How far it is."),
            Field(
                "kind", \.kind, .word, required: true,
                "What it is of: an administrator's name, a recipe or a lock that was sent, or an image that is pulled."),
            Field("name", \.name, .anyText, "Its name. That of a recipe which was sent means nothing to the server."),
            Field(
                "askers", \.askers, .list(of: .anyText),
                "Who asked for it: `TENANT/USER`, of the caller's tenant; administrators are told all."),
            Field("environment", \.environment, .anyText, "The environment's id, once it is known."),
            Field("message", \.message, .anyText, required: true, "The same for people."),
            Field(
                "category", \.category, .anyText,
                "Of a build that failed, the kind of trouble, as exit statuses have it."),
            Field(
                "deliveries", \.deliveries, .list(of: Delivery.shape.codec),
                "What is asked for beside what drivers on the server's machine start from. One that failed is asked for again "
                    + "by the same order."),
            Field("changes", \.changes, .list(of: .anyText), "What is other than in the lock before."),
            Field(
                "sources", \.sources, .list(of: .anyText),
                "The sources of which wheels were built; `logs?source=` has what that printed."),
            Field("createdAt", \.createdAt, .moment, required: true, "When it was asked for."),
            Field("endedAt", \.endedAt, .moment, "When it was done."),
        ])

    public static let listShape = ItemList.shape("The builds, the newest first.", shape, named: "builds")
}

/// Which builds are wanted.
public struct BuildQuery: Hashable, Sendable {
    public var state: BuildReport.State?
    /// `TENANT/USER`.
    public var asker: String?
    /// The first digits of an id.
    public var id: String?
    public var limit: Int = 100

    public init(state: BuildReport.State? = nil, asker: String? = nil, id: String? = nil, limit: Int = 100) {
        self.state = state
        self.asker = asker
        self.id = id
        self.limit = limit
    }

    public static let shape = Shape(
        "Which builds are wanted.", initial: BuildQuery(),
        fields: [
            Field("state", \.state, .word, "Those in this state."),
            Field("asker", \.asker, .text(1...1024), "Those that `TENANT/USER` has asked for."),
            Field(
                "id", \.id, .text(4...64), examples: ["3f2a9c417b58"],
                "Those whose id begins like this, of all that the caller may look at."),
            Field("limit", \.limit, .integer(1...500), "How many at the most."),
        ])
}

/// One thing that happened in a build, or how far its stage has come.
public struct BuildStep: Hashable, Sendable {
    /// Counts a build's steps from 1; 0 for how far a stage has come, which is not kept.
    public var number: Int
    /// A stage such as `resolving`, or `ready`, `failed`, `cancelled`, `warning`, `changed`.
    public var name: String
    public var message: String
    public var at: Moment
    public var done: Int?
    public var total: Int?

    public init(
        number: Int, name: String, message: String, at: Moment = Moment(milliseconds: 0), done: Int? = nil,
        total: Int? = nil
    ) {
        self.number = number
        self.name = name
        self.message = message
        self.at = at
        self.done = done
        self.total = total
    }

    public static let shape = Shape(
        "One thing that happened in a build, or how far its stage has come.",
        initial: BuildStep(number: 1, name: "", message: ""),
        fields: [
            Field(
                "number", \.number, .integer(0...Int.max), required: true,
                "Counts a build's steps from 1; 0 for how far a stage has come."),
            Field("name", \.name, .anyText, required: true, "A word to match on."),
            Field("message", \.message, .anyText, required: true, "The same for people."),
            Field("at", \.at, .moment, required: true, "When."),
            Field("done", \.done, .integer(0...Int.max), "How many things of the stage are done."),
            Field("total", \.total, .integer(0...Int.max), "Of how many, where that is known."),
        ])
}

/// Which of a build's steps are wanted, and how long may be waited for them.
public struct StepQuery: Hashable, Sendable {
    /// Those behind this number.
    public var after = 0
    /// Milliseconds to wait where there is none yet.
    public var wait: Int64 = 0

    public init(after: Int = 0, wait: Int64 = 0) {
        self.after = after
        self.wait = wait
    }

    public static let shape = Shape(
        "Which steps are wanted.", initial: StepQuery(),
        fields: [
            Field("after", \.after, .integer(0...Int.max), "Those behind this number."),
            Field(
                "wait", \.wait, .duration(0...25_000), examples: ["20s"],
                "How long to wait where there is none yet. It is answered sooner where the build has ended."),
        ])
}

/// What has happened in a build since.
public struct BuildSteps: Hashable, Sendable {
    public var state = BuildReport.State.building
    public var steps: [BuildStep] = []
    /// How far the stage under way has come.
    public var progress: BuildStep?

    public init() {}

    public static let shape = Shape(
        "What has happened in a build since.", initial: BuildSteps(),
        fields: [
            Field("state", \.state, .word, required: true, "How far the build is."),
            Field("steps", \.steps, .list(of: BuildStep.shape.codec), required: true, "What has happened."),
            Field("progress", \.progress, BuildStep.shape.codec, "How far the stage under way has come."),
        ])
}
