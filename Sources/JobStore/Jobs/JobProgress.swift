internal import JobModel
internal import SQLite

/// What changes of a job, as it is stored: the ground on which changes are checked.
struct JobProgress {
    let id: JobID
    let number: Int64
    let tenant: String
    let queue: String
    private let stateBefore: JobState
    private(set) var state: JobState
    private var transitions: Int
    private var round: Int
    private var intent: Job.Intent?
    private var environments: [String: String]
    private var reason: String
    private var message: String
    private var updated: Int64
    private var started: Int64?
    private var ended: Int64?

    /// - Throws: `missing`.
    init(of id: JobID, in transaction: WriteTransaction) throws {
        let found = try transaction.statement(
            """
            SELECT number, tenant, queue, state, transitions, round, intent, environments, reason, message, updated,
                started, ended
            FROM jobs WHERE id = ?
            """
        ).first(id.stored) { try JobProgress(id, $0) }
        guard let found else { throw JobStoreError(.missing, "job \(id)", "is not there") }
        self = found
    }

    private init(_ id: JobID, _ row: SQLRow) throws {
        self.id = id
        number = row.integer(0)
        tenant = row.text(1)
        queue = row.text(2)
        state = try stored(row.text(3), of: "job \(id)")
        stateBefore = state
        transitions = Int(row.integer(4))
        round = Int(row.integer(5))
        intent = try row.optionalText(6).map { try stored($0, of: "job \(id)") }
        environments = try EnvironmentColumn.read(row.optionalBytes(7), of: id)
        reason = row.text(8)
        message = row.text(9)
        updated = row.integer(10)
        started = row.optionalInteger(11)
        ended = row.optionalInteger(12)
    }

    /// The next step.
    ///
    /// - Throws: `stale` where it does not follow on what is stored, `illegalStep` where no job goes that way.
    mutating func take(_ step: Transition) throws {
        guard step.number == transitions + 1, step.from == state else {
            throw JobStoreError(
                .stale, "job \(id)",
                """
                is \(state) after \(transitions) steps, so that step \(step.number) from \
                \(step.from.map { "\($0)" } ?? "nothing") to \(step.to) does not follow
                """,
                advice: "read the job again: another writer was faster")
        }
        guard state.followers.contains(step.to) else {
            throw JobStoreError(.illegalStep, "job \(id)", "cannot go from \(state) to \(step.to)")
        }
        state = step.to
        transitions = step.number
        reason = step.reason
        message = step.message
        updated = step.at.milliseconds
        ended = state.isFinal ? step.at.milliseconds : nil
    }

    mutating func want(_ intent: Job.Intent?) { self.intent = intent }

    mutating func begin(round: Int) { self.round = round }

    mutating func start(at moment: Moment?) { started = moment?.milliseconds }

    /// - Returns: the environment that the job has no longer.
    mutating func admit(_ group: String, with environment: String) -> String? {
        let former = environments.updateValue(environment, forKey: group)
        return former.flatMap { environments.values.contains($0) ? nil : $0 }
    }

    /// The environments as the request names them.
    func environmentsAskedFor(in transaction: WriteTransaction) throws -> [String] {
        try transaction.statement("SELECT document FROM requests WHERE job = ?").first(number) { row in
            try StoredDocument.request(row.bytes(0), of: id).environmentNames
        } ?? []
    }

    func write(to transaction: WriteTransaction) throws {
        try transaction.statement(
            """
            UPDATE jobs SET state = ?, transitions = ?, round = ?, intent = ?, environments = ?, reason = ?, message = ?,
                updated = ?, started = ?, ended = ?
            WHERE number = ?
            """
        ).run(
            state.rawValue, transitions, round, intent?.rawValue, EnvironmentColumn.write(environments), reason,
            message,
            updated, started, ended, number)
        transaction.facets.move(number: number, tenant: tenant, queue: queue, from: stateBefore, to: state)
    }
}
