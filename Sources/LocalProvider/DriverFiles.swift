internal import DriverProvider
internal import FileSystem
internal import Glibc
internal import JSONDocument
internal import JobModel
internal import Supervision
internal import SystemPackage

/// What lies in an attempt's folder for its driver, beside what the shim keeps there:
///
///     work/          where the driver runs; its own
///     work/tmp       its temporary files; gone when it has ended
///     work/events    Spark's event log
///     work/conf      Spark's configuration
///     passwd         the accounts that it sees, where it has a user of its own
///     driver.json    what the provider noted of one of Spark's
struct DriverFiles: Sendable {
    let folder: AttemptFolder

    init(_ folder: AttemptFolder) {
        self.folder = folder
    }

    var work: FilePath { folder.path.appending("work") }
    var accounts: FilePath { folder.path.appending("passwd") }
    var events: FilePath { work.appending("events") }

    func place(user: AttemptUser?, port: UInt16?) -> DriverCommand.Place {
        DriverCommand.Place(
            work: work, home: user == nil ? HostFacts.home : work.string, user: user?.name ?? HostFacts.userName,
            port: port)
    }

    private static let folders = ["tmp", "events", "conf", "credentials"]

    /// Makes the driver's folders. Until they are handed over, nobody else reaches them.
    func make() throws(Errno) {
        try makeFolder(work)
        for name in Self.folders { try makeFolder(work.appending(name)) }
    }

    private func makeFolder(_ path: FilePath) throws(Errno) {
        try uninterrupted { path.withPlatformString { mkdir($0, 0o700) } }
    }

    /// Writes a file that the driver alone will read.
    func write(_ name: String, _ bytes: [UInt8], for user: AttemptUser?) throws(Errno) {
        let file = try NewFile(at: work.pushing(FilePath(name)), mode: 0o600)
        try file.write(bytes)
        if let user { try uninterrupted { fchown(file.descriptor, user.number, user.number) } }
        file.keep()
    }

    /// Makes a folder of links to these files.
    func link(_ targets: [FilePath], in folder: String) throws(Errno) {
        let path = work.appending(folder)
        try makeFolder(path)
        for target in targets {
            guard let name = target.lastComponent else { continue }
            try uninterrupted {
                path.appending(name).withPlatformString { link in target.withPlatformString { symlink($0, link) } }
            }
        }
    }

    /// Makes the folders the driver's own: the outermost last, since other drivers of its user can reach them from then
    /// on, and whoever writes there as root would follow their links.
    func handOver(to user: AttemptUser) throws(Errno) {
        try user.writeAccounts(to: accounts, home: work)
        for name in try work.folderNames() { try hand(work.appending(name), to: user) }
        try hand(work, to: user)
    }

    private func hand(_ folder: FilePath, to user: AttemptUser) throws(Errno) {
        try uninterrupted { folder.withPlatformString { lchown($0, user.number, user.number) } }
    }

    /// Takes away what a driver that has ended left behind for itself: it may be large, and nobody will look at it.
    func removeTemporary() {
        // What cannot be removed now goes with the folder.
        for name in ["tmp", "credentials"] { try? work.appending(name).removeTree() }
    }

    /// Takes everything away, and the folders above that are empty then.
    func discard() throws {
        do throws(Errno) {
            try folder.path.removeTree()
            let job = folder.path.removingLastComponent()
            let token = Fence.path(folder)
            let others = try job.folderNames().filter { $0.hasPrefix("\(token.stem ?? "").") }
            if others.count == 1 { try token.removeTree() }
            // It stays where the job has other tasks.
            if job != folder.root { rmdir(job.string) }
        } catch .noSuchFileOrDirectory {
        } catch {
            throw DriverProviderError(
                .unavailable, folder.path.string, "cannot be taken away: \(error)", cause: error)
        }
    }
}

/// What the provider notes of a driver of Spark's for whoever comes after it.
struct DriverNotes: Equatable {
    /// Of Spark's pages.
    var port: UInt16

    private static let fileName = "driver.json"

    init(port: UInt16) {
        self.port = port
    }

    init?(_ files: DriverFiles) {
        let path = files.folder.path.appending(Self.fileName)
        guard let bytes = try? path.fileContents(limit: 64 << 10), let fields = (try? JSON(parsing: bytes))?.fields,
            case .integer(let value) = fields["port"], let port = UInt16(exactly: value)
        else { return nil }
        self.port = port
    }

    func write(in files: DriverFiles) throws(Errno) {
        let file = try NewFile(at: files.folder.path.appending(Self.fileName), mode: 0o600)
        let json: JSON = ["port": JSON(port)]
        try file.write(json.bytes)
        file.keep()
    }
}
