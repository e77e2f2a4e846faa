internal import FileSystem
internal import SystemPackage

/// Where what lies in the data folder.
struct StorePaths {
    let folder: FilePath

    var database: FilePath { folder.appending("jobs.sqlite") }
    /// Who has the store open.
    var lock: FilePath { folder.appending("jobs.lock") }
    /// Who makes a backup.
    var backupLock: FilePath { folder.appending("backup.lock") }
    /// Jobs that are long over, by the month of their submission.
    var archive: FilePath { folder.appending("archive") }
    /// There while a restored database takes the place of another one.
    var restoring: FilePath { folder.appending("jobs.restoring") }

    /// A database with the files that SQLite may keep beside it, and would take for those of another one in its place.
    static func files(of database: FilePath) -> [FilePath] {
        ["", "-wal", "-shm", "-journal"].map { FilePath(database.string + $0) }
    }

    /// - Throws: `damaged` where a restore was broken off: what is there is neither the old state nor the new one.
    func refuseHalfRestored() throws(JobStoreError) {
        guard restoring.isThere else { return }
        throw JobStoreError(
            .damaged, folder.string, "holds jobs that were being restored when that was broken off",
            advice: "run `chidori restore` again")
    }
}
