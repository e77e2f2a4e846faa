public import Cryptography
internal import FileSystem
public import JobModel
public import SystemPackage
internal import Workers

extension JobStore {
    /// Makes a backup while everything goes on: see ``Backup/make(of:into:key:doing:now:)``.
    public func backUp(into folder: FilePath, key: SealingKey? = nil, now: Moment) async throws -> Backup {
        try await Backup.make(of: paths.folder, into: folder, key: key, doing: "chidori serve", now: now)
    }
}

extension Backup {
    /// Makes a backup of a data folder, whether a server has it open or not: the database as it is at one moment, and the
    /// archive. It has been checked when this returns, and is durable. Every job that was acknowledged before the call is
    /// in it.
    ///
    /// A file of the archive that has not changed since the last backup in the same folder is a second name of that one's,
    /// where the file system can give one.
    ///
    /// In one process it must not run beside ``JobStore/prepareLeaving(endedBefore:now:)``: a process that closes a file
    /// gives up the locks on it that SQLite holds elsewhere in the process (POSIX).
    ///
    /// - Parameters:
    ///   - data: the data folder.
    ///   - folder: where this data folder's backups lie; each has a folder of its own there.
    ///   - key: what to seal it with; without one, it can be read by anybody who can read the folder.
    ///   - doing: what this process is, for those who begin another one meanwhile.
    ///   - now: the present time.
    /// - Throws: `missing` where there are no jobs; `inUse` while another backup is made; `badBackup` where the copy shows
    ///   that the store itself is damaged; `taken` where there is a backup of this moment; what the disk refuses. What was
    ///   unfinished is gone then.
    public static func make(
        of data: FilePath, into folder: FilePath, key: SealingKey? = nil, doing: String, now: Moment
    ) async throws -> Backup {
        try await blocking(untilCalledOff: { isCalledOff in
            try BackupWork(paths: StorePaths(folder: data), folder: folder, key: key, doing: doing, now: now) {
                isCalledOff.isTrue
            }.run()
        })
    }
}

/// How a backup is made: a copy of each database in the data folder, checked there, then streamed to its place.
private struct BackupWork: Sendable {
    let paths: StorePaths
    let folder: FilePath
    let key: SealingKey?
    let doing: String
    let now: Moment
    let isCalledOff: @Sendable () -> Bool

    /// What the names of folders begin with in which databases are copied.
    private static let scratch = ".chidori-backup-"

    func run() throws -> Backup {
        guard paths.database.isThere else {
            throw JobStoreError(
                .missing, paths.folder.string, "holds no jobs", advice: "name the server's data folder with --data")
        }
        let lock = try StoreLock(ofBackups: paths, doing: doing)
        defer { lock.release() }
        try paths.refuseHalfRestored()
        let place = Backup.place(of: now, in: folder)
        guard !place.isThere else {
            throw JobStoreError(.taken, place.string, "is there already", advice: "wait a moment, or remove it")
        }
        let unfinished = NewFile.path(beside: place, prefix: Backup.unfinished)
        let scratch = NewFile.path(beside: paths.database, prefix: Self.scratch)
        defer {
            // What cannot be deleted now is not used by anybody, and the next backup tries again.
            try? unfinished.removeTree()
            try? scratch.removeTree()
        }
        for path in [unfinished, scratch] {
            try attempt("make the folder", path) { () throws(Errno) in
                let parent = path.removingLastComponent()
                try parent.makeFolders(durably: true)
                // Who was killed at this left its own.
                try parent.removeLeftovers(path == scratch ? Self.scratch : Backup.unfinished)
                try path.makeFolders(durably: true)
            }
        }
        // The database first: a job that leaves it meanwhile is in the archive, which is copied later.
        let (database, facts) = try putDatabase(into: unfinished, by: scratch)
        let archive = try putArchive(into: unfinished, by: scratch)
        let manifest = BackupManifest(
            createdAt: now, schema: facts.schema, epoch: facts.epoch, jobs: facts.jobs, key: key?.identifier,
            files: [database] + archive)
        let backup = try Backup(unfinished, writing: manifest.signed(with: key))
        try attempt("finish it", place) { () throws(Errno) in
            try unfinished.move(to: place)
            try folder.synchronizeNames()
        }
        return Backup(moved: backup, to: place)
    }

    private func putDatabase(
        into folder: FilePath, by scratch: FilePath
    ) throws -> (BackupFile, DatabaseCopy.Facts) {
        let copy = try DatabaseCopy(
            of: paths.database, at: scratch.appending(BackupManifest.database), mayRecover: false,
            isCalledOff: isCalledOff)
        let facts = try copy.checkedFacts()
        return (try put(copy, as: BackupManifest.database, changes: 0, into: folder), facts)
    }

    private func putArchive(into folder: FilePath, by scratch: FilePath) throws -> [BackupFile] {
        guard paths.archive.isThere else { return [] }
        let last = try Backup.all(in: self.folder).sound.last { $0.manifest.key == key?.identifier }
        let names = try attempt("list it", paths.archive) { () throws(Errno) in try paths.archive.folderNames() }
        let files = try names.filter { $0.hasSuffix(".sqlite") }.map { name in
            let original = paths.archive.appending(name)
            let path = "archive/\(name)"
            let changes = try DatabaseCopy.changes(of: original)
            let earlier = last?.manifest.files.first { $0.original == path && $0.changes == changes }
            if let last, let earlier, try link(earlier, of: last, into: folder) { return earlier }
            let copy = try DatabaseCopy(
                of: original, at: scratch.appending(name), mayRecover: true, isCalledOff: isCalledOff)
            try copy.checkStructure()
            return try put(copy, as: path, changes: changes, into: folder)
        }
        if !files.isEmpty {
            let place = folder.appending("archive")
            try attempt("finish it", place) { () throws(Errno) in try place.synchronizeNames() }
        }
        return files
    }

    /// - Returns: whether the earlier file is sound, and has a second name now.
    private func link(_ file: BackupFile, of last: Backup, into folder: FilePath) throws -> Bool {
        if isCalledOff() { throw CancellationError() }
        let earlier = last.folder.appending(file.path)
        let found = try? StreamedCopy(of: earlier, isSealed: key != nil, opening: nil).measure()
        guard let found, (try? last.check(file, against: found)) != nil else { return false }
        let path = folder.appending(file.path)
        try attempt("make the folder", path) { () throws(Errno) in
            try path.removingLastComponent().makeFolders(durably: true)
        }
        return earlier.link(as: path)
    }

    private func put(_ copy: DatabaseCopy, as path: String, changes: Int64, into folder: FilePath) throws -> BackupFile
    {
        if isCalledOff() { throw CancellationError() }
        let name = key == nil ? path : path + BackupFile.sealed
        let sizes = try StreamedCopy(of: copy.path, sealing: key).write(to: folder.appending(name))
        let content = sizes.content ?? sizes.stored
        return BackupFile(
            path: name, size: sizes.stored.size, digest: sizes.stored.digest, contentSize: content.size,
            contentDigest: content.digest, changes: changes)
    }
}
