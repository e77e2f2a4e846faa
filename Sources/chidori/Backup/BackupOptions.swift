internal import ArgumentParser
internal import Cryptography
internal import Diagnostics
internal import EnvironmentBuilder
internal import FileSystem
internal import JSONDocument
internal import JobModel
internal import JobStore
internal import SystemPackage

/// The options of every command that works with backups of a data folder's jobs.
struct BackupOptions: ParsableArguments {
    @OptionGroup var location: DataFolderOptions
    @OptionGroup var speaking: SpeakingOptions

    var output: Output { speaking.output }

    var folder: FilePath { location.folder }

    /// What the server's configuration says of backups, where a server of this folder would find it.
    private func configured() throws -> ServeConfiguration.Backup? {
        try ServeConfiguration(file: ServeConfiguration.file(in: folder), variables: processEnvironment()).backup
    }

    /// Where backups lie: where the server puts them, or else in the data folder.
    ///
    /// - Parameter named: what the command line says.
    func place(_ named: String?) throws -> FilePath {
        if let named { return absolute(named) }
        return try (configured()?.folder).map { FilePath($0) } ?? folder.appending("backups")
    }

    /// The key that the command line names, or else the one that the server seals with.
    func key(_ named: String?) throws -> SealingKey? {
        if let named { return try KeyFile.read(absolute(named)) }
        return try configured()?.key.map { try KeyFile.read(FilePath($0)) }
    }

    /// The backup that is meant: its folder, or the newest one in a folder of backups.
    func backup(_ named: String?) throws -> Backup {
        let place = try place(named)
        if place.appending(Backup.manifestName).isThere { return try Backup(place) }
        let (sound, unreadable) = try Backup.all(in: place)
        if let newest = sound.last { return newest }
        let message =
            unreadable.isEmpty
            ? "is no backup, and holds none"
            : "holds no backup that can be read, and \(counted(unreadable.count, "folder")) that looks like one"
        throw JobStoreError(
            .badBackup, place.string, message,
            advice: "name the folder of one backup, jobs-YYYYMMDDTHHMMSSmmmZ, or that of all of them")
    }
}

/// How to read a backup that may be sealed.
struct SealOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("The key that it was sealed with.", valueName: "file"), completion: .file())
    var keyFile: String?

    /// The key to read it with; `nil` where it takes none, or where none is known.
    func key(of backup: Backup, _ options: BackupOptions) throws -> SealingKey? {
        try backup.manifest.key == nil && keyFile == nil ? nil : options.key(keyFile)
    }
}

/// A command that works with backups, and has one answer.
protocol BackupAnswering: AnsweringCommand {
    var shared: BackupOptions { get }
}

extension BackupAnswering {
    var output: Output { shared.output }
}

extension Backup {
    /// Bytes that it takes, names that it shares with others counted too.
    var size: UInt64 { manifest.files.reduce(0) { $0 + UInt64($1.size) } }

    var json: JSON {
        [
            "name": .string(name), "folder": .string(folder.string),
            "createdAt": .string(manifest.createdAt.description), "jobs": JSON(manifest.jobs), "bytes": JSON(size),
            "key": JSON(manifest.key),
        ]
    }

    /// `1204 jobs`, `12 jobs and 2 months of the archive`.
    var content: String {
        let months = manifest.files.count - 1
        let archive = months > 0 ? " and \(counted(months, "month")) of the archive" : ""
        return counted(manifest.jobs, "job") + archive
    }

    /// `1204 jobs, 3.1 MB, sealed with key 0f3a…`.
    var line: String {
        let seal = manifest.key.map { "sealed with key \($0)" } ?? "not sealed"
        return "\(content), \(readable(bytes: size)), \(seal)"
    }
}
