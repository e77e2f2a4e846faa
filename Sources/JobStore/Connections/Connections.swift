internal import FileSystem
internal import GRDB
internal import Glibc
internal import SQLite
internal import SystemPackage

/// How connections to `jobs.sqlite` are made.
enum Connections {
    /// Milliseconds that a statement waits for another connection of this process. Nobody holds the database for so long.
    static let patience: Int32 = 10_000

    /// What every connection is told: WAL, each commit synchronised, foreign keys, triggers also for replaced rows, and
    /// no check-pointing but the writer's own.
    private static let settings = """
        PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;
        PRAGMA recursive_triggers = ON; PRAGMA secure_delete = OFF; PRAGMA temp_store = MEMORY
        """

    /// - Parameter cache: for pages, in KiB.
    static func open(_ path: FilePath, isReadOnly: Bool, cache: Int) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = isReadOnly
        configuration.busyMode = .timeout(Double(patience) / 1000)
        // By SQLite itself, below.
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { database in
            try database.run(script: "\(settings); PRAGMA cache_size = -\(cache)")
        }
        return try DatabaseQueue(path: path.string, configuration: configuration)
    }

    /// The writer's connection to a database whose tables are up to date; a missing one is made.
    ///
    /// - Throws: `newerSchema`, and the database is untouched.
    static func openForWriting(_ paths: StorePaths) throws -> DatabaseQueue {
        let path = paths.database
        if path.isThere {
            // A connection that only reads takes nothing over from the write-ahead log when it is closed.
            let reader = try open(path, isReadOnly: true, cache: 64)
            let version = try reader.unsafeRead(JobSchema.current)
            try reader.close()
            guard version <= JobSchema.version else {
                throw JobStoreError(
                    .newerSchema, path.string,
                    "was made by a newer Chidori (its tables have version \(version), this one knows \(JobSchema.version))",
                    advice: "use the newer Chidori, or another folder with --data")
            }
        } else {
            try makeFile(path)
        }
        let queue = try open(path, isReadOnly: false, cache: 8 << 10)
        try queue.writeWithoutTransaction { database in
            try database.run(script: "PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = 67108864")
            try JobSchema.migrate(database)
        }
        return queue
    }

    /// Makes an empty database that is its owner's alone, unless it is there: SQLite gives the files beside it the same
    /// mode.
    static func makeFile(_ path: FilePath) throws(JobStoreError) {
        let descriptor = try attempt("make it", path) { () throws(Errno) in
            try uninterrupted { path.withPlatformString { Glibc.open($0, O_CREAT | O_RDWR | O_CLOEXEC, 0o600) } }
        }
        close(descriptor)
    }
}
