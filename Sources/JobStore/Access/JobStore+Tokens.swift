public import Cryptography
internal import GRDB
internal import JSONDocument
public import JobModel
internal import SQLite

extension JobStore {
    /// Keeps a token's description. Durable when it returns.
    ///
    /// - Parameters:
    ///   - digest: of the token, which should have at least 128 random bits.
    ///   - entry: what the audit gets, in the same transaction.
    /// - Throws: `taken` where there is a token of this id, or the same token.
    public func add(_ token: AccessToken, digest: SHA256Digest, audit entry: AuditEntry? = nil) async throws {
        try await writer.write { transaction in
            do {
                try transaction.statement(
                    """
                    INSERT INTO tokens (id, digest, name, user, tenant, roles, created, expires, revoked, used)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """
                ).run(
                    token.id, digest.bytes, token.name, token.user, token.tenant,
                    SQLText(utf8: RoleColumn.write(token.roles).bytes), token.createdAt.milliseconds,
                    token.expiresAt?.milliseconds, token.revokedAt?.milliseconds, token.usedAt?.milliseconds)
            } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
                throw JobStoreError(.taken, "token \(token.id)", "is there already", advice: "choose another id")
            }
            if let entry { try AuditRows.append(entry, to: transaction) }
        }
    }

    /// The token of this digest, valid or not; `nil` if there is none.
    public func token(_ digest: SHA256Digest) async throws -> AccessToken? {
        try await readers.read { database in
            try SQLStatement(database, "SELECT \(TokenRow.columns) FROM tokens WHERE digest = ?")
                .first(digest.bytes) { try TokenRow.read($0) }
        }
    }

    /// All tokens, valid or not, the oldest first.
    public func tokens() async throws -> [AccessToken] {
        try await readers.read { database in
            try SQLStatement(database, "SELECT \(TokenRow.columns) FROM tokens ORDER BY created, id")
                .all { try TokenRow.read($0) }
        }
    }

    /// Makes a token invalid for good. One that was revoked before keeps its time. Durable when it returns.
    ///
    /// - Throws: `missing`.
    public func revokeToken(_ id: String, at now: Moment, audit entry: AuditEntry? = nil) async throws {
        try await writer.write { transaction in
            let sql = "UPDATE tokens SET revoked = coalesce(revoked, ?) WHERE id = ? RETURNING 1"
            guard try transaction.statement(sql).first(now.milliseconds, id, reading: { _ in true }) == true else {
                throw JobStoreError(.missing, "token \(id)", "is not there", advice: "list the tokens there are")
            }
            if let entry { try AuditRows.append(entry, to: transaction) }
        }
    }

    /// Notes when tokens were last used, by id; meant to be called for many at once, every minute or so. Never sets a time
    /// back, and passes over those that are gone.
    public func noteUse(_ times: [String: Moment]) async throws {
        guard !times.isEmpty else { return }
        try await writer.write { transaction in
            let update = try transaction.statement("UPDATE tokens SET used = max(coalesce(used, 0), ?) WHERE id = ?")
            for (id, time) in times { try update.run(time.milliseconds, id) }
        }
    }
}

private enum TokenRow {
    static let columns = "id, name, user, tenant, roles, created, expires, revoked, used"

    static func read(_ row: SQLRow) throws -> AccessToken {
        var token = AccessToken(
            id: row.text(0), name: row.text(1), user: row.text(2), tenant: row.text(3),
            roles: try RoleColumn.read(row.bytes(4), of: row.text(0)), createdAt: Moment(milliseconds: row.integer(5)),
            expiresAt: row.moment(6))
        token.revokedAt = row.moment(7)
        token.usedAt = row.moment(8)
        return token
    }
}
