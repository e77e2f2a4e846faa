internal import GRDB
internal import Synchronization
internal import SystemPackage

/// `store.sqlite`, opened at its first use: WAL, foreign keys, synchronous NORMAL, one connection a process.
///
/// Whoever has it open shares the lock `index`; only its exclusive holder may replace the file or change its tables.
final class Index: Sendable {
    private struct Connection {
        let queue: DatabaseQueue
        let lock: FileLock
    }

    private let paths: StorePaths
    private let notice: @Sendable (StoreNotice) -> Void
    private let connection = Mutex<Connection?>(nil)

    init(paths: StorePaths, notice: @escaping @Sendable (StoreNotice) -> Void) {
        self.paths = paths
        self.notice = notice
    }

    /// Runs `body` with the database, outside a transaction: each statement sees the newest state.
    func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try attempt { queue in try queue.unsafeRead(body) }
    }

    /// Runs `body` in a transaction that is written or not as a whole.
    func write<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try attempt { queue in
            try queue.writeWithoutTransaction { database in
                var result: Result?
                try database.inTransaction(.immediate) {
                    result = try body(database)
                    return .commit
                }
                guard let result else { preconditionFailure("the transaction was committed") }
                return result
            }
        }
    }

    /// Closes the database; the next use opens it again.
    func close() {
        connection.withLock { $0 = nil }
    }

    private func attempt<Result>(_ body: (DatabaseQueue) throws -> Result) throws -> Result {
        do {
            return try body(try open())
        } catch let error as DatabaseError {
            throw StoreError(error, paths.index)
        }
    }

    private func open() throws -> DatabaseQueue {
        try connection.withLock { connection in
            if let connection { return connection.queue }
            let opened = try connect()
            connection = opened
            return opened.queue
        }
    }

    private var lockPath: FilePath { paths.locks.appending("index") }

    private func connect() throws -> Connection {
        let lock = try acquire(.shared)
        let queue = try makeQueue()
        let version = try queue.unsafeRead(IndexSchema.current)
        if version == IndexSchema.version { return Connection(queue: queue, lock: lock) }
        guard version < IndexSchema.version else {
            throw StoreError(
                .newerSchema, paths.index.string,
                "was made by a newer Chidori (its tables have version \(version), this one knows \(IndexSchema.version))",
                advice: "use the newer Chidori, or another folder with --data")
        }
        try queue.close()
        lock.release()
        try migrate()
        return try connect()
    }

    private func migrate() throws {
        let lock = try acquire(.exclusive)
        defer { lock.release() }
        let queue = try makeQueue()
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA journal_mode = WAL")
            try IndexSchema.migrate(database)
        }
        try queue.close()
    }

    private func acquire(_ mode: FileLock.Mode) throws -> FileLock {
        var wait = LockWait(key: "index", path: lockPath, notice: notice)
        while true {
            if let lock = try FileLock.attempt(lockPath, mode, note: "changing the index") { return lock }
            wait.sleep()
        }
    }

    private func makeQueue() throws -> DatabaseQueue {
        try paths.root.makeFolder()
        var configuration = Configuration()
        configuration.busyMode = .timeout(60)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 256")
        }
        return try DatabaseQueue(path: paths.index.string, configuration: configuration)
    }
}

extension StoreError {
    /// SQLite's refusals, in our words.
    init(_ error: DatabaseError, _ path: FilePath) {
        let message = error.message ?? "\(error.resultCode)"
        switch error.resultCode {
        case .SQLITE_FULL:
            self.init(.noSpace, "write the index", path)
        case .SQLITE_READONLY:
            self.init(.readOnlyFileSystem, "write the index", path)
        case .SQLITE_PERM, .SQLITE_AUTH, .SQLITE_CANTOPEN:
            self.init(.permissionDenied, "open the index", path)
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(
                .busy, path.string, "is kept busy by another process (\(message))",
                advice: "try again; see which process holds the file (fuser \(path))")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            self.init(
                .damaged, path.string, "cannot be read (\(message))",
                advice: "run the command again: the index is made anew from the blobs")
        default:
            self.init(
                .system, path.string, "SQLite refuses: \(message)", advice: "check the disk and the folder's mount")
        }
    }
}
