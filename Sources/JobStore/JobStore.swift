internal import FileSystem
internal import GRDB
public import JobModel
internal import SQLite
internal import Synchronization
public import SystemPackage

/// The truth about jobs: `jobs.sqlite` in the data folder, which the server alone has open.
///
/// - What is written is **durable** when the call returns: the disk has been told to keep it. Writes that come together
///   share one synchronisation (group commit).
/// - What is read is one state of the database, never half of a write.
/// - Transitions, settings and the audit only grow: triggers refuse to change or delete their rows.
///
/// Opening blocks, so asynchronous callers do it through `Workers`; everything else is asynchronous and holds none of the
/// cooperative pool's threads. Every function throws ``JobStoreError``.
public final class JobStore: Sendable {
    let paths: StorePaths
    let writer: Writer
    let readers: Readers
    let sealer: TextSealer
    let watchers = Watchers()
    private let lock: StoreLock
    private let tokens = Atomic<Int64>(0)

    /// Counts the openings of this database, and is higher than that of any opening before, also after a restore.
    public let epoch: Int64

    /// Opens the store, or makes a new one.
    ///
    /// - Parameters:
    ///   - folder: the data folder, which need not exist yet.
    ///   - doing: what this process is, for those who find the store in use: `chidori serve`.
    /// - Throws: `inUse`, `newerSchema` (the database is untouched), `damaged`, and what the disk refuses.
    public init(in folder: FilePath, doing: String = "chidori serve") throws {
        let paths = StorePaths(folder: folder)
        do {
            try attempt("make the folder", folder) { () throws(Errno) in try folder.makeFolders(durably: true) }
            lock = try StoreLock(paths.lock, doing: doing)
            try paths.refuseHalfRestored()
            let connection = try Connections.openForWriting(paths)
            epoch = try connection.writeWithoutTransaction { database in
                let sql = """
                    INSERT INTO counters (name, value) VALUES ('epoch', 1)
                    ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value
                    """
                return try SQLStatement(database, sql).first { $0.integer(0) } ?? 1
            }
            writer = try Writer(connection, path: paths.database)
            readers = try Readers(paths.database, count: 2)
        } catch {
            throw JobStoreError(error, paths.database)
        }
        self.paths = paths
        sealer = TextSealer(writer: writer, readers: readers)
        sealer.wake()
    }

    /// Takes no more calls, and returns when those that came before are done and all files are closed.
    public func close() async {
        await sealer.close()
        // The writer's connection is the last one, so that it takes the whole log over into the database.
        await readers.close()
        await writer.close()
        lock.release()
    }

    /// The data folder.
    public var folder: FilePath { paths.folder }

    /// A token that is higher than any before it, whichever process gave it.
    public func nextToken() -> FencingToken {
        FencingToken(epoch << 32 | tokens.add(1, ordering: .relaxed).newValue)
    }
}
