internal import GRDB
internal import JobModel
internal import SQLite

/// How attempts are written and read.
enum AttemptRows {
    /// An attempt as it now is, whether it was known or not.
    ///
    /// - Throws: `stale` where a token is lower than one that the task has seen.
    static func put(_ attempt: Attempt, of job: Int64, to transaction: WriteTransaction) throws {
        let task = attempt.id.task
        let highest = try transaction.statement(
            """
            SELECT max(token) FROM attempts WHERE job = ? AND task_group = ? AND task_index = ? AND number <= ?
            """
        ).first(job, task.group, task.index, attempt.id.number) { $0.optionalInteger(0) }
        if let highest = highest ?? nil, highest > attempt.token.value {
            throw JobStoreError(
                .stale, "attempt \(attempt.id)",
                "has token \(attempt.token.value), but the task has been given \(highest) before",
                advice: "another server has taken over; this one must not go on")
        }
        try transaction.statement(
            """
            INSERT INTO attempts (job, task_group, task_index, number, round, token, provider, state, created, started,
                ended, reason, exit_code, signal, message, application, interface)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET round = excluded.round, token = excluded.token, provider = excluded.provider,
                state = excluded.state, created = excluded.created, started = excluded.started,
                ended = excluded.ended, reason = excluded.reason, exit_code = excluded.exit_code,
                signal = excluded.signal, message = excluded.message, application = excluded.application,
                interface = excluded.interface
            """
        ).run(
            job, task.group, task.index, attempt.id.number, attempt.round, attempt.token.value, attempt.provider,
            attempt.state.rawValue, attempt.createdAt.milliseconds, attempt.startedAt?.milliseconds,
            attempt.endedAt?.milliseconds, attempt.reason?.rawValue, attempt.exitCode.map { Int($0) },
            attempt.signal.map { Int($0) }, attempt.message, attempt.applicationID, attempt.userInterface)
    }

    static let byJob = """
        SELECT task_group, task_index, number, round, token, provider, state, created, started, ended, reason, exit_code,
            signal, message, application, interface
        FROM attempts WHERE job = ? ORDER BY task_group, task_index, number
        """

    static func all(of number: Int64, _ id: JobID, in database: Database) throws -> [Attempt] {
        try SQLStatement(database, byJob).all(number) { row in
            let task = TaskID(job: id, group: row.text(0), index: Int(row.integer(1)))
            let name = AttemptID(task: task, number: Int(row.integer(2)))
            let subject = "attempt \(name)"
            var attempt = Attempt(
                id: name, round: Int(row.integer(3)), token: FencingToken(row.integer(4)), provider: row.text(5),
                state: try stored(row.text(6), of: subject), createdAt: Moment(milliseconds: row.integer(7)))
            attempt.startedAt = row.moment(8)
            attempt.endedAt = row.moment(9)
            attempt.reason = try row.optionalText(10).map { try stored($0, of: subject) }
            attempt.exitCode = row.optionalInteger(11).map { Int32(truncatingIfNeeded: $0) }
            attempt.signal = row.optionalInteger(12).map { Int32(truncatingIfNeeded: $0) }
            attempt.message = row.optionalText(13)
            attempt.applicationID = row.optionalText(14)
            attempt.userInterface = row.optionalText(15)
            return attempt
        }
    }
}
