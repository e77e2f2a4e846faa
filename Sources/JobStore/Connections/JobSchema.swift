internal import GRDB
internal import SQLite

/// The tables of `jobs.sqlite`, as numbered steps. A step that has been released is never edited; the number of the last
/// one is the database's `user_version`.
enum JobSchema {
    static let version = steps.count

    static let steps: [String] = [
        // 1. Times are milliseconds since 1970, UTC.
        //
        // `jobs` is what changes of a job, `requests` what does not. `number` counts in the order of arrival, and is
        // what other tables know a job by. `facets`, `runs`, `counts` and `trigrams` follow from the others and can be
        // made anew (see `FacetChanges`, `TextIndex`).
        """
        CREATE TABLE counters (
            name TEXT PRIMARY KEY,
            value INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE jobs (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id BLOB NOT NULL UNIQUE,
            state TEXT NOT NULL,
            transitions INTEGER NOT NULL,
            round INTEGER NOT NULL,
            intent TEXT,
            created INTEGER NOT NULL,
            updated INTEGER NOT NULL,
            started INTEGER,
            ended INTEGER,
            lifetime INTEGER,
            tenant TEXT NOT NULL,
            user TEXT NOT NULL,
            queue TEXT NOT NULL,
            key TEXT,
            reason TEXT NOT NULL,
            message TEXT NOT NULL,
            environments TEXT
        ) STRICT;
        CREATE UNIQUE INDEX jobs_by_key ON jobs (tenant, user, key) WHERE key IS NOT NULL;
        CREATE INDEX jobs_unfinished ON jobs (number) WHERE ended IS NULL;
        CREATE INDEX jobs_ended ON jobs (ended) WHERE ended IS NOT NULL;
        CREATE INDEX jobs_outlived ON jobs (ended + lifetime) WHERE ended IS NOT NULL AND lifetime IS NOT NULL;

        CREATE TABLE requests (
            job INTEGER PRIMARY KEY REFERENCES jobs (number),
            words TEXT NOT NULL,
            document TEXT NOT NULL
        ) STRICT;

        CREATE TABLE transitions (
            job INTEGER NOT NULL REFERENCES jobs (number),
            number INTEGER NOT NULL,
            at INTEGER NOT NULL,
            from_state TEXT,
            to_state TEXT NOT NULL,
            reason TEXT NOT NULL,
            message TEXT NOT NULL,
            actor TEXT NOT NULL,
            PRIMARY KEY (job, number)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE attempts (
            job INTEGER NOT NULL REFERENCES jobs (number),
            task_group TEXT NOT NULL,
            task_index INTEGER NOT NULL,
            number INTEGER NOT NULL,
            round INTEGER NOT NULL,
            token INTEGER NOT NULL,
            provider TEXT NOT NULL,
            state TEXT NOT NULL,
            created INTEGER NOT NULL,
            started INTEGER,
            ended INTEGER,
            reason TEXT,
            exit_code INTEGER,
            signal INTEGER,
            message TEXT,
            application TEXT,
            interface TEXT,
            PRIMARY KEY (job, task_group, task_index, number)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE leaving (
            job INTEGER PRIMARY KEY
        ) STRICT;
        CREATE TRIGGER transitions_are_not_changed BEFORE UPDATE ON transitions BEGIN
            SELECT RAISE(ABORT, 'a transition is never changed');
        END;
        CREATE TRIGGER transitions_leave_with_their_job BEFORE DELETE ON transitions
        WHEN NOT EXISTS (SELECT 1 FROM leaving WHERE job = OLD.job) BEGIN
            SELECT RAISE(ABORT, 'a transition is never deleted');
        END;

        CREATE TABLE facets (
            kind INTEGER NOT NULL,
            value TEXT NOT NULL,
            run INTEGER NOT NULL,
            jobs BLOB NOT NULL,
            PRIMARY KEY (kind, value, run)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE runs (
            run INTEGER PRIMARY KEY,
            jobs INTEGER NOT NULL,
            earliest INTEGER NOT NULL,
            latest INTEGER NOT NULL,
            sealed INTEGER NOT NULL DEFAULT 0
        ) STRICT;

        CREATE TABLE trigrams (
            place INTEGER PRIMARY KEY,
            sets BLOB NOT NULL
        ) STRICT;

        CREATE TABLE counts (
            tenant TEXT NOT NULL,
            queue TEXT NOT NULL,
            state TEXT NOT NULL,
            jobs INTEGER NOT NULL,
            PRIMARY KEY (tenant, queue, state)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE messages (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            job BLOB,
            document BLOB,
            tenant TEXT,
            user TEXT
        ) STRICT;

        CREATE TABLE settings (
            version INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            actor TEXT NOT NULL,
            document TEXT NOT NULL
        ) STRICT;
        CREATE TRIGGER settings_are_not_changed BEFORE UPDATE ON settings BEGIN
            SELECT RAISE(ABORT, 'a version of the settings is never changed');
        END;
        CREATE TRIGGER settings_are_not_deleted BEFORE DELETE ON settings BEGIN
            SELECT RAISE(ABORT, 'a version of the settings is never deleted');
        END;

        CREATE TABLE tokens (
            id TEXT PRIMARY KEY,
            digest BLOB NOT NULL UNIQUE,
            name TEXT NOT NULL,
            user TEXT NOT NULL,
            tenant TEXT NOT NULL,
            roles TEXT NOT NULL,
            created INTEGER NOT NULL,
            expires INTEGER,
            revoked INTEGER,
            used INTEGER
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE audit (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            actor TEXT NOT NULL,
            tenant TEXT NOT NULL,
            action TEXT NOT NULL,
            subject TEXT NOT NULL,
            outcome TEXT NOT NULL,
            message TEXT NOT NULL,
            request TEXT
        ) STRICT;
        CREATE INDEX audit_by_tenant ON audit (tenant, number);
        CREATE INDEX audit_by_actor ON audit (actor, number);
        CREATE INDEX audit_by_subject ON audit (subject, number);
        CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN
            SELECT RAISE(ABORT, 'the audit is never changed');
        END;
        CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit BEGIN
            SELECT RAISE(ABORT, 'the audit is never deleted');
        END;
        """
    ]

    static func current(_ database: Database) throws -> Int {
        try Int(SQLStatement(database, "PRAGMA user_version").first { $0.integer(0) } ?? 0)
    }

    /// Runs the steps that are missing, all or none.
    static func migrate(_ database: Database) throws {
        try database.inTransaction(.immediate) {
            let present = try current(database)
            for step in steps.dropFirst(present) { try database.run(script: step) }
            if present < version { try database.run(script: "PRAGMA user_version = \(version)") }
            return .commit
        }
    }
}
