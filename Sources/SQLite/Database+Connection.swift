public import GRDB
internal import GRDBSQLite
internal import Glibc

extension Database {
    /// Runs statements that return nothing, at once and by SQLite alone: each of GRDB's costs 0.1 ms in a process's
    /// first moments.
    public func run(script: String) throws {
        let code = sqlite3_exec(sqliteConnection, script, nil, nil, nil)
        guard code == SQLITE_OK else {
            throw DatabaseError(
                resultCode: ResultCode(rawValue: sqlite3_extended_errcode(sqliteConnection)), message: lastErrorMessage)
        }
    }

    /// Whether a transaction is open. Some failures end it by themselves.
    public var hasTransaction: Bool { sqlite3_get_autocommit(sqliteConnection) == 0 }

    /// How many rows were changed since the connection was opened.
    public var changeCount: Int64 { sqlite3_total_changes64(sqliteConnection) }

    /// How far the write-ahead log was taken over into the database.
    public struct LogProgress: Sendable {
        /// The pages in the log.
        public let pages: Int
        /// Those of them that have been taken over.
        public let done: Int
    }

    /// Takes the write-ahead log over into the database, without waiting for anybody (`SQLITE_CHECKPOINT_PASSIVE`).
    ///
    /// - Returns: `nil` where somebody else is at it.
    public func takeOverLog() throws -> LogProgress? {
        var pages: CInt = 0
        var done: CInt = 0
        let code = sqlite3_wal_checkpoint_v2(sqliteConnection, nil, SQLITE_CHECKPOINT_PASSIVE, &pages, &done)
        if code & 0xFF == SQLITE_BUSY { return nil }
        guard code == SQLITE_OK else {
            throw DatabaseError(
                resultCode: ResultCode(rawValue: sqlite3_extended_errcode(sqliteConnection)), message: lastErrorMessage)
        }
        return LogProgress(pages: Int(pages), done: Int(done))
    }

    /// Has statements wait for another connection's transaction: a tenth of a millisecond at first, and each time as much
    /// longer, never more than 5 ms at once. SQLite's own rhythm begins with 1, 2, 5 and 10 ms, which is longer than a
    /// transaction of ours takes.
    ///
    /// - Parameter patience: milliseconds in all.
    public func setPatience(_ patience: Int32) {
        sqlite3_busy_handler(
            sqliteConnection,
            { patience, tries in
                let tries = Int(tries)
                let (step, most) = (100, 50)
                let growing = min(tries, most)
                let waited = (growing * (growing + 1) / 2 + max(0, tries - most) * most) * step
                guard waited < Int(bitPattern: patience) * 1000 else { return 0 }
                usleep(UInt32(min(tries + 1, most) * step))
                return 1
            }, UnsafeMutableRawPointer(bitPattern: Int(patience)))
    }

    /// Takes the write-ahead log over into the database and empties its file (`SQLITE_CHECKPOINT_TRUNCATE`). Where readers
    /// or a full disk stand against it, the log stays as it is, which is no harm.
    ///
    /// - Parameter patience: milliseconds to wait for readers and writers.
    /// - Parameter standing: the connection's own patience, which is set again.
    public func emptyLog(patience: Int32, standing: Int32) {
        setPatience(patience)
        sqlite3_wal_checkpoint_v2(sqliteConnection, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
        setPatience(standing)
    }

    /// Tells `length` how many pages the write-ahead log has, after each commit of this connection.
    ///
    /// - Parameter length: lives as long as the connection.
    public func watchLog(_ length: UnsafeMutablePointer<Int32>) {
        sqlite3_wal_hook(
            sqliteConnection,
            { length, _, _, pages in
                length?.assumingMemoryBound(to: Int32.self).pointee = pages
                return SQLITE_OK
            }, length)
    }
}
