public import Cryptography
internal import FileSystem
public import JobModel
public import SystemPackage

/// What a restore has done.
public struct Restoration: Hashable, Sendable {
    public var manifest: BackupManifest
    /// The epoch of the next opening is higher.
    public var epoch: Int64
    /// Where that lies which was there before; `nil` if nothing was.
    public var replaced: FilePath?
    /// Files of the archive that were there, and stay as they were.
    public var keptArchives: [String]
}

extension Backup {
    /// Brings the backup's jobs into a data folder. It is checked before anything there is touched, and then takes its
    /// place as a whole; a broken-off restore is told by the next opening, and can be run again.
    ///
    /// The epoch is raised above any that a server can have had since, so that its drivers' fencing tokens are lower than
    /// all that are given from now on. Files of the archive that are there and sound stay: they hold what the backup's
    /// do, and more.
    ///
    /// - Parameters:
    ///   - folder: the data folder.
    ///   - key: for a sealed backup.
    ///   - isReplacing: whether a database that is there is set aside, below `replaced-…`; otherwise that is an error.
    ///   - now: the present time.
    /// - Throws: `inUse` where a server has the folder open, or a backup of it is being made; `inTheWay`, `badBackup`,
    ///   `wrongKey`, `newerSchema`.
    public func restore(
        into folder: FilePath, key: SealingKey? = nil, isReplacing: Bool = false, now: Moment
    ) throws -> Restoration {
        try attempt("make the folder", folder) { () throws(Errno) in try folder.makeFolders(durably: true) }
        let paths = StorePaths(folder: folder)
        let doing = "chidori restore"
        let lock = try StoreLock(paths.lock, doing: doing)
        defer { lock.release() }
        // A backup that another process makes would have the old database with the new one's log, or without any.
        let copying = try StoreLock(ofBackups: paths, doing: doing)
        defer { copying.release() }
        let isThere = StorePaths.files(of: paths.database).contains { $0.isThere }
        // What a broken-off restore has left is set aside too.
        guard isReplacing || !isThere || paths.restoring.isThere else {
            throw JobStoreError(
                .inTheWay, paths.database.string, "is there already",
                advice: "restore into another folder, or give --replace: what is there is set aside, and kept")
        }
        try checkKey(key)

        try attempt("remove what was left there", folder) { () throws(Errno) in
            try folder.removeLeftovers(Self.scratch)
        }
        let scratch = NewFile.path(beside: paths.database, prefix: Self.scratch)
        defer { try? scratch.removeTree() }
        try attempt("make the folder", scratch) { () throws(Errno) in try scratch.makeFolders(durably: true) }
        try bring(into: scratch, key: key)
        let copy = DatabaseCopy(at: scratch.appending(BackupManifest.database))
        let facts = try copy.checkedFacts()
        let epoch = max(
            facts.epoch, manifest.epoch, DatabaseCopy.epoch(of: paths.database) ?? 0, Self.epochOfBrokenOff(paths),
            Self.epoch(at: now))
        try copy.raiseEpoch(to: epoch)
        let (new, kept) = try sortArchives(in: scratch, paths)
        return try attempt("put it in its place", paths.database) { () throws(Errno) in
            let replaced = try exchange(copy.path, new, paths, epoch: epoch, now: now)
            return Restoration(manifest: manifest, epoch: epoch, replaced: replaced, keptArchives: kept)
        }
    }

    /// What the names of folders begin with in which a restore is prepared.
    private static let scratch = ".chidori-restore-"

    /// Seconds since 2020: higher than any epoch that counts openings, and than one of an earlier restore.
    private static func epoch(at now: Moment) -> Int64 {
        max(0, (now.milliseconds - 1_577_836_800_000) / 1000) & 0x7FFF_FFFF
    }

    /// The epoch that a restore was about to give when it was broken off; 0 where none was.
    private static func epochOfBrokenOff(_ paths: StorePaths) -> Int64 {
        guard let bytes = try? paths.restoring.fileContents(limit: 1 << 20) else { return 0 }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").last.flatMap { Int64($0) } ?? 0
    }

    private func checkKey(_ key: SealingKey?) throws {
        if let key { return try check(key) }
        guard let name = manifest.key else { return }
        throw JobStoreError(
            .wrongKey, folder.string, "is sealed with key \(name)", advice: "name the file that holds this key")
    }

    /// Writes every file as it was, checked.
    private func bring(into scratch: FilePath, key: SealingKey?) throws {
        for file in manifest.files {
            // A manifest is no reason to write anywhere else.
            let names = file.original.pathNames
            guard file.path.isInnerPath, !names.isEmpty, names.joined(separator: "/") == file.original else {
                throw JobStoreError(.badBackup, folder.string, "lists the path \(file.path.debugDescription)")
            }
            let copy = StreamedCopy(of: folder.appending(file.path), isSealed: manifest.key != nil, opening: key)
            try check(file, against: try copy.write(to: scratch.appending(file.original)))
        }
    }

    /// Which files of the archive are to take their places, and which are there and stay.
    private func sortArchives(in scratch: FilePath, _ paths: StorePaths) throws -> (new: [FilePath], kept: [String]) {
        var new: [FilePath] = []
        var kept: [String] = []
        for name in manifest.files.map(\.original) where name != BackupManifest.database {
            let copy = DatabaseCopy(at: scratch.appending(name))
            try copy.checkStructure()
            let present = DatabaseCopy(at: paths.folder.appending(name))
            if present.path.isThere, (try? present.checkMonth()) != nil {
                kept.append(name)
            } else {
                try copy.renumber()
                new.append(copy.path)
            }
        }
        return (new, kept)
    }

    /// A folder for what is set aside, which is not there yet: a broken-off restore may have made one.
    private static func freshPlace(of now: Moment, in folder: FilePath) -> FilePath {
        let place = place(of: now, in: folder, prefix: "replaced-")
        guard place.isThere else { return place }
        return folder.appending("\(place.lastComponent?.string ?? "")-\(NewFile.uniqueName())")
    }

    /// Sets aside what is there, and gives the new files their names.
    private func exchange(
        _ database: FilePath, _ archives: [FilePath], _ paths: StorePaths, epoch: Int64, now: Moment
    ) throws(Errno) -> FilePath? {
        // Whoever goes on after a crash may not find the database any more that this epoch is higher than.
        try paths.restoring.replaceFile(with: Array("\(folder)\n\(epoch)\n".utf8))
        var aside: FilePath?
        func setAside(_ database: FilePath) throws(Errno) {
            // The database and its log stay together.
            for path in StorePaths.files(of: database) where path.isThere {
                let place = aside ?? Self.freshPlace(of: now, in: paths.folder)
                aside = place
                try place.makeFolders(durably: true)
                try path.move(to: place.appending(path.lastComponent?.string ?? ""))
                try place.synchronizeNames()
            }
        }
        try setAside(paths.database)
        for path in archives {
            let place = paths.archive.appending(path.lastComponent?.string ?? "")
            try paths.archive.makeFolders(durably: true)
            try setAside(place)
            try path.move(to: place)
            try paths.archive.synchronizeNames()
        }
        try database.move(to: paths.database)
        try paths.folder.synchronizeNames()
        try paths.restoring.removeTree()
        try paths.folder.synchronizeNames()
        return aside
    }
}
