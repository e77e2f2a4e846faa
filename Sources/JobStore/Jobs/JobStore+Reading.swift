internal import GRDB
public import JobModel
internal import SQLite

extension JobStore {
    /// The job, archived or not; `nil` if there never was one.
    public func job(_ id: JobID) async throws -> Job? {
        if let found = try await listed(id) { found } else { try await archived(id)?.job }
    }

    /// The job if it is in the lists, so that something can become of it still; `nil` if it was archived, or never was.
    public func listed(_ id: JobID) async throws -> Job? {
        try await readers.read { database in
            try SQLStatement(database, JobRow.byID).first(id.stored) { try JobRow($0).job }
        }
    }

    /// All its steps, the first one first; none if there is no such job.
    public func transitions(of id: JobID) async throws -> [Transition] {
        let found = try await readers.read { database in
            try Self.number(of: id, in: database).map { try TransitionRows.all(of: $0, id, in: database) }
        }
        return if let found { found } else { try await archived(id)?.transitions ?? [] }
    }

    /// All its attempts, by group, index and number; none if there is no such job.
    public func attempts(of id: JobID) async throws -> [Attempt] {
        let found = try await readers.read { database in
            try Self.number(of: id, in: database).map { try AttemptRows.all(of: $0, id, in: database) }
        }
        return if let found { found } else { try await archived(id)?.attempts ?? [] }
    }

    private static func number(of id: JobID, in database: Database) throws -> Int64? {
        try SQLStatement(database, "SELECT number FROM jobs WHERE id = ?").first(id.stored) { $0.integer(0) }
    }
}
