public import JobModel
internal import SQLite

/// A job with all that is known of its tries.
public struct JobWithAttempts: Hashable, Sendable {
    public var job: Job
    public var attempts: [Attempt]
}

/// The jobs that have not ended, in the order in which they came, a page at a time: what a server begins with.
public struct UnfinishedJobs: AsyncSequence, Sendable {
    /// How many a page has at most.
    static let pageSize = 200

    let store: JobStore

    public struct AsyncIterator: AsyncIteratorProtocol {
        let store: JobStore
        private var last: Int64? = 0

        init(store: JobStore) {
            self.store = store
        }

        /// The next page; `nil` after the last one. A page is one state of the database, two pages need not be.
        public mutating func next() async throws -> [JobWithAttempts]? {
            guard let after = last else { return nil }
            let page = try await store.unfinished(after: after)
            last = page.count < UnfinishedJobs.pageSize ? nil : page.last?.number
            return page.isEmpty ? nil : page.map(\.job)
        }
    }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(store: store) }
}

extension JobStore {
    /// All jobs that have not ended, with their attempts.
    public func unfinished() -> UnfinishedJobs { UnfinishedJobs(store: self) }

    static let unfinishedText = """
        SELECT \(JobRow.columns) FROM jobs JOIN requests ON requests.job = jobs.number
        WHERE jobs.number > ? AND jobs.ended IS NULL ORDER BY jobs.number LIMIT ?
        """

    fileprivate func unfinished(after number: Int64) async throws -> [(number: Int64, job: JobWithAttempts)] {
        try await readers.read { database in
            let rows = try SQLStatement(database, Self.unfinishedText).all(number, UnfinishedJobs.pageSize) {
                try JobRow($0)
            }
            return try rows.map { row in
                let attempts = try AttemptRows.all(of: row.number, row.job.id, in: database)
                return (row.number, JobWithAttempts(job: row.job, attempts: attempts))
            }
        }
    }
}
