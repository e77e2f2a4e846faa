internal import GRDB
public import JobModel
internal import SQLite

extension JobStore {
    /// The job; `nil` if there is none.
    public func job(_ id: JobID) async throws -> Job? {
        try await readers.read { database in
            try SQLStatement(database, JobRow.byID).first(id.stored) { try JobRow($0).job }
        }
    }

    /// All its steps, the first one first; none if there is no such job.
    public func transitions(of id: JobID) async throws -> [Transition] {
        try await readers.read { database in
            try Self.number(of: id, in: database).map { try TransitionRows.all(of: $0, id, in: database) } ?? []
        }
    }

    /// All its attempts, by group, index and number; none if there is no such job.
    public func attempts(of id: JobID) async throws -> [Attempt] {
        try await readers.read { database in
            try Self.number(of: id, in: database).map { try AttemptRows.all(of: $0, id, in: database) } ?? []
        }
    }

    static func number(of id: JobID, in database: Database) throws -> Int64? {
        try SQLStatement(database, "SELECT number FROM jobs WHERE id = ?").first(id.stored) { $0.integer(0) }
    }
}
