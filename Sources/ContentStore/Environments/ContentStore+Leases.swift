public import Cryptography
internal import FoundationEssentials
internal import GRDB
internal import Glibc
internal import SystemPackage

extension ContentStore {
    /// Says that somebody uses an environment. Taking the same lease again changes only its end; a tag or a tree that
    /// was at another environment moves.
    ///
    /// - Parameter seconds: how long it counts from now on, by the store's own time; `nil` for as long as it is not
    ///   released.
    /// - Throws: `.missing` if the store does not know the environment.
    public func lease(_ environment: SHA256Digest, to holder: Lease.Holder, for seconds: Int64? = nil) throws {
        let holder = holder.absolute
        if seconds == nil, try leases(of: environment).contains(where: { $0.holder == holder && $0.until == nil }) {
            return
        }
        try index.write { database in
            let known = try Bool.fetchOne(
                database, sql: "SELECT EXISTS (SELECT 1 FROM environments WHERE id = ?)",
                arguments: [Data(environment.bytes)])
            guard known == true else { throw Self.unknown(environment) }
            let now = try tick(database).time
            try Self.write(holder, until: seconds.map { now + $0 }, of: environment, to: database)
            try database.execute(
                sql: "UPDATE environments SET used = max(used, ?) WHERE id = ?",
                arguments: [now, Data(environment.bytes)])
        }
    }

    /// Lets leases that holders have count for `seconds` from now on, where less than nine tenths of that is left: so
    /// asking often writes seldom. Holders that have none get none.
    public func renew(_ holders: [Lease.Holder], for seconds: Int64) throws {
        let now = try time()
        let wanted = Set(holders.map(\.absolute))
        let ending = try leases().filter { lease in
            wanted.contains(lease.holder) && lease.until.map { $0 < now + seconds / 10 * 9 } ?? true
        }
        guard !ending.isEmpty else { return }
        try index.write { database in
            let now = try tick(database).time
            for lease in ending {
                let (kind, name) = lease.holder.words
                try database.execute(
                    sql: "UPDATE leases SET until = ? WHERE environment = ? AND kind = ? AND holder = ?",
                    arguments: [now + seconds, Data(lease.environment.bytes), kind, name])
                try database.execute(
                    sql: "UPDATE environments SET used = max(used, ?) WHERE id = ?",
                    arguments: [now, Data(lease.environment.bytes)])
            }
        }
    }

    /// Says that somebody no longer uses an environment; without `environment`, none of them.
    public func release(_ holder: Lease.Holder, of environment: SHA256Digest? = nil) throws {
        let (kind, name) = holder.absolute.words
        try index.write { database in
            var sql = "DELETE FROM leases WHERE kind = ? AND holder = ?"
            var arguments: StatementArguments = [kind, name]
            if let environment {
                sql += " AND environment = ?"
                arguments += [Data(environment.bytes)]
            }
            try database.execute(sql: sql, arguments: arguments)
        }
    }

    /// The leases of one environment, or of all, whether they still count or not.
    public func leases(of environment: SHA256Digest? = nil) throws -> [Lease] {
        try index.read { try Self.leases($0, of: environment) }
    }

    /// Whether a lease still counts: its time is not over, and a tree's path still holds the environment. Ends go by the
    /// store's own time: none comes because the machine's clock was set.
    ///
    /// A path that cannot be looked at (a lost network mount, a missing permission) counts as a living tree.
    public func isLive(_ lease: Lease) throws -> Bool {
        if let until = lease.until, try until <= time() { return false }
        guard case .tree(let path) = lease.holder else { return true }
        do {
            let document = try path.appending("chidori.json").readAll(limit: 256 << 20)
            return document.map { Self.mentions(lease.environment, in: $0) } ?? false
        } catch {
            return error.errno != .notDirectory
        }
    }

    private static func mentions(_ id: SHA256Digest, in document: [UInt8]) -> Bool {
        let hex = Array(id.hex.utf8)
        var start = 0
        while let quote = document[start...].firstIndex(of: UInt8(ascii: "\"")) {
            // As a JSON string of its own, with or without the algorithm's name before it.
            for prefix in [[], Array("sha256:".utf8)] where document[(quote + 1)...].starts(with: prefix + hex) {
                return true
            }
            start = quote + 1
        }
        return false
    }

    static func leases(_ database: Database, of environment: SHA256Digest?) throws -> [Lease] {
        var sql = "SELECT environment, kind, holder, until, taken FROM leases"
        var arguments: StatementArguments = []
        if let environment {
            sql += " WHERE environment = ?"
            arguments = [Data(environment.bytes)]
        }
        let rows = try Row.fetchAll(
            database.cachedStatement(sql: sql + " ORDER BY kind, holder, environment"), arguments: arguments)
        return rows.compactMap { row in
            // A kind that only a newer Chidori knows cannot be there: it would have another schema.
            guard let environment = digest(row["environment"]),
                let holder = Lease.Holder(kind: row["kind"], name: row["holder"])
            else { return nil }
            return Lease(environment: environment, holder: holder, until: row["until"], taken: row["taken"])
        }
    }

    static func write(
        _ holder: Lease.Holder, until: Int64?, of environment: SHA256Digest, to database: Database
    ) throws {
        let (kind, name) = holder.words
        if holder.isSingle {
            try database.execute(
                sql: "DELETE FROM leases WHERE kind = ? AND holder = ? AND environment <> ?",
                arguments: [kind, name, Data(environment.bytes)])
        }
        try database.execute(
            sql: """
                INSERT INTO leases (environment, kind, holder, until, taken) VALUES (?, ?, ?, ?, unixepoch())
                ON CONFLICT (kind, holder, environment) DO UPDATE SET until = excluded.until
                """,
            arguments: [Data(environment.bytes), kind, name, until])
    }

    static func unknown(_ environment: SHA256Digest) -> StoreError {
        StoreError(
            .missing, environment.hex, "is no environment that the store knows",
            advice: "'chidori env list' shows those it knows")
    }
}

extension Lease.Holder {
    /// With a tree's path made absolute, so that it means the same from any folder.
    var absolute: Lease.Holder {
        guard case .tree(let path) = self, path.isRelative else { return self }
        guard let folder = getcwd(nil, 0) else { return self }
        defer { free(folder) }
        return .tree(FilePath(platformString: folder).pushing(path).lexicallyNormalized())
    }
}
