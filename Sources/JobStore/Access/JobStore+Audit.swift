internal import GRDB
internal import JobModel
internal import SQLite

extension JobStore {
    /// Adds entries to the audit. Durable when it returns.
    public func record(_ entries: [AuditEntry]) async throws {
        guard !entries.isEmpty else { return }
        try await writer.write { transaction in
            for entry in entries { try AuditRows.append(entry, to: transaction) }
        }
    }

    /// Entries of the audit, the newest first.
    ///
    /// - Parameter number: only those before the entry of this number, with which the last page ended.
    public func audit(_ filter: AuditFilter, before number: Int64? = nil, limit: Int = 100) async throws -> [AuditEntry]
    {
        try await readers.read { try AuditRows.read(filter, before: number ?? .max, limit: limit, from: $0) }
    }
}

enum AuditRows {
    static func append(_ entry: AuditEntry, to transaction: WriteTransaction) throws {
        try transaction.statement(
            """
            INSERT INTO audit (at, actor, tenant, action, subject, outcome, message, request)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """
        ).run(
            entry.at.milliseconds, entry.actor.text, entry.tenant, entry.action, entry.subject, entry.outcome.rawValue,
            entry.message, entry.request)
    }

    /// The index that serves is the one of what tells most.
    static func text(for filter: AuditFilter) -> String {
        let condition =
            if filter.subject != nil {
                "subject = ?1 AND number < ?2"
            } else if filter.actor != nil {
                "actor = ?1 AND number < ?2"
            } else if filter.tenants?.count == 1 {
                "tenant = ?1 AND number < ?2"
            } else {
                "?1 = '' AND number < ?2"
            }
        return """
            SELECT number, at, actor, tenant, action, subject, outcome, message, request FROM audit
            WHERE \(condition) ORDER BY number DESC
            """
    }

    static func read(
        _ filter: AuditFilter, before number: Int64, limit: Int, from database: Database
    ) throws -> [AuditEntry] {
        var found: [AuditEntry] = []
        let tenant = filter.tenants?.count == 1 ? filter.tenants?.first : nil
        let key = filter.subject ?? filter.actor?.text ?? tenant ?? ""
        try SQLStatement(database, text(for: filter)).each(key, number) { row in
            guard found.count < limit else { return false }
            if let tenants = filter.tenants, !tenants.contains(row.text(3)) { return true }
            if let actor = filter.actor, actor.text != row.text(2) { return true }
            if let until = filter.until, row.integer(1) >= until.milliseconds { return true }
            if let since = filter.since, row.integer(1) < since.milliseconds { return true }
            found.append(try entry(row))
            return true
        }
        return found
    }

    private static func entry(_ row: SQLRow) throws -> AuditEntry {
        let number = row.integer(0)
        let subject = "entry \(number) of the audit"
        guard let actor = Actor(text: row.text(2)) else {
            throw JobStoreError(.damaged, subject, "has the unknown actor \(row.text(2).debugDescription)")
        }
        var entry = AuditEntry(
            at: Moment(milliseconds: row.integer(1)), actor: actor, tenant: row.text(3), action: row.text(4),
            subject: row.text(5), outcome: try stored(row.text(6), of: subject), message: row.text(7),
            request: row.optionalText(8))
        entry.number = number
        return entry
    }
}
