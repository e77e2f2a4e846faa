internal import ArgumentParser
internal import Cryptography
internal import Diagnostics
internal import JSONDocument
internal import JobModel
internal import JobStore
internal import SystemPackage
internal import Workers

/// `chidori backup`: copies of all jobs, elsewhere.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Make, list and check backups of the jobs in a data folder.",
        discussion: """
            A server makes them by itself where its configuration has a section `backup`. See also: chidori restore.

            Examples:
              chidori backup key /root/chidori-backup.key
              chidori backup make --to /mnt/backups --key-file /root/chidori-backup.key
              chidori restore --data /var/lib/chidori \\
                --key-file /root/chidori-backup.key /mnt/backups
            """,
        subcommands: [
            BackupMakeCommand.self, BackupListCommand.self, BackupVerifyCommand.self, BackupKeyCommand.self,
        ])
}

/// `chidori backup make`.
struct BackupMakeCommand: BackupAnswering {
    static let configuration = CommandConfiguration(
        commandName: "make", abstract: "Make a backup, whether a server runs or not.",
        usage: "chidori backup make [<options>]",
        discussion: """
            Every job that was acknowledged before is in it, with its steps and attempts, settings, tokens and the audit. \
            It has been checked, and is on disk, when its path is printed. Not in it: environments and what drivers \
            printed.

            Examples:
              chidori backup make --to /mnt/backups
              chidori backup make --data /var/lib/chidori --to /mnt/backups \\
                --key-file backup.key
            """)

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Where this data folder's backups lie, best on another disk. Default: as the server's configuration says, "
                + "else backups in the data folder.", valueName: "dir"), completion: .directory)
    var to: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The key to seal it with. Default: as the server's configuration says, else it is not sealed.",
            valueName: "file"), completion: .file())
    var keyFile: String?

    @OptionGroup var shared: BackupOptions

    func answer() async throws -> Answer {
        let backup = try await Backup.make(
            of: shared.folder, into: try shared.place(to), key: try shared.key(keyFile), doing: "chidori backup",
            now: .now)
        return Answer(
            ["backup": backup.json], text: backup.folder.string, remarks: ["Backed up and checked: \(backup.line)"])
    }
}

/// `chidori backup list`.
struct BackupListCommand: BackupAnswering {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List backups, the newest first.",
        usage: "chidori backup list [<options>] [<folder>]",
        discussion: """
            Examples:
              chidori backup list
              chidori backup list /mnt/backups
            """,
        aliases: ["ls"])

    @Argument(
        help: "Where backups lie. Default: as the server's configuration says, else backups in the data folder.",
        completion: .directory)
    var folder: String?

    @OptionGroup var shared: BackupOptions

    func answer() async throws -> Answer {
        let place = try shared.place(folder)
        let (sound, unreadable) = try await blocking { try Backup.all(in: place) }
        var table = Table(["NAME", "MADE", "JOBS", "SIZE", "KEY"], rightAligned: [2, 3])
        for backup in sound.reversed() {
            table.add([
                backup.name, backup.manifest.createdAt.age,
                "\(backup.manifest.jobs)", readable(bytes: backup.size), backup.manifest.key ?? "-",
            ])
        }
        var remarks = unreadable.map { "\($0) looks like a backup and cannot be read" }
        if sound.isEmpty { remarks.append("No backups in \(place)") }
        return Answer(
            [
                "folder": .string(place.string), "backups": .array(sound.reversed().map(\.json)),
                "unreadable": .array(unreadable.map { .string($0.string) }),
            ], text: sound.isEmpty ? "" : table.text, remarks: remarks)
    }
}

/// `chidori backup verify`.
struct BackupVerifyCommand: BackupAnswering {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Read a backup to its end, and check every byte.",
        usage: "chidori backup verify [<options>] [<backup>]",
        discussion: """
            Without the key, the files of a sealed one are checked as they lie there.

            Examples:
              chidori backup verify
              chidori backup verify --key-file backup.key \\
                /mnt/backups/jobs-20261122T040149007Z
            """)

    @Argument(
        help: """
            A backup's folder, or a folder of backups, of which the newest is meant. Default: as the server's configuration \
            says, else backups in the data folder.
            """, completion: .directory)
    var backup: String?

    @OptionGroup var seal: SealOptions
    @OptionGroup var shared: BackupOptions

    func answer() async throws -> Answer {
        let backup = try shared.backup(backup)
        let key = try seal.key(of: backup, shared)
        try await blocking { try backup.verify(key: key) }
        let unread = backup.manifest.key != nil && key == nil ? "; its content was not read, for want of the key" : ""
        return Answer(
            ["backup": backup.json, "contentRead": JSON(unread.isEmpty)],
            remarks: ["\(backup.name) is sound: \(backup.line)\(unread)"])
    }
}

/// `chidori backup key`.
struct BackupKeyCommand: BackupAnswering {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Make a key to seal backups with.",
        usage: "chidori backup key [<options>] <file>",
        discussion: """
            Keep a copy where neither the server nor the backups are: what is sealed with a key cannot be read without it.

            Example:
              chidori backup key /root/chidori-backup.key
            """)

    @Argument(help: "The key's file, which must not be there yet.", completion: .file())
    var file: String

    @OptionGroup var shared: BackupOptions

    func answer() async throws -> Answer {
        let path = absolute(file)
        let key = try KeyFile.make(path)
        return Answer(
            ["file": .string(path.string), "key": .string(key.identifier)],
            remarks: ["Made the key \(key.identifier) in \(path); keep a copy of it elsewhere"])
    }
}
