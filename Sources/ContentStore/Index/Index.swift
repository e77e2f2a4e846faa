internal import FileSystem
internal import GRDB
internal import SQLite
internal import Synchronization
internal import SystemPackage

/// `store.sqlite`, opened at its first use: WAL, foreign keys, synchronous NORMAL, one connection a process.
///
/// Whoever has it open shares the lock `index`; only its exclusive holder may change the tables or replace the file.
/// An index that cannot be read is set aside and made anew from the blobs.
final class Index: Sendable {
    /// An open database and the lock that keeps others from replacing it.
    private final class Connection: Sendable {
        let queue: DatabaseQueue
        private let lock: FileLock

        init(queue: DatabaseQueue, lock: FileLock) {
            self.queue = queue
            self.lock = lock
        }
    }

    private let paths: StorePaths
    private let notice: @Sendable (StoreNotice) -> Void
    /// Fills an empty index with what the blobs tell; returns how many environments it found.
    private let restore: @Sendable (Database) throws -> Int
    private let connection = Mutex<Connection?>(nil)

    init(
        paths: StorePaths, notice: @escaping @Sendable (StoreNotice) -> Void,
        restore: @escaping @Sendable (Database) throws -> Int
    ) {
        self.paths = paths
        self.notice = notice
        self.restore = restore
    }

    /// Runs `body` with the database, outside a transaction: each statement sees the newest state.
    func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try attempt { queue in try queue.unsafeRead(body) }
    }

    /// Runs `body` in a transaction that is written as a whole or not at all.
    func write<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try attempt { queue in
            try queue.writeWithoutTransaction { database in
                var result: Result?
                try database.inTransaction(.immediate) {
                    result = try body(database)
                    return .commit
                }
                guard let result else { preconditionFailure("the transaction was committed") }
                settle(database)
                return result
            }
        }
    }

    /// How long the write-ahead log may become. The first process that opens the index after others have ended reads
    /// all of it: some 0.3 ms at this size.
    private static let longestLog: UInt64 = 512 << 10

    /// Takes a long write-ahead log over into the database and empties it.
    ///
    /// SQLite's own way does not empty it, and counts on a process that closes the database as the last one; ours just
    /// end. Where readers or a full disk stand against it, the log stays as it is, which is no harm: the next writer
    /// tries again.
    private func settle(_ database: Database) {
        let log = FilePath(paths.index.string + "-wal")
        guard let status = try? log.status(), status.size > Self.longestLog else { return }
        database.emptyLog(patience: 20, standing: Self.busyMilliseconds)
    }

    /// Closes the database; the next use opens it again.
    func close() {
        connection.withLock { $0 = nil }
    }

    // MARK: - Trouble

    private func attempt<Result>(_ body: (DatabaseQueue) throws -> Result) throws -> Result {
        do {
            return try use(body)
        } catch let error as DatabaseError {
            guard error.isUnreadable else { throw StoreError(error, paths.index) }
        }
        // Here no connection of this call is open any more, as the exclusive lock demands.
        close()
        try replaceUnreadable()
        do {
            return try use(body)
        } catch let error as DatabaseError {
            throw StoreError(error, paths.index)
        }
    }

    private func use<Result>(_ body: (DatabaseQueue) throws -> Result) throws -> Result {
        let connection = try open()
        return try withExtendedLifetime(connection) { try body(connection.queue) }
    }

    /// Sets an unreadable file aside; the next opening makes a new one. If another process was faster, nothing happens.
    private func replaceUnreadable() throws {
        var wait = LockWait(key: "index", path: lockPath, notice: notice)
        while true {
            if let lock = try FileLock.attempt(lockPath, .exclusive, note: "making the index anew") {
                defer { lock.release() }
                if isSound() { return }
                let kept = try setAside()
                try prepare(keeping: kept)
                return
            }
            try wait.sleep(atMost: Self.patience, else: busy)
        }
    }

    private func isSound() -> Bool {
        do {
            let queue = try makeQueue()
            let verdict = try queue.unsafeRead { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
            try queue.close()
            return verdict == "ok"
        } catch {
            return false
        }
    }

    private func setAside() throws -> FilePath {
        try paths.damaged.makeFolder()
        let kept = paths.damaged.appending("store-\(NewFile.uniqueName()).sqlite")
        for suffix in ["", "-wal", "-shm"] {
            let file = FilePath(paths.index.string + suffix)
            if try file.status() != nil { try file.rename(to: FilePath(kept.string + suffix)) }
        }
        return kept
    }

    // MARK: - Opening

    /// How long a change of tables waits for processes that use the index before it gives up.
    private static let patience = Duration.seconds(60)

    /// How long a statement waits for another process's transaction.
    private static let busyMilliseconds: Int32 = 60_000

    private var lockPath: FilePath { paths.locks.appending("index") }

    private var busy: StoreError {
        StoreError(
            .busy, paths.index.string, "has to be changed, but other processes are using it",
            advice: "try again when they have ended: \(FileLock.sharers(of: lockPath))")
    }

    private func open() throws -> Connection {
        try connection.withLock { connection in
            if let connection { return connection }
            let opened = try connect()
            connection = opened
            return opened
        }
    }

    private func connect() throws -> Connection {
        var wait = LockWait(key: "index", path: lockPath, notice: notice)
        while true {
            if let lock = try FileLock.attempt(lockPath, .shared, note: "") {
                let queue = try makeQueue()
                let version = try queue.unsafeRead(IndexSchema.current)
                if version == IndexSchema.version { return Connection(queue: queue, lock: lock) }
                try queue.close()
                guard version < IndexSchema.version else { throw newerSchema(version) }
            }
            if let lock = try FileLock.attempt(lockPath, .exclusive, note: "making the index ready") {
                defer { lock.release() }
                try prepare(keeping: nil)
                continue
            }
            try wait.sleep(atMost: Self.patience, else: busy)
        }
    }

    /// Brings the tables up to date; a new file is filled with what the blobs tell. Needs the exclusive lock.
    private func prepare(keeping kept: FilePath?) throws {
        let queue = try makeQueue()
        let environments = try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA journal_mode = WAL")
            return try IndexSchema.migrate(database, restore: restore)
        }
        try queue.close()
        if kept != nil || environments > 0 { notice(.rebuiltIndex(environments: environments, kept: kept)) }
    }

    private func newerSchema(_ version: Int) -> StoreError {
        StoreError(
            .newerSchema, paths.index.string,
            "was made by a newer Chidori (its tables have version \(version), this one knows \(IndexSchema.version))",
            advice: "use the newer Chidori, or another folder with --data")
    }

    private func makeQueue() throws -> DatabaseQueue {
        try paths.root.makeFolder()
        var configuration = Configuration()
        // The settings are made by SQLite itself: each statement of GRDB's costs 0.1 ms in a process's first moments.
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { database in
            database.setPatience(Self.busyMilliseconds)
            try database.run(
                script: """
                    PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0;
                    PRAGMA mmap_size = 268435456
                    """)
        }
        return try DatabaseQueue(path: paths.index.string, configuration: configuration)
    }
}

extension DatabaseError {
    /// Whether the file is no database, or no sound one.
    fileprivate var isUnreadable: Bool {
        resultCode == .SQLITE_CORRUPT || resultCode == .SQLITE_NOTADB
    }
}
