internal import GRDB
public import JobModel
internal import SQLite

/// What became of a submission.
public struct Submission: Sendable {
    /// The job that there is now.
    public var job: Job
    /// Whether it came about by this call; otherwise an earlier one had the same idempotency key and the same request.
    public var isNew: Bool
}

extension JobStore {
    /// Keeps a new job and the first row of its history, or finds the one that came earlier with the same idempotency key
    /// of the same tenant and user.
    ///
    /// - Parameters:
    ///   - job: in its first state.
    ///   - isAnnounced: whether the queue gets the message that the job waits, in the same transaction.
    ///   - entry: what the audit gets, in the same transaction; nothing for a job that was there.
    /// - Throws: `badRequest` for one that no door lets in; `keyConflict` where the earlier job was asked for in other words; `taken` where there is one of this id.
    @discardableResult
    public func submit(_ job: Job, isAnnounced: Bool = false, audit entry: AuditEntry? = nil) async throws -> Submission
    {
        let new = try NewJob(job)
        return try await writer.write { [sealer, watchers] transaction in
            if let earlier = try new.earlier(in: transaction) {
                return Submission(job: earlier, isNew: false)
            }
            let number = try new.insert(into: transaction)
            if isAnnounced {
                try MessageRows.append([.accepted(job.id)], to: transaction)
                transaction.afterwards.append(watchers.tell)
            }
            if let entry { try AuditRows.append(entry, to: transaction) }
            if JobPlace(number: number).position == 0 { transaction.afterwards.append(sealer.wake) }
            return Submission(job: job, isNew: true)
        }
    }

    /// An earlier submission of the same request, by its idempotency key; `nil` without a key, and where there was none.
    public func earlier(_ request: JobRequest, tenant: String, user: String) async throws -> Submission? {
        guard let key = request.idempotencyKey else { return nil }
        return try await readers.read { database in
            let found = try SQLStatement(database, JobRow.byKey).first(tenant, user, key) { try JobRow($0).job }
            return found.flatMap { $0.request == request ? Submission(job: $0, isNew: false) : nil }
        }
    }
}

/// A job as it is about to be written: what can be made of it before it is the writer's turn.
private struct NewJob: Sendable {
    let job: Job
    let document: [UInt8]
    let words: String
    let facets: Set<Facet>

    /// - Throws: `badRequest`: a row that cannot be read would stand in the way of every later server.
    init(_ job: Job) throws {
        self.job = job
        document = StoredDocument.bytes(of: job.request)
        do {
            guard try StoredDocument.request(document, of: job.id) == job.request else {
                throw JobStoreError(.badRequest, "job \(job.id)", "asks for something that cannot be written down")
            }
        } catch let error as JobStoreError where error.code == .damaged {
            throw JobStoreError(
                .badRequest, "job \(job.id)", "has a request that could not be read again: \(error.message)",
                cause: error.cause)
        }
        words = job.words
        facets = job.facets
    }

    func earlier(in transaction: WriteTransaction) throws -> Job? {
        guard let key = job.request.idempotencyKey else { return nil }
        let found = try transaction.statement(JobRow.byKey).first(job.tenant, job.user, key) { row in
            (try JobRow(row).job, row.bytes(15))
        }
        guard let (earlier, document) = found else { return nil }
        guard document == self.document || earlier.request == job.request else {
            throw JobStoreError(
                .keyConflict, "idempotency key \(key)",
                "belongs to job \(earlier.id), which was asked for in other words",
                advice: "send the same request with the same key, or choose another key for another job")
        }
        return earlier
    }

    /// - Returns: the job's number.
    func insert(into transaction: WriteTransaction) throws -> Int64 {
        do {
            try transaction.statement(
                """
                INSERT INTO jobs (id, state, transitions, round, intent, created, updated, lifetime, tenant, user, queue,
                    key, reason, message, environments)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
            ).run(
                job.id.stored, job.state.rawValue, job.transitions, job.round, job.intent?.rawValue,
                job.createdAt.milliseconds, job.updatedAt.milliseconds, job.request.timeToLive, job.tenant, job.user,
                job.request.queue, job.request.idempotencyKey, job.reason, job.message,
                EnvironmentColumn.write(job.environments))
        } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE {
            throw JobStoreError(.taken, "job \(job.id)", "is there already")
        }
        let number = transaction.lastNumber
        try transaction.statement("INSERT INTO requests (job, words, document) VALUES (?, ?, ?)")
            .run(number, words, SQLText(utf8: document))
        try TransitionRows.append(job.submission, of: number, to: transaction)
        transaction.facets.count(job, facets: facets, number: number)
        return number
    }
}
