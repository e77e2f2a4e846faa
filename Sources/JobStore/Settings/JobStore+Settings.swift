internal import GRDB
public import JobModel
internal import SQLite

/// A version of the settings. Every one is kept.
public struct SettingsVersion: Hashable, Sendable {
    /// Counts from 1; 0 for what holds before anybody has set anything.
    public var number: Int
    public var settings: Settings
    public var at: Moment
    public var actor: Actor
}

extension JobStore {
    /// What holds now.
    public func settings() async throws -> SettingsVersion {
        try await readers.read { try SettingsRows.latest(in: $0) }
    }

    /// A version; `nil` if there is none of this number.
    public func settings(version number: Int) async throws -> SettingsVersion? {
        try await readers.read { database in
            try SQLStatement(database, "\(SettingsRows.text) WHERE version = ?")
                .first(number) { try SettingsRows.read($0) }
        }
    }

    /// Every version that somebody has set, the newest first.
    public func settingsHistory(before number: Int? = nil, limit: Int = 100) async throws -> [SettingsVersion] {
        try await readers.read { database in
            try SQLStatement(database, "\(SettingsRows.text) WHERE version < ? ORDER BY version DESC LIMIT ?")
                .all(number ?? .max, limit) { try SettingsRows.read($0) }
        }
    }

    /// Makes settings the ones that hold, if nobody has set others since `version` was read. Durable when it returns.
    ///
    /// - Parameter entry: what the audit gets, in the same transaction.
    /// - Throws: `stale` where somebody has.
    @discardableResult
    public func set(
        _ settings: Settings, following version: Int, at now: Moment, by actor: Actor, audit entry: AuditEntry? = nil
    ) async throws -> SettingsVersion {
        let document = StoredDocument.bytes(of: settings)
        return try await writer.write { transaction in
            let latest = try transaction.statement("SELECT max(version) FROM settings").first { $0.integer(0) } ?? 0
            guard latest == version else {
                throw JobStoreError(
                    .stale, "the settings", "were changed meanwhile: they are at version \(latest), not \(version)",
                    advice: "read them again, and set what is still to be set")
            }
            try transaction.statement("INSERT INTO settings (version, at, actor, document) VALUES (?, ?, ?, ?)")
                .run(version + 1, now.milliseconds, actor.text, SQLText(utf8: document))
            if let entry { try AuditRows.append(entry, to: transaction) }
            return SettingsVersion(number: version + 1, settings: settings, at: now, actor: actor)
        }
    }
}

private enum SettingsRows {
    static let text = "SELECT version, at, actor, document FROM settings"

    static func latest(in database: Database) throws -> SettingsVersion {
        try SQLStatement(database, "\(text) ORDER BY version DESC LIMIT 1").first { try read($0) }
            ?? SettingsVersion(
                number: 0, settings: Settings(), at: Moment(milliseconds: 0), actor: .system("chidori"))
    }

    static func read(_ row: SQLRow) throws -> SettingsVersion {
        let number = Int(row.integer(0))
        guard let actor = Actor(text: row.text(2)) else {
            throw JobStoreError(
                .damaged, "version \(number) of the settings", "has the unknown actor \(row.text(2).debugDescription)")
        }
        return SettingsVersion(
            number: number, settings: try StoredDocument.settings(row.bytes(3), version: number),
            at: Moment(milliseconds: row.integer(1)), actor: actor)
    }
}
