internal import FileSystem
internal import GRDB
internal import SQLite
public import SupplyChain
public import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#endif

/// The advisories that a data folder keeps, `advisories.sqlite`: one row for each package that an advisory is about, so
/// that looking up an environment's packages takes milliseconds. They come from exports alone, and can be loaded again.
///
/// Every function blocks, and throws `SupplyChainError`.
public struct AdvisoryStore: Sendable {
    public let path: FilePath

    /// - Parameter data: the data folder. Nothing is made until advisories are loaded.
    public init(in data: FilePath) {
        path = data.appending("advisories.sqlite")
    }

    /// Whether any were ever loaded.
    public var isThere: Bool { path.isThere }

    /// What is kept.
    public struct Contents: Sendable, Equatable {
        public var advisories: Int
        public var packages: Int
        /// When the newest of them was changed, in RFC 3339; `nil` where there are none.
        public var newest: String?

        public init(advisories: Int, packages: Int, newest: String?) {
            self.advisories = advisories
            self.packages = packages
            self.newest = newest
        }
    }

    /// What loading came to.
    public struct Loaded: Sendable, Equatable {
        /// Files that were read.
        public var read = 0
        /// Advisories that are new or newer than they were.
        public var changed = 0

        public init(read: Int = 0, changed: Int = 0) {
            self.read = read
            self.changed = changed
        }
    }

    private static let version = 1
    private static let schema = """
        CREATE TABLE IF NOT EXISTS advisories (id TEXT PRIMARY KEY, modified TEXT NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS affected (
            ecosystem TEXT NOT NULL, package TEXT NOT NULL, id TEXT NOT NULL, record BLOB NOT NULL,
            PRIMARY KEY (ecosystem, package, id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS affected_by_id ON affected (id);
        PRAGMA user_version = \(version);
        """

    /// Takes advisories in, all or none. Of two with one id the newer stays; one that was withdrawn says nothing any more.
    ///
    /// - Parameter anew: whether those that were there go first.
    public func load(_ files: AdvisoryFiles, anew: Bool = false) throws -> Loaded {
        try use(creating: true) { queue in
            var loaded = Loaded()
            try queue.writeWithoutTransaction { database in
                // Those who read meanwhile see what was there before. By a rollback journal they would wait, since a
                // large change goes to the file before its end.
                try database.run(script: "PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = 0")
                try database.run(script: Self.schema)
                try database.inTransaction(.immediate) {
                    if anew { try database.run(script: "DELETE FROM advisories; DELETE FROM affected") }
                    try files.each { name, bytes in
                        loaded.read += 1
                        if try Self.take(Advisory.records(parsing: bytes, name: name), into: database) {
                            loaded.changed += 1
                        }
                    }
                    return .commit
                }
            }
            return loaded
        }
    }

    private static func take(
        _ advisory: (id: String, modified: String, records: [AdvisoryRecord]), into database: Database
    ) throws -> Bool {
        let known = try SQLStatement(database, "SELECT modified FROM advisories WHERE id = ?").first(advisory.id) {
            $0.text(0)
        }
        if let known, known >= advisory.modified { return false }
        try SQLStatement(database, "DELETE FROM affected WHERE id = ?").run(advisory.id)
        try SQLStatement(
            database,
            "INSERT INTO advisories VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET modified = excluded.modified"
        ).run(advisory.id, advisory.modified)
        let insertion = try SQLStatement(database, "INSERT INTO affected VALUES (?, ?, ?, ?)")
        for record in advisory.records {
            try insertion.run(record.package.ecosystem.rawValue, record.package.name, record.id, record.bytes)
        }
        return true
    }

    /// The advisories on some packages.
    ///
    /// - Throws: `SupplyChainError` (`noAdvisories`) where none were ever loaded: that would look like good news.
    public func advisories(on packages: Set<AffectedPackage>) throws -> [AffectedPackage: [Advisory]] {
        try use(creating: false) { queue in
            try queue.unsafeRead { database in
                let statement = try SQLStatement(
                    database, "SELECT record, id FROM affected WHERE ecosystem = ? AND package = ?")
                var found: [AffectedPackage: [Advisory]] = [:]
                for package in packages {
                    let rows = try statement.all(package.ecosystem.rawValue, package.name) { ($0.bytes(0), $0.text(1)) }
                    if rows.isEmpty { continue }
                    found[package] = try rows.map { try Advisory(parsing: $0.0, name: $0.1) }
                }
                return found
            }
        }
    }

    /// What is kept.
    ///
    /// - Throws: as ``advisories(on:)``.
    public func contents() throws -> Contents {
        try use(creating: false) { queue in
            try queue.unsafeRead { database in
                Contents(
                    advisories: try Int.fetchOne(database, sql: "SELECT count(*) FROM advisories") ?? 0,
                    packages: try Int.fetchOne(
                        database, sql: "SELECT count(*) FROM (SELECT DISTINCT ecosystem, package FROM affected)") ?? 0,
                    newest: try String.fetchOne(database, sql: "SELECT max(modified) FROM advisories"))
            }
        }
    }

    private func use<Result>(creating: Bool, _ body: (DatabaseQueue) throws -> Result) throws -> Result {
        guard creating || isThere else {
            throw SupplyChainError(
                .noAdvisories, path.removingLastComponent().string, "holds no advisories to audit by",
                advice: "load an OSV export with `chidori store osv load FILE|DIR`, or name one with --osv")
        }
        do {
            if creating { try path.removingLastComponent().makeFolders() }
            var configuration = Configuration()
            configuration.readonly = !creating
            configuration.busyMode = .timeout(30)
            let queue = try DatabaseQueue(path: path.string, configuration: configuration)
            let version = try queue.unsafeRead { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
            guard version <= Self.version else {
                throw SupplyChainError(
                    .unusableStore, path.string, "was made by a newer Chidori", advice: "use the newer Chidori")
            }
            return try body(queue)
        } catch let error as DatabaseError {
            throw SupplyChainError(
                .unusableStore, path.string, "cannot be used: \(error.message ?? "\(error.resultCode)")",
                advice: "check the disk; or remove the file, and load the advisories again", cause: error)
        } catch let error as Errno {
            throw SupplyChainError(
                .unusableStore, path.string, "cannot be made: \(error)", advice: "check the data folder", cause: error)
        }
    }
}

extension AdvisoryStore {
    /// Tells one state of the advisories from another, without opening them: the sizes of the database and of its log,
    /// and the times of their last changes; empty where there are none.
    public var stamp: [Int64] {
        guard isThere else { return [] }
        return ["", "-wal"].flatMap { suffix -> [Int64] in
            var facts = stat()
            guard stat(path.string + suffix, &facts) == 0, facts.st_size > 0 else { return [] }
            return [Int64(facts.st_size), Int64(facts.st_mtim.tv_sec), Int64(facts.st_mtim.tv_nsec)]
        }
    }
}
