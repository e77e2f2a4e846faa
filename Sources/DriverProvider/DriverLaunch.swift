public import JobModel

/// All that a provider needs to start one driver.
public struct DriverLaunch: Hashable, Sendable {
    public var attempt: AttemptID
    public var token: FencingToken
    public var tenant: String
    public var user: String
    /// What people call the job.
    public var title: String
    public var task: TaskTemplate
    /// What the driver itself may take, with overhead.
    public var driver: Resources
    /// How many executors it was admitted with, and what each of them may take.
    public var executors: Int
    public var executor: Resources
    public var environment: DeliveredEnvironment?
    /// Beyond the task's own: which task of how many it is.
    public var variables: [String: String]
    /// Milliseconds that the driver may run.
    public var timeLimit: Int64?
    /// Milliseconds between being told to end and being ended.
    public var stopGrace: Int64

    public init(
        attempt: AttemptID, token: FencingToken, tenant: String, user: String, title: String, task: TaskTemplate,
        driver: Resources, executors: Int = 0, executor: Resources = .none,
        environment: DeliveredEnvironment? = nil, variables: [String: String] = [:], timeLimit: Int64? = nil,
        stopGrace: Int64 = 30_000
    ) {
        self.attempt = attempt
        self.token = token
        self.tenant = tenant
        self.user = user
        self.title = title
        self.task = task
        self.driver = driver
        self.executors = executors
        self.executor = executor
        self.environment = environment
        self.variables = variables
        self.timeLimit = timeLimit
        self.stopGrace = stopGrace
    }
}
