internal import FileSystem
internal import GRDB
internal import JobModel
internal import SQLite
internal import SystemPackage

/// Where the jobs of one month lie that are long over: `archive/jobs-2026-11.sqlite`, by the time of their submission, which
/// every job's id tells. So any of them is found by its id in one file, and an administrator can carry months away.
///
/// A file is whole by itself (no write-ahead log), and a job in it is a JSON document in a row, with the columns that
/// people look for.
struct ArchiveFile {
    /// `EXTRA`: a job leaves the tables once this is durable, and a journal that came back would take it out here again.
    private static let schema = """
        PRAGMA journal_mode = DELETE;
        PRAGMA synchronous = EXTRA;
        CREATE TABLE IF NOT EXISTS jobs (
            id TEXT PRIMARY KEY,
            tenant TEXT NOT NULL,
            user TEXT NOT NULL,
            queue TEXT NOT NULL,
            name TEXT NOT NULL,
            state TEXT NOT NULL,
            created INTEGER NOT NULL,
            ended INTEGER,
            document TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    let path: FilePath

    init(path: FilePath) {
        self.path = path
    }

    init(of id: JobID, in paths: StorePaths) {
        let month = id.moment.description.split(separator: "-").prefix(2).joined(separator: "-")
        path = paths.archive.appending("jobs-\(month).sqlite")
    }

    /// Writes jobs, in place of what is there of them. Durable when it returns.
    func put(_ jobs: [ArchivedJob]) throws {
        if !path.isThere {
            try attempt("make the folder", path.removingLastComponent()) { () throws(Errno) in
                try path.removingLastComponent().makeFolders(durably: true)
            }
            try Connections.makeFile(path)
        }
        try reporting {
            let queue = try Connections.open(path, isReadOnly: false, cache: 256)
            try queue.writeWithoutTransaction { database in
                try database.run(script: Self.schema)
                if try JobSchema.current(database) == 0 { try Self.number(database) }
                try database.inTransaction(.immediate) {
                    let insert = try SQLStatement(
                        database,
                        """
                        INSERT OR REPLACE INTO jobs (id, tenant, user, queue, name, state, created, ended, document)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                        """)
                    for archived in jobs {
                        let job = archived.job
                        try insert.run(
                            job.id.description, job.tenant, job.user, job.request.queue, job.request.title,
                            job.state.rawValue, job.createdAt.milliseconds, job.endedAt?.milliseconds,
                            SQLText(utf8: archived.bytes))
                    }
                    return .commit
                }
            }
            try queue.close()
        }
    }

    /// Gives a file a number of its own, by which backups tell it from every other one that has had its name: both may
    /// have been changed as often.
    static func number(_ database: Database) throws {
        try database.run(script: "PRAGMA user_version = \(Int32.random(in: 1...Int32.max))")
    }

    /// `nil` if there is no such job, or no such file.
    func job(_ id: JobID) throws -> ArchivedJob? {
        guard path.isThere else { return nil }
        let document = try reporting { () -> [UInt8]? in
            // May undo what a dying process has left unfinished there.
            let queue = try Connections.open(path, isReadOnly: false, cache: 256)
            let document = try queue.unsafeRead { database in
                try SQLStatement(database, "SELECT document FROM jobs WHERE id = ?").first(id.description) {
                    $0.bytes(0)
                }
            }
            try queue.close()
            return document
        }
        return try document.map { try ArchivedJob($0, of: id) }
    }

    private func reporting<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            throw JobStoreError(error, path)
        }
    }
}
