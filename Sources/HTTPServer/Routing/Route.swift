internal import Documents
internal import JSONDocument
internal import JobAPI
internal import JobModel

/// One method of one path: what it takes, what it answers, and who does it. From the same table requests are routed and
/// OpenAPI is written.
struct Route: Sendable {
    /// Who may come this far. What the caller may do with the thing itself is the handler's to ask.
    enum Access: Sendable {
        case everybody
        /// Whoever bears a token.
        case known
        /// An administrator of the whole.
        case administrator
    }

    struct Parameter: Sendable {
        let name: String
        let doc: String
        let schema: [JSON.Member]
    }

    /// A header that means something to the route.
    struct Header: Sendable {
        let name: String
        let doc: String
    }

    struct Answer: Sendable {
        let status: Int
        let doc: String
        let content: Content?
    }

    enum Content: Sendable {
        case json(NamedSchema)
        case text
        case events(NamedSchema)
        /// Bytes, of one of these types.
        case file(mediaTypes: [String])
        /// A document of another standard.
        case document(mediaType: String)
    }

    let method: String
    /// `/api/v1/jobs/{id}`.
    let path: String
    let operation: String
    let tag: String
    let summary: String
    let details: String
    let access: Access
    let query: [JSON.Member]?
    let headers: [Header]
    let body: NamedSchema?
    let isBodyRequired: Bool
    let answers: [Answer]
    let handle: @Sendable (Exchange) async throws -> Reply

    init(
        _ method: String, _ path: String, _ operation: String, tag: String, _ summary: String, details: String = "",
        access: Access = .known, query: [JSON.Member]? = nil, headers: [Header] = [], body: NamedSchema? = nil,
        isBodyRequired: Bool = true, answers: [Answer], handle: @escaping @Sendable (Exchange) async throws -> Reply
    ) {
        self.method = method
        self.path = path
        self.operation = operation
        self.tag = tag
        self.summary = summary
        self.details = details
        self.access = access
        self.query = query
        self.headers = headers
        self.body = body
        self.isBodyRequired = isBodyRequired
        self.answers = answers
        self.handle = handle
    }
}

extension Route.Answer {
    static func json(_ status: Int, _ schema: NamedSchema, _ doc: String) -> Self {
        Self(status: status, doc: doc, content: .json(schema))
    }

    static func nothing(_ status: Int, _ doc: String) -> Self { Self(status: status, doc: doc, content: nil) }

    static func text(_ status: Int, _ doc: String) -> Self { Self(status: status, doc: doc, content: .text) }

    static func events(_ schema: NamedSchema, _ doc: String) -> Self {
        Self(status: 200, doc: doc, content: .events(schema))
    }

    static func file(_ status: Int, _ mediaTypes: [String], _ doc: String) -> Self {
        Self(status: status, doc: doc, content: .file(mediaTypes: mediaTypes))
    }

    static let unchanged = nothing(304, "It is as `If-None-Match` says.")
}

/// A schema with a name, which OpenAPI refers to.
struct NamedSchema: Sendable {
    let name: String
    let members: [JSON.Member]

    init<Model>(_ name: String, _ shape: Shape<Model>) {
        self.name = name
        members = shape.schema
    }

    static let job = NamedSchema("Job", Job.shape)
    static let jobRequest = NamedSchema("JobRequest", JobRequest.shape)
    static let jobList = NamedSchema("JobList", JobList.shape)
    static let commandOrder = NamedSchema("CommandOrder", CommandOrder.shape)
    static let transitions = NamedSchema("TransitionList", Transition.listShape)
    static let attempts = NamedSchema("AttemptList", Attempt.listShape)
    static let wait = NamedSchema("Wait", WaitReport.shape)
    static let event = NamedSchema("JobEvent", JobEvent.shape)
    static let queue = NamedSchema("Queue", QueueReport.shape)
    static let queueSettings = NamedSchema("QueueSettings", QueueSettings.bodyShape)
    static let queues = NamedSchema("QueueList", QueueReport.listShape)
    static let caps = NamedSchema("Caps", Caps.shape)
    static let sizes = NamedSchema("SizeList", DriverSize.listShape)
    static let cluster = NamedSchema("Cluster", ClusterReport.shape)
    static let tokenOrder = NamedSchema("TokenOrder", TokenOrder.shape)
    static let token = NamedSchema("Token", TokenReport.shape)
    static let tokens = NamedSchema("TokenList", TokenReport.listShape)
    static let audit = NamedSchema("AuditList", AuditReport.listShape)
    static let environmentOrder = NamedSchema("EnvironmentOrder", EnvironmentOrder.shape)
    static let environment = NamedSchema("Environment", KnownEnvironment.shape)
    static let environments = NamedSchema("EnvironmentList", KnownEnvironment.listShape)
    static let impactQuery = NamedSchema("ImpactQuery", ImpactQuery.shape)
    static let impact = NamedSchema("Impact", KnownImpact.shape)
    static let build = NamedSchema("Build", BuildReport.shape)
    static let builds = NamedSchema("BuildList", BuildReport.listShape)
    static let buildSteps = NamedSchema("BuildSteps", BuildSteps.shape)
    static let buildStep = NamedSchema("BuildStep", BuildStep.shape)
    static let problem = NamedSchema("Problem", Problem.shape)
    static let health = NamedSchema("Health", HealthReport.shape)
}
