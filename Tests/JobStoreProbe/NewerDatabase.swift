import GRDB
import SystemPackage

/// A database as a newer Chidori leaves it that is killed.
enum NewerDatabase {
    nonisolated(unsafe) private static var open: DatabaseQueue?

    /// Its version stands in the write-ahead log; it stays open.
    static func make(in folder: FilePath) throws {
        let queue = try DatabaseQueue(path: folder.appending("jobs.sqlite").string)
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA wal_autocheckpoint = 0; PRAGMA user_version = 1000")
        }
        open = queue
    }
}
