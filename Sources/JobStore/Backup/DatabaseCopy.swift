internal import FileSystem
internal import GRDB
internal import SQLite
internal import Synchronization
internal import SystemPackage

/// A copy of a database as it is at one moment, made while others go on writing.
struct DatabaseCopy {
    let path: FilePath

    /// Pages that are copied at once; between two steps it may be called off.
    private static let step: CInt = 1024

    /// Copies by SQLite's own means, on one state of the original, and makes the copy one file.
    ///
    /// - Parameters:
    ///   - mayRecover: whether a write that a dying process has left unfinished may be undone in the original first. One
    ///     with a write-ahead log is read without.
    ///   - isCalledOff: asked between steps.
    init(of original: FilePath, at path: FilePath, mayRecover: Bool, isCalledOff: @escaping () -> Bool) throws {
        self.path = path
        do {
            // For its owner's eyes, as the original is.
            try Connections.makeFile(path)
            let source = try Connections.open(original, isReadOnly: !mayRecover, cache: 256)
            let target = try Connections.open(path, isReadOnly: false, cache: 256)
            try source.unsafeRead { source in
                // Within a transaction of its own, the copy needs not begin anew for each write.
                try source.inTransaction(.deferred) {
                    try source.run(script: "SELECT 1 FROM sqlite_schema")
                    try target.writeWithoutTransaction { target in
                        try source.backup(to: target, pagesPerStep: Self.step) { progress in
                            if !progress.isCompleted, isCalledOff() { throw CancellationError() }
                        }
                        try target.run(script: "PRAGMA journal_mode = DELETE")
                    }
                    return .commit
                }
            }
            try target.close()
            try source.close()
        } catch let error as CancellationError {
            throw error
        } catch {
            throw JobStoreError(error, path)
        }
    }

    /// A copy that is there.
    init(at path: FilePath) {
        self.path = path
    }

    /// What a copy of `jobs.sqlite` tells.
    struct Facts {
        var schema: Int
        var epoch: Int64
        var jobs: Int
    }

    /// Checks the database's structure, its foreign keys, and that no job lacks a step.
    ///
    /// - Throws: `badBackup`.
    func checkedFacts() throws -> Facts {
        try using { database in
            try checkStructure(database)
            let stray = try SQLStatement(database, "PRAGMA foreign_key_check").first { $0.text(0) }
            if let stray { throw bad("has a row in \(stray) that belongs to no job") }
            let schema = try JobSchema.current(database)
            guard schema <= JobSchema.version else {
                throw JobStoreError(
                    .newerSchema, path.string, "was made by a newer Chidori (its tables have version \(schema))",
                    advice: "use the newer Chidori")
            }
            let gap = """
                SELECT count(*) FROM jobs WHERE transitions <>
                    (SELECT count(*) FROM transitions WHERE job = jobs.number AND number BETWEEN 1 AND jobs.transitions)
                """
            let gaps = try SQLStatement(database, gap).first { $0.integer(0) } ?? 0
            guard gaps == 0 else { throw bad("lacks steps of \(counted(Int(gaps), "job"))") }
            let epoch = try SQLStatement(database, Self.epochText).first { $0.integer(0) } ?? 0
            let jobs = try SQLStatement(database, "SELECT count(*) FROM jobs").first { $0.integer(0) } ?? 0
            return Facts(schema: schema, epoch: epoch, jobs: Int(jobs))
        }
    }

    /// - Throws: `badBackup`.
    func checkStructure() throws {
        try using(checkStructure)
    }

    /// That it is a month of the archive: one that a dying process has only begun has no jobs. A write that it has left
    /// unfinished is undone first.
    ///
    /// - Throws: `badBackup`.
    func checkMonth() throws {
        try using(isReadOnly: false) { database in
            try checkStructure(database)
            let table = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'jobs'"
            let isThere = try SQLStatement(database, table).first { $0.integer(0) }
            guard isThere != nil else { throw bad("holds no jobs") }
        }
    }

    private func checkStructure(_ database: Database) throws {
        let verdict = try SQLStatement(database, "PRAGMA integrity_check(1)").first { $0.text(0) }
        guard verdict == "ok" else { throw bad("is damaged: \(verdict ?? "nothing is said")") }
    }

    private static let epochText = "SELECT value FROM counters WHERE name = 'epoch'"

    /// The epoch of a database that need not be sound; `nil` where it cannot be read.
    static func epoch(of path: FilePath) -> Int64? {
        guard path.isThere else { return nil }
        return try? DatabaseCopy(at: path).using { try SQLStatement($0, epochText).first { $0.integer(0) } }
    }

    /// Lifts the epoch, so that the next opening's is higher than this.
    func raiseEpoch(to epoch: Int64) throws {
        try using(isReadOnly: false) { database in
            let sql = """
                INSERT INTO counters (name, value) VALUES ('epoch', ?)
                ON CONFLICT DO UPDATE SET value = max(value, excluded.value)
                """
            try SQLStatement(database, sql).run(epoch)
        }
    }

    /// Makes the copy of a file of the archive another one than its original: it counts its changes anew.
    func renumber() throws {
        try using(isReadOnly: false, ArchiveFile.number)
    }

    /// Which file of the archive lies there, and how often it was changed, as its header tells (SQLite's file format,
    /// §1.3: the bytes from 60 and from 24 on).
    ///
    /// A write that was left unfinished is undone first, and nobody writes meanwhile: the counter of one that will be
    /// undone is given a second time.
    static func changes(of path: FilePath) throws -> Int64 {
        var header: [UInt8] = []
        try DatabaseCopy(at: path).using(isReadOnly: false) { database in
            try database.inTransaction(.deferred) {
                try database.run(script: "SELECT 1 FROM sqlite_schema")
                header = try attempt("read it", path) { () throws(Errno) in
                    try path.firstBytes(64)
                }
                return .commit
            }
        }
        return (header.dropFirst(60) + header.dropFirst(24).prefix(4)).reduce(0) { $0 << 8 | Int64($1) }
    }

    private func using<Result>(isReadOnly: Bool = true, _ body: (Database) throws -> Result) throws -> Result {
        do {
            let queue = try Connections.open(path, isReadOnly: isReadOnly, cache: 2 << 10)
            let result = try queue.writeWithoutTransaction(body)
            try queue.close()
            return result
        } catch let error as DatabaseError
            where error.resultCode == .SQLITE_CORRUPT || error.resultCode == .SQLITE_NOTADB
        {
            throw bad("is damaged: \(error.message ?? "\(error.resultCode)")")
        } catch {
            throw JobStoreError(error, path)
        }
    }

    private func bad(_ message: String) -> JobStoreError {
        JobStoreError(.badBackup, path.string, message, advice: "use another backup")
    }
}
