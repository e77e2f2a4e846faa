public import Cryptography
internal import FoundationEssentials
internal import GRDB
internal import SQLite

extension ContentStore {
    /// Makes an environment known, once everything it needs is in the store.
    ///
    /// Registering it again adds to what it needs and takes the newer name, lock and manifest; `created` stays that of
    /// the first time. Nothing is written if nothing is new.
    ///
    /// - Parameters:
    ///   - contents: every blob, record and package folder that must stay as long as the environment.
    ///   - manifest: the builder's own description, handed back by ``manifest(of:)``.
    public func register(
        _ environment: StoredEnvironment, contents: some Sequence<StoreContent>, manifest: [UInt8]
    ) throws {
        let contents = contents.inOrder()
        if try isRegistered(environment, contents: contents, manifest: manifest) {
            return try noteUse(of: environment.id)
        }
        // Reading what is there and writing the sum of both must not be interrupted by another registration.
        try exclusively("environments", doing: "registering \(environment.name)") {
            let present = try row(of: environment.id)
            var merged = environment
            if let present { merged.created = present.environment.created }
            let document = EnvironmentDocument(
                merged, contents: contents + (present?.contents ?? []), manifest: manifest)
            let bytes = document.bytes
            let digest = SHA256Digest(of: bytes)
            if digest == present?.document, try contains(digest) { return try noteUse(of: environment.id) }
            try insert(bytes, expecting: digest)
            try index.write { database in
                try Self.write(document, digest: digest, used: tick(database).time, to: database)
                if let old = present?.document, old != digest { try Self.discard([.blob(old)], in: database) }
            }
        }
    }

    /// Every environment, by name, version and age.
    public func environments() throws -> [StoredEnvironment] {
        try index.read { database in
            let sql = "SELECT \(Self.columns) FROM environments ORDER BY name, version, created, id"
            return try Row.fetchAll(database.cachedStatement(sql: sql)).map(Self.environment)
        }
    }

    /// The environment of that id; `nil` if the store does not know it.
    public func environment(_ id: SHA256Digest) throws -> StoredEnvironment? {
        try index.read { database in
            let statement = try database.cachedStatement(sql: "SELECT \(Self.columns) FROM environments WHERE id = ?")
            return try Row.fetchOne(statement, arguments: [Data(id.bytes)]).map(Self.environment)
        }
    }

    /// The environment that has the tag.
    public func environment(tagged tag: String) throws -> StoredEnvironment? {
        try index.read { database in
            let sql = """
                SELECT \(Self.columns) FROM environments
                WHERE id = (SELECT environment FROM leases WHERE kind = 'tag' AND holder = ?)
                """
            return try Row.fetchOne(database.cachedStatement(sql: sql), arguments: [tag]).map(Self.environment)
        }
    }

    /// What the builder said of the environment; `nil` if the store does not know it.
    public func manifest(of id: SHA256Digest) throws -> [UInt8]? {
        try index.read { database in
            try Data.fetchOne(
                database, sql: "SELECT manifest FROM environments WHERE id = ?", arguments: [Data(id.bytes)]
            ).map { Array($0) }
        }
    }

    /// When each environment was last used, in seconds of the store's own time, as exactly as an hour: built, run, leased,
    /// renewed or pulled.
    public func lastUses() throws -> [SHA256Digest: Int64] {
        try index.read { database in
            let rows = try SQLStatement(database, "SELECT id, used FROM environments").all { row in
                (row.withBytes(0) { SHA256Digest(bytes: $0) }, row.integer(1))
            }
            return Dictionary(rows.compactMap { id, used in id.map { ($0, used) } }, uniquingKeysWith: max)
        }
    }

    /// Says that an environment is being used. Written down at most once an hour, so that it may be said at every use.
    public func noteUse(of id: SHA256Digest) throws {
        let now = try time()
        let used = try index.read { database in
            try SQLStatement(database, "SELECT used FROM environments WHERE id = ?").first(id.bytes) { $0.integer(0) }
        }
        guard let used, used + Self.useStride <= now else { return }
        try index.write { database in
            try SQLStatement(database, "UPDATE environments SET used = max(used, ?) WHERE id = ?").run(
                tick(database).time, id.bytes)
        }
    }

    private static let useStride: Int64 = 3600

    /// What the environment needs; `nil` if the store does not know it.
    public func contents(of id: SHA256Digest) throws -> [StoreContent]? {
        try row(of: id)?.contents
    }
}

extension ContentStore {
    /// An environment as the index has it.
    struct EnvironmentRow {
        let environment: StoredEnvironment
        /// The blob that holds its document.
        let document: SHA256Digest
        let contents: [StoreContent]
    }

    /// Whether exactly this was registered before, as it was in every build that finds nothing new.
    private func isRegistered(
        _ environment: StoredEnvironment, contents: [StoreContent], manifest: [UInt8]
    ) throws -> Bool {
        let document = try index.read { database -> SHA256Digest? in
            let statement = try database.cachedStatement(
                sql: "SELECT \(Self.columns), document, contents, manifest FROM environments WHERE id = ?")
            guard let row = try Row.fetchOne(statement, arguments: [Data(environment.id.bytes)]) else { return nil }
            var present = try Self.environment(row)
            present.created = environment.created
            let isSame =
                try Self.holds(manifest, row, "manifest")
                && Self.holds(EnvironmentDocument.lines(contents), row, "contents")
            return present == environment && isSame ? Self.digest(row["document"]) : nil
        }
        return try document.map { try contains($0) } ?? false
    }

    private static func holds(_ bytes: [UInt8], _ row: Row, _ column: String) throws -> Bool {
        try row.withUnsafeData(named: column) { data in
            guard let data else { return bytes.isEmpty }
            return data.withUnsafeBytes { present in bytes.withUnsafeBytes { present.elementsEqual($0) } }
        }
    }

    func row(of id: SHA256Digest) throws -> EnvironmentRow? {
        try index.read { try Self.rows($0, where: "id = ?", [Data(id.bytes)]).first }
    }

    static func rows(
        _ database: Database, where condition: String = "true", _ arguments: StatementArguments = []
    ) throws -> [EnvironmentRow] {
        let sql = "SELECT \(columns), document, contents FROM environments WHERE \(condition)"
        return try Row.fetchAll(database, sql: sql, arguments: arguments).map { row in
            let environment = try environment(row)
            let lines: Data = row["contents"]
            guard let document = digest(row["document"]),
                let contents = EnvironmentDocument.contents(lines: Array(lines))
            else { throw unreadable(environment.id) }
            return EnvironmentRow(environment: environment, document: document, contents: contents)
        }
    }

    /// - Parameter used: when it was last used, in the store's own time.
    static func write(
        _ document: EnvironmentDocument, digest: SHA256Digest, used: Int64, to database: Database
    ) throws {
        let environment = document.environment
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO environments (id, name, version, python, platform, lock, created, document, contents, manifest,
                used)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET name = excluded.name, version = excluded.version,
                python = excluded.python, platform = excluded.platform, lock = excluded.lock,
                created = excluded.created, document = excluded.document, contents = excluded.contents,
                manifest = excluded.manifest, used = max(used, excluded.used)
                """)
        try statement.execute(arguments: [
            Data(environment.id.bytes), environment.name, environment.version, environment.python, environment.platform,
            Data(environment.lock.bytes), environment.created, Data(digest.bytes),
            Data(EnvironmentDocument.lines(document.contents)), Data(document.manifest), used,
        ])
    }

    private static let columns = "id, name, version, python, platform, lock, created"

    private static func environment(_ row: Row) throws -> StoredEnvironment {
        guard let id = digest(row["id"]), let lock = digest(row["lock"]) else {
            throw unreadable(nil)
        }
        return StoredEnvironment(
            id: id, name: row["name"], version: row["version"], python: row["python"], platform: row["platform"],
            lock: lock, created: row["created"])
    }

    static func digest(_ data: Data) -> SHA256Digest? {
        SHA256Digest(bytes: data)
    }

    static func unreadable(_ id: SHA256Digest?) -> StoreError {
        StoreError(
            .damaged, id?.hex ?? "environment", "has an entry in the index that cannot be understood",
            advice: "move store.sqlite out of the data folder: the index is then made anew from the blobs")
    }
}
