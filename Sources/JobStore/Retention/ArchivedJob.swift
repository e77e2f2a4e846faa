internal import Documents
internal import JSONDocument
public import JobModel

/// A job that is long over, with all that was known of it.
public struct ArchivedJob: Hashable, Sendable {
    public var job: Job
    public var transitions: [Transition]
    public var attempts: [Attempt]

    /// A JSON document: `job`, `transitions` and `attempts`, in the shapes of the API.
    var bytes: [UInt8] {
        JSON.object([
            .init("job", Job.shape.json(job)),
            .init("transitions", .array(transitions.map { Transition.shape.json($0) })),
            .init("attempts", .array(attempts.map { Attempt.shape.json($0) })),
        ]).bytes
    }

    init(job: Job, transitions: [Transition], attempts: [Attempt]) {
        self.job = job
        self.transitions = transitions
        self.attempts = attempts
    }

    /// - Throws: `damaged`.
    init(_ bytes: [UInt8], of id: JobID) throws {
        let subject = "the archived job \(id)"
        do {
            let fields = try JSON(parsing: bytes).fields ?? [:]
            func read<Model>(_ shape: Shape<Model>, _ value: JSON?) throws -> Model {
                try shape.value(of: SourceNode(value ?? .null), in: subject, isLenient: true)
            }
            func all<Model>(_ shape: Shape<Model>, _ value: JSON?) throws -> [Model] {
                guard case .array(let values)? = value else { return [] }
                return try values.map { try read(shape, $0) }
            }
            job = try read(Job.shape, fields["job"])
            transitions = try all(Transition.shape, fields["transitions"])
            attempts = try all(Attempt.shape, fields["attempts"])
        } catch {
            throw JobStoreError(.damaged, subject, "cannot be read: \(error)", cause: error)
        }
    }
}
