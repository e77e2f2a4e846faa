internal import GRDB
public import JobModel
internal import SQLite

extension JobStore {
    /// The jobs that fit, the newest first, `limit` of them at most.
    ///
    /// Costs a few microseconds for each 1,024 stored jobs, whatever the filter, and those that it gives.
    ///
    /// - Parameter cursor: where the page before ended.
    public func page(_ filter: JobFilter, after cursor: JobCursor? = nil, limit: Int = 100) async throws -> JobPage {
        try await readers.read { database in
            var numbers = try JobSearch(filter, in: database).numbers(before: cursor?.number, limit: limit + 1)
            let hasMore = numbers.count > limit
            if hasMore { numbers.removeLast() }
            let statement = try SQLStatement(database, JobRow.byNumber)
            let jobs = try numbers.compactMap { number in
                try statement.first(number) { try JobRow($0).job }
            }
            return JobPage(jobs: jobs, next: hasMore ? numbers.last.map { JobCursor(number: $0) } : nil)
        }
    }

    /// How many jobs are in which state, by queue; queues without jobs are left out, and so are archived jobs.
    public func counts(for audience: Audience) async throws -> [String: [JobState: Int]] {
        try await readers.read { database in
            var counts: [String: [JobState: Int]] = [:]
            let statement = try SQLStatement(database, "SELECT tenant, queue, state, jobs FROM counts WHERE jobs <> 0")
            try statement.each { row in
                let queue = row.text(1)
                if let tenants = audience.tenants, !tenants.contains(row.text(0)) { return true }
                if let queues = audience.queues, !queues.contains(where: { QueuePath.lies(queue, within: $0) }) {
                    return true
                }
                let state: JobState = try stored(row.text(2), of: "the counts of queue \(queue)")
                counts[queue, default: [:]][state, default: 0] += Int(row.integer(3))
                return true
            }
            return counts
        }
    }
}
