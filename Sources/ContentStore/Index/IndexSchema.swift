internal import GRDB

/// The tables of `store.sqlite`, as numbered steps. A step that has been released is never edited; the number of the
/// last one is the database's `user_version`.
enum IndexSchema {
    static let version = steps.count

    static let steps: [String] = [
        // 1. Records are derived and may be dropped; `digest` is of `value`, checked by verification alone. What an
        // environment needs is a list in `contents` (see `EnvironmentDocument`); the same stands in the blob
        // `document`, from which the row can be made again. `discarded` is what removals have left to be collected.
        """
        CREATE TABLE records (
            kind TEXT NOT NULL,
            key TEXT NOT NULL,
            value BLOB NOT NULL,
            digest BLOB NOT NULL,
            written INTEGER NOT NULL,
            UNIQUE (kind, key)
        ) STRICT;

        CREATE TABLE environments (
            id BLOB PRIMARY KEY,
            name TEXT NOT NULL,
            version TEXT NOT NULL,
            python TEXT NOT NULL,
            platform TEXT NOT NULL,
            lock BLOB NOT NULL,
            created INTEGER NOT NULL,
            document BLOB NOT NULL,
            contents BLOB NOT NULL,
            manifest BLOB NOT NULL
        ) STRICT;

        CREATE TABLE leases (
            environment BLOB NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
            kind TEXT NOT NULL,
            holder TEXT NOT NULL,
            until INTEGER,
            taken INTEGER NOT NULL,
            UNIQUE (kind, holder, environment)
        ) STRICT;
        CREATE INDEX leases_by_environment ON leases (environment);

        CREATE TABLE discarded (
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            UNIQUE (kind, name)
        ) STRICT;
        """
    ]

    static func current(_ database: Database) throws -> Int {
        try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    }

    /// Runs the steps that are missing, all or none. New tables are filled by `restore`, whose result is returned.
    static func migrate(_ database: Database, restore: (Database) throws -> Int) throws -> Int {
        var restored = 0
        try database.inTransaction(.immediate) {
            let present = try current(database)
            guard present < version else { return .rollback }
            for step in steps.dropFirst(present) {
                try database.execute(sql: step)
            }
            if present == 0 { restored = try restore(database) }
            try database.execute(sql: "PRAGMA user_version = \(version)")
            return .commit
        }
        return restored
    }
}
