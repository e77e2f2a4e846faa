public import DriverProvider
public import JobModel

/// Something that happened.
public enum EngineInput: Sendable {
    /// Jobs that had not ended when an earlier process did.
    case recovered([JobRecord])
    /// A job's row is durable, and it is to be taken up. A job that is known already stays as it is.
    case submitted(JobRecord)
    /// A job that failed or was killed is to be tried once more, from its beginning.
    case revived(JobRecord, by: Actor, Ticket)
    case settings(Settings)
    case cluster(Cluster)
    /// An environment is where drivers reach it, and the job has its lease.
    case environmentReady(JobID, group: String, id: String)
    /// - Parameter isFinal: whether trying again would not help.
    case environmentFailed(JobID, group: String, message: String, isFinal: Bool)
    /// A job's lease was given back, as far as that could be done.
    case released(JobID)
    case observed(DriverObservation)
    /// A launch came to nothing: of the attempt nothing lives or ever will.
    case notLaunched(AttemptID, message: String, isFinal: Bool)
    case command(Command, Ticket)
    /// Time has passed.
    case tick

    /// What somebody wants of a job.
    public struct Command: Hashable, Sendable {
        public enum Verb: String, CaseIterable, Sendable {
            case kill
            case suspend
            case resume
        }

        public var verb: Verb
        public var job: JobID
        public var actor: Actor
        /// Why, in the asker's words.
        public var message: String?

        public init(_ verb: Verb, _ job: JobID, by actor: Actor, message: String? = nil) {
            self.verb = verb
            self.job = job
            self.actor = actor
            self.message = message
        }
    }

    /// Who waits for the answer to a command.
    public struct Ticket: Hashable, Sendable {
        public var number: Int

        public init(_ number: Int) {
            self.number = number
        }
    }
}

/// A job as the store has it.
public struct JobRecord: Hashable, Sendable {
    public var id: JobID
    public var queue: String
    public var priority: Int
    public var shape: JobShape
    public var state: JobState
    public var transitions: Int
    public var round: Int
    public var intent: Job.Intent?
    public var startsSuspended: Bool
    /// Written down already, by group.
    public var environments: [String: String]
    /// Environments that are where drivers reach them and whose lease the job has, by group: to be written down.
    public var ready: [String: String] = [:]
    public var updatedAt: Moment
    public var startedAt: Moment?
    /// Of this round and of earlier ones.
    public var attempts: [Attempt]
    /// What is known of the jobs that it depends on and that are not alive any more.
    public var dependencies: [JobID: JobState]

    public init(_ job: Job, shape: JobShape, attempts: [Attempt] = [], dependencies: [JobID: JobState] = [:]) {
        id = job.id
        queue = job.request.queue
        priority = job.request.priority
        self.shape = shape
        state = job.state
        transitions = job.transitions
        round = job.round
        intent = job.intent
        startsSuspended = job.request.suspend
        environments = job.environments
        updatedAt = job.updatedAt
        startedAt = job.startedAt
        self.attempts = attempts
        self.dependencies = dependencies
    }
}
