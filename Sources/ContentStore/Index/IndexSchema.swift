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
        """,
        // 2. `state` is one row: the generation of builds (see `ContentStore+Keeping`) and the store's clock (see
        // `StoreClock`), in which `used` and the leases' `until` are told. What is discarded is of the generation that began
        // with its being discarded. `sizes` are bytes below a path, measured once; `stamp` tells whether a folder is still
        // the one that was measured.
        """
        CREATE TABLE state (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            generation INTEGER NOT NULL,
            time INTEGER NOT NULL,
            wall INTEGER NOT NULL,
            uptime INTEGER NOT NULL,
            boot TEXT NOT NULL,
            jumped_to INTEGER NOT NULL,
            jumped_at INTEGER NOT NULL
        ) STRICT;
        INSERT INTO state VALUES (1, 1, unixepoch(), unixepoch(), 0, '', 0, 0);

        ALTER TABLE environments ADD COLUMN used INTEGER NOT NULL DEFAULT 0;
        UPDATE environments SET used = unixepoch();

        ALTER TABLE discarded ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;

        CREATE TABLE sizes (
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            stamp INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            PRIMARY KEY (kind, name)
        ) STRICT, WITHOUT ROWID;
        """,
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
