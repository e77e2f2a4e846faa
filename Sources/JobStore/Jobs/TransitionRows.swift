internal import GRDB
internal import JobModel
internal import SQLite

/// How steps are written and read.
enum TransitionRows {
    static func append(_ step: Transition, of number: Int64, to transaction: WriteTransaction) throws {
        try transaction.statement(
            """
            INSERT INTO transitions (job, number, at, from_state, to_state, reason, message, actor)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """
        ).run(
            number, step.number, step.at.milliseconds, step.from?.rawValue, step.to.rawValue, step.reason, step.message,
            step.actor.text)
    }

    static let byJob = """
        SELECT number, at, from_state, to_state, reason, message, actor FROM transitions WHERE job = ? ORDER BY number
        """

    static func all(of number: Int64, _ id: JobID, in database: Database) throws -> [Transition] {
        try SQLStatement(database, byJob).all(number) { row in
            let subject = "job \(id)"
            guard let actor = Actor(text: row.text(6)) else {
                throw JobStoreError(
                    .damaged, subject, "has a step of the unknown actor \(row.text(6).debugDescription)")
            }
            return Transition(
                job: id, number: Int(row.integer(0)), at: Moment(milliseconds: row.integer(1)),
                from: try row.optionalText(2).map { try stored($0, of: subject) },
                to: try stored(row.text(3), of: subject), reason: row.text(4), message: row.text(5), actor: actor)
        }
    }
}
