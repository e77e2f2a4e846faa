internal import Cryptography
internal import FoundationEssentials
internal import GRDB
internal import SQLite

extension ContentStore {
    /// The derived document of that kind and key; `nil` if there is none.
    public func record(kind: RecordKind, key: String) throws -> [UInt8]? {
        try spare([.record(kind, key: key)])
        return try index.read { try SQLStatement($0, Self.recordQuery).first(kind.name, key) { $0.bytes(0) } }
    }

    /// The documents that are there, by key, in one visit to the index.
    public func records(kind: RecordKind, keys: [String]) throws -> [String: [UInt8]] {
        try spare(keys.map { .record(kind, key: $0) })
        return try index.read { database in
            let statement = try SQLStatement(database, Self.recordQuery)
            var found: [String: [UInt8]] = [:]
            found.reserveCapacity(keys.count)
            for key in keys {
                if let value = try statement.first(kind.name, key, reading: { $0.bytes(0) }) { found[key] = value }
            }
            return found
        }
    }

    /// The keys of every document of that kind, in no particular order.
    public func recordKeys(kind: RecordKind) throws -> [String] {
        try index.read { database in
            try String.fetchAll(database, sql: "SELECT key FROM records WHERE kind = ?", arguments: [kind.name])
        }
    }

    /// Writes a document, in place of one of the same kind and key.
    public func setRecord(kind: RecordKind, key: String, value: [UInt8]) throws {
        try setRecords(kind: kind, [(key, value)])
    }

    /// Writes documents, all or none.
    public func setRecords(kind: RecordKind, _ documents: [(key: String, value: [UInt8])]) throws {
        guard !documents.isEmpty else { return }
        try spare(documents.map { .record(kind, key: $0.key) })
        try index.write { database in
            let statement = try database.cachedStatement(
                sql: """
                    INSERT INTO records (kind, key, value, digest, written) VALUES (?, ?, ?, ?, unixepoch())
                    ON CONFLICT (kind, key) DO UPDATE
                    SET value = excluded.value, digest = excluded.digest, written = excluded.written
                    """)
            for (key, value) in documents {
                let digest = Data(SHA256Digest(of: value).bytes)
                try statement.execute(arguments: [kind.name, key, Data(value), digest])
            }
        }
    }

    /// Removes a document, if it is there.
    public func removeRecord(kind: RecordKind, key: String) throws {
        try index.write { _ = try Self.removeRecord(kind: kind, key: key, from: $0) }
    }

    /// Whether it was there.
    static func removeRecord(kind: RecordKind, key: String, from database: Database) throws -> Bool {
        try SQLStatement(database, "DELETE FROM records WHERE kind = ? AND key = ?").run(kind.name, key)
        return database.changesCount > 0
    }

    private static let recordQuery = "SELECT value FROM records WHERE kind = ? AND key = ?"
}
