public import Cryptography
internal import Documents
internal import FileSystem
internal import JSONDocument
internal import JobModel
public import SystemPackage

/// A backup: a folder with a manifest and what that lists. It gets its name when it is whole.
///
/// Functions block for as long as the disk takes, and throw ``JobStoreError``.
public struct Backup: Hashable, Sendable {
    public let folder: FilePath
    public let manifest: BackupManifest

    /// Its folder's: `jobs-20261122T040149007Z`.
    public var name: String { folder.lastComponent?.string ?? "" }

    public static let manifestName = "manifest.json"
    /// What the names of backups begin with.
    private static let prefix = "jobs-"
    /// What the names of folders begin with that are no backups yet, or no more.
    static let unfinished = ".unfinished-"

    /// - Throws: `badBackup` where the folder holds no backup, or one of a newer Chidori.
    public init(_ folder: FilePath) throws {
        self.folder = folder
        let bytes: [UInt8]
        do {
            bytes = try folder.appending(Self.manifestName).fileContents(limit: 64 << 20)
        } catch .noSuchFileOrDirectory, .notDirectory {
            throw JobStoreError(
                .badBackup, folder.string, "is no backup: it has no \(Self.manifestName)",
                advice: "name the folder of one backup: jobs-YYYYMMDDTHHMMSSmmmZ")
        } catch {
            throw JobStoreError(error, "read the manifest", folder)
        }
        do {
            let node = SourceNode(try JSON(parsing: bytes))
            manifest = try BackupManifest.shape.value(of: node, in: Self.manifestName, isLenient: true)
        } catch {
            throw JobStoreError(
                .badBackup, folder.string, "has a manifest that cannot be read: \(error)", advice: "use another backup",
                cause: error)
        }
        guard manifest.format <= BackupManifest.currentFormat else {
            throw JobStoreError(
                .newerSchema, folder.string, "was made by a newer Chidori (format \(manifest.format))",
                advice: "use the newer Chidori, or another backup")
        }
    }

    /// Writes the manifest into the folder, durably.
    init(_ folder: FilePath, writing manifest: BackupManifest) throws {
        self.folder = folder
        self.manifest = manifest
        try attempt("write the manifest", folder) { () throws(Errno) in
            try folder.appending(Self.manifestName).replaceFile(
                with: Array(BackupManifest.shape.json(manifest).pretty.utf8))
        }
    }

    init(moved other: Backup, to folder: FilePath) {
        self.folder = folder
        manifest = other.manifest
    }

    /// The backups in a folder, the oldest first, and those folders that look like backups and are none.
    public static func all(in folder: FilePath) throws -> (sound: [Backup], unreadable: [FilePath]) {
        guard folder.isThere else { return ([], []) }
        let names = try attempt("list it", folder) { () throws(Errno) in try folder.folderNames() }
        var sound: [Backup] = []
        var unreadable: [FilePath] = []
        for path in names.filter({ $0.hasPrefix(prefix) }).map({ folder.appending($0) }) where path.isFolder {
            do {
                sound.append(try Backup(path))
            } catch {
                unreadable.append(path)
            }
        }
        return (sound.sorted { $0.manifest.createdAt < $1.manifest.createdAt }, unreadable)
    }

    /// Where a backup of a moment lies: `jobs-20261122T040149007Z`.
    static func place(of moment: Moment, in folder: FilePath, prefix: String = prefix) -> FilePath {
        folder.appending(prefix + String(moment.description.filter { !"-:.".contains($0) }))
    }

    /// Reads every byte, and checks it against the manifest.
    ///
    /// - Parameter key: for a sealed one; without it, its content stays unread, and its files are checked as they lie there.
    /// - Throws: `badBackup`, `wrongKey`.
    public func verify(key: SealingKey? = nil) throws {
        if let key { try check(key) }
        for file in manifest.files {
            let copy = StreamedCopy(of: folder.appending(file.path), isSealed: manifest.key != nil, opening: key)
            try check(file, against: try copy.measure())
        }
    }

    /// Checks that the backup is sealed with this key, and that the manifest is as it was written with it.
    func check(_ key: SealingKey) throws {
        guard let name = manifest.key else {
            throw JobStoreError(
                .wrongKey, folder.string, "is not sealed, and anybody who could write there can have changed it",
                advice: "if that is no matter, name no key")
        }
        guard key.identifier == name else {
            throw JobStoreError(
                .wrongKey, folder.string, "is sealed with key \(name), not with \(key.identifier)",
                advice: "name the file that holds this key")
        }
        guard manifest.signed(with: key) == manifest else {
            throw JobStoreError(
                .badBackup, folder.appending(Self.manifestName).string, "is not as it was written: it was changed",
                advice: "use another backup")
        }
    }

    func check(_ file: BackupFile, against found: StreamedCopy.Sizes) throws {
        guard found.stored.size == file.size, found.stored.digest == file.digest else {
            throw JobStoreError(
                .badBackup, folder.appending(file.path).string,
                "is not as the manifest says: it was changed or cut off",
                advice: "use another backup")
        }
        guard let content = found.content else { return }
        guard content.size == file.contentSize, content.digest == file.contentDigest else {
            throw JobStoreError(
                .badBackup, folder.appending(file.path).string, "does not hold what the manifest says",
                advice: "use another backup")
        }
    }

    /// Deletes it. A broken-off deletion leaves no backup behind, but maybe some of its files.
    public func remove() throws {
        try attempt("delete it", folder) { () throws(Errno) in
            let doomed = NewFile.path(beside: folder, prefix: Self.unfinished)
            try folder.move(to: doomed)
            try doomed.removeTree()
        }
    }
}
