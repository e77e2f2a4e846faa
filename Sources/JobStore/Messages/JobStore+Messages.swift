internal import GRDB
public import JobModel
internal import SQLite

/// What an entry of the embedded queue says: a job whose row is there, or a submission whose row is yet to be written.
public enum StoredMessage: Hashable, Sendable {
    case accepted(JobID)
    case submission(document: [UInt8], tenant: String, user: String)
}

extension JobStore {
    /// Puts messages at the end of the queue. Durable when it returns.
    public func append(_ messages: [StoredMessage]) async throws {
        guard !messages.isEmpty else { return }
        try await writer.write { [watchers] transaction in
            try MessageRows.append(messages, to: transaction)
            transaction.afterwards.append(watchers.tell)
        }
    }

    /// Messages behind a number, the oldest first, with their own numbers.
    public func messages(after number: Int64, limit: Int) async throws -> [(number: Int64, message: StoredMessage)] {
        try await readers.read { try MessageRows.read(after: number, limit: limit, from: $0) }
    }

    /// The messages of these numbers that are there, the oldest first.
    public func messages(_ numbers: [Int64]) async throws -> [(number: Int64, message: StoredMessage)] {
        try await readers.read { database in
            try numbers.sorted().flatMap { number in
                try MessageRows.read(after: number - 1, limit: 1, from: database).filter { $0.number == number }
            }
        }
    }

    /// Takes messages out for good. Unknown numbers are no error. Durable when it returns.
    public func removeMessages(_ numbers: [Int64]) async throws {
        guard !numbers.isEmpty else { return }
        try await writer.write { transaction in
            let delete = try transaction.statement("DELETE FROM messages WHERE number = ?")
            for number in numbers { try delete.run(number) }
        }
    }

    /// The number of the newest message there ever was; 0 if there was none.
    public func lastMessage() async throws -> Int64 {
        try await readers.read { database in
            try SQLStatement(database, "SELECT seq FROM sqlite_sequence WHERE name = 'messages'").first {
                $0.integer(0)
            }
                ?? 0
        }
    }

    /// How many messages there are.
    public func messageCount() async throws -> Int {
        try await readers.read { database in
            try SQLStatement(database, "SELECT count(*) FROM messages").first { Int($0.integer(0)) } ?? 0
        }
    }

    /// Calls `action` after each time that messages were appended, on a thread that must not be held.
    public func whenAppended(_ action: @escaping @Sendable () -> Void) {
        watchers.add(action)
    }
}

enum MessageRows {
    static func append(_ messages: [StoredMessage], to transaction: WriteTransaction) throws {
        let insert = try transaction.statement("INSERT INTO messages (job, document, tenant, user) VALUES (?, ?, ?, ?)")
        for message in messages {
            switch message {
            case .accepted(let id):
                try insert.run(id.stored, [UInt8]?.none, String?.none, String?.none)
            case .submission(let document, let tenant, let user):
                try insert.run(SQLWords?.none, document, tenant, user)
            }
        }
    }

    static let afterText = """
        SELECT number, job, document, tenant, user FROM messages WHERE number > ? ORDER BY number LIMIT ?
        """

    static func read(
        after number: Int64, limit: Int, from database: Database
    ) throws -> [(number: Int64, message: StoredMessage)] {
        try SQLStatement(database, afterText).all(number, limit) { row in
            let message: StoredMessage =
                if let id = row.optionalBytes(1) {
                    .accepted(JobID(bytes: id))
                } else {
                    .submission(document: row.bytes(2), tenant: row.text(3), user: row.text(4))
                }
            return (row.integer(0), message)
        }
    }
}
