public import Documents

extension Job {
    /// A job as it is told: what was asked for, and what became of it, side by side.
    public static let shape = Shape(
        "A job: what was asked for, and what became of it.", initial: Job.unknown,
        fields: ownFields + JobRequest.shape.fields.map { $0.within(\.request) })

    private static let unknown = Job(
        id: JobID(high: 0, low: 0), request: JobRequest(), tenant: "", user: "", createdAt: Moment(milliseconds: 0))

    private static let ownFields: [Field<Job>] = [
        Field("id", \.id, .jobID, required: true, "Its name for ever: sorts by the time of submission."),
        Field("state", \.state, .word, required: true, "Where it is on its way."),
        Field("reason", \.reason, .anyText, required: true, "Why it is there: a word to match on."),
        Field("message", \.message, .anyText, required: true, "The same for people."),
        Field(derived: "title", .anyText, "What people call it: its name, or its program's.") { $0.request.title },
        Field("tenant", \.tenant, .anyText, required: true, "Whose it is."),
        Field("user", \.user, .anyText, required: true, "Who submitted it."),
        Field("transitions", \.transitions, .integer(1...Int.max), required: true, "How many steps it has taken."),
        Field("round", \.round, .integer(1...Int.max), required: true, "Counts from 1; a restart begins another."),
        Field("intent", \.intent, .word, "What somebody wants of it that has not come about yet."),
        Field(
            "environments", \.environments, .texts(), isAlwaysWritten: true,
            "The ids of the environments that its groups were admitted with, by group."),
        Field("createdAt", \.createdAt, .moment, required: true, "When it was submitted."),
        Field("updatedAt", \.updatedAt, .moment, required: true, "When it took its last step."),
        Field("startedAt", \.startedAt, .moment, "When its first driver of this round ran."),
        Field("endedAt", \.endedAt, .moment, "When it ended."),
    ]
}

extension Transition {
    public static let shape = Shape(
        "One step of a job, which is never changed.",
        initial: Transition(
            job: JobID(high: 0, low: 0), number: 1, at: Moment(milliseconds: 0), from: nil, to: .accepted, reason: "",
            message: "", actor: .system("")),
        fields: fields)

    private static let fields: [Field<Transition>] = [
        Field("job", \.job, .jobID, required: true, "The job's id."),
        Field("number", \.number, .integer(1...Int.max), required: true, "Counts the job's steps from 1."),
        Field("at", \.at, .moment, required: true, "When."),
        Field("from", \.from, .word, "The state before; the first step has none."),
        Field("to", \.to, .word, required: true, "The state since."),
        Field("reason", \.reason, .anyText, required: true, "A word to match on."),
        Field("message", \.message, .anyText, required: true, "The same for people."),
        Field("actor", \.actor, .actor, required: true, "Who: `user:NAME`, or `system:PART`."),
    ]
}

extension Attempt {
    public static let shape = Shape(
        "One try at running a task of a job.",
        initial: Attempt(
            id: AttemptID(task: TaskID(job: JobID(high: 0, low: 0)), number: 1), round: 1, token: FencingToken(0),
            provider: "", createdAt: Moment(milliseconds: 0)),
        fields: fields)

    private static let fields: [Field<Attempt>] = [
        Field(derived: "id", .anyText, "`JOB/GROUP/INDEX/NUMBER`.") { $0.id.description },
        Field("job", \.id.task.job, .jobID, required: true, "The job's id."),
        Field("group", \.id.task.group, .anyText, required: true, "The task's group."),
        Field("index", \.id.task.index, .integer(0...Int.max), required: true, "The task within its group, from 0."),
        Field("number", \.id.number, .integer(1...Int.max), required: true, "Counts the task's tries from 1."),
        Field("round", \.round, .integer(1...Int.max), required: true, "The job's round that it belongs to."),
        Field("fencingToken", \.token.value, .integer(0...Int64.max), required: true, "Higher than any before it."),
        Field("provider", \.provider, .anyText, required: true, "Where it runs."),
        Field("state", \.state, .word, required: true, "Where it is on its way."),
        Field("createdAt", \.createdAt, .moment, required: true, "When it was written down."),
        Field("startedAt", \.startedAt, .moment, "When its driver ran."),
        Field("endedAt", \.endedAt, .moment, "When it ended."),
        Field("reason", \.reason, .word, "Why it ended."),
        Field("exitCode", \.exitCode, .integer(Int32.min...Int32.max), "The program's status."),
        Field("signal", \.signal, .integer(Int32.min...Int32.max), "The signal that ended it."),
        Field("message", \.message, .anyText, "What is known beyond the reason."),
        Field("applicationId", \.applicationID, .anyText, "Spark's name for it."),
        Field("userInterface", \.userInterface, .anyText, "Where Spark's own pages are while it runs."),
    ]
}

extension Codec where Value == Actor {
    public static var actor: Codec {
        parsed("user:NAME or system:PART", pattern: "^(user|system):") { text in
            guard let actor = Actor(text: text) else {
                throw BadText(message: "is nobody", advice: "write user:NAME or system:PART")
            }
            return actor
        } print: {
            $0.text
        }
    }
}
