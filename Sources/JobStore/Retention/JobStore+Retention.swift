internal import GRDB
public import JobModel
internal import SQLite
internal import Workers

extension JobStore {
    /// Puts some jobs that are long over into the archive, durably. They are still in the lists, until ``remove(_:now:if:)``
    /// takes them out there: where that does not come, they are in both places, and the tables count.
    ///
    /// - Parameters:
    ///   - moment: jobs go that have ended before; `nil` for those alone whose own time to live is over.
    ///   - now: the present time.
    /// - Returns: as many as can go in one transaction without anybody waiting for long; none if there are no more.
    public func prepareLeaving(endedBefore moment: Moment?, now: Moment) async throws -> [LeavingJob] {
        var jobs = try await leaving(Self.outlivedText, until: now, because: "its own time to live is over")
        if let moment, jobs.isEmpty {
            jobs = try await leaving(Self.endedText, until: moment, because: "it ended before \(moment)")
        }
        try await blocking { [paths, jobs] in
            let files = Dictionary(grouping: jobs) { ArchiveFile(of: $0.content.job.id, in: paths).path }
            for (path, jobs) in files { try ArchiveFile(path: path).put(jobs.map(\.content)) }
        }
        return jobs
    }

    /// Takes jobs out of the lists that were put into the archive, and writes so into the audit. One of which anything has
    /// changed meanwhile stays.
    ///
    /// - Parameter isOver: whether a job may go as far as the caller knows.
    /// - Returns: those that are gone.
    @discardableResult
    public func remove(
        _ jobs: [LeavingJob], now: Moment, if isOver: @escaping @Sendable (JobID) -> Bool = { _ in true }
    ) async throws -> [ArchivedJob] {
        guard !jobs.isEmpty else { return [] }
        return try await writer.write { transaction in
            var gone: [ArchivedJob] = []
            for job in jobs where isOver(job.content.job.id) {
                guard try job.leave(transaction) else { continue }
                try AuditRows.append(job.entry(at: now), to: transaction)
                gone.append(job.content)
            }
            return gone
        }
    }

    static let outlivedText = """
        SELECT \(JobRow.columns) FROM jobs JOIN requests ON requests.job = jobs.number
        WHERE ended IS NOT NULL AND lifetime IS NOT NULL AND ended + lifetime <= ? ORDER BY ended + lifetime LIMIT ?
        """
    static let endedText = """
        SELECT \(JobRow.columns) FROM jobs JOIN requests ON requests.job = jobs.number
        WHERE ended IS NOT NULL AND ended < ? ORDER BY ended LIMIT ?
        """

    /// How many go at once.
    private static let batch = 50

    private func leaving(_ sql: String, until moment: Moment, because reason: String) async throws -> [LeavingJob] {
        try await readers.read { database in
            let rows = try SQLStatement(database, sql).all(moment.milliseconds, Self.batch) { try JobRow($0) }
            return try rows.map { try LeavingJob($0, because: reason, in: database) }
        }
    }

    /// What was archived of a job; `nil` if nothing was.
    public func archived(_ id: JobID) async throws -> ArchivedJob? {
        try await blocking { [paths] in try ArchiveFile(of: id, in: paths).job(id) }
    }

    /// Those of these jobs that are not in the lists.
    public func unlisted(among ids: [JobID]) async throws -> [JobID] {
        try await readers.read { database in
            let statement = try SQLStatement(database, "SELECT 1 FROM jobs WHERE id = ?")
            return try ids.filter { id in try statement.first(id.stored) { $0.integer(0) } == nil }
        }
    }
}

/// A job that is about to leave, as it was when it was read.
public struct LeavingJob: Sendable {
    private let number: Int64
    private let reason: String
    let content: ArchivedJob

    init(_ row: JobRow, because reason: String, in database: Database) throws {
        number = row.number
        self.reason = reason
        let id = row.job.id
        content = ArchivedJob(
            job: row.job, transitions: try TransitionRows.all(of: number, id, in: database),
            attempts: try AttemptRows.all(of: number, id, in: database))
    }

    fileprivate func entry(at moment: Moment) -> AuditEntry {
        AuditEntry(
            at: moment, actor: .system("retention"), tenant: content.job.tenant, action: "job.archive",
            subject: "job \(content.job.id)", message: reason)
    }

    /// Takes it out of the tables.
    ///
    /// - Returns: whether it is still as it was read, and so is gone now.
    fileprivate func leave(_ transaction: WriteTransaction) throws -> Bool {
        guard try isUnchanged(in: transaction) else { return false }
        // The triggers let go what belongs to a job that leaves.
        try transaction.statement("INSERT INTO leaving (job) VALUES (?)").run(number)
        try transaction.statement("DELETE FROM attempts WHERE job = ?").run(number)
        try transaction.statement("DELETE FROM transitions WHERE job = ?").run(number)
        try transaction.statement("DELETE FROM requests WHERE job = ?").run(number)
        try transaction.statement("DELETE FROM jobs WHERE number = ?").run(number)
        try transaction.statement("DELETE FROM leaving WHERE job = ?").run(number)
        transaction.facets.count(content.job, facets: content.job.facets, number: number, isLeaving: true)
        return true
    }

    private func isUnchanged(in transaction: WriteTransaction) throws -> Bool {
        let sql = "SELECT transitions, round, intent FROM jobs WHERE number = ? AND ended IS NOT NULL"
        let isSame = try transaction.statement(sql).first(number) { row in
            row.integer(0) == Int64(content.job.transitions) && row.integer(1) == Int64(content.job.round)
                && row.optionalText(2) == content.job.intent?.rawValue
        }
        guard isSame == true else { return false }
        return try AttemptRows.all(of: number, content.job.id, in: transaction.database) == content.attempts
    }
}
