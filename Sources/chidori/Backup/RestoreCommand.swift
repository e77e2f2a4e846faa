internal import ArgumentParser
internal import HTTPServer
internal import JSONDocument
internal import JobModel
internal import JobStore
internal import SystemPackage
internal import Workers

/// `chidori restore`: brings a backup's jobs into a data folder.
struct RestoreCommand: BackupAnswering {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Bring a backup's jobs into a data folder.",
        usage: "chidori restore [<options>] <backup>",
        discussion: """
            Every byte is checked before anything is touched. A folder that a server has open is refused, and so is one that \
            has jobs already, unless --replace is given: those are set aside then, and stay there.

            Drivers of the lost server that still run count no more: what they were at is tried again, as far as its \
            retries go.

            Examples:
              chidori restore --data /var/lib/chidori /mnt/backups
              chidori restore --data /var/lib/chidori --key-file backup.key \\
                /mnt/backups/jobs-20261122T040149007Z
            """)

    @Argument(
        help: "A backup's folder, or a folder of backups, of which the newest is meant.", completion: .directory)
    var backup: String

    @OptionGroup var seal: SealOptions

    @Flag(name: .long, help: "Set jobs aside that are in the data folder already.")
    var replace = false

    @OptionGroup var shared: BackupOptions

    func answer() async throws -> Answer {
        let backup = try shared.backup(backup)
        let key = try seal.key(of: backup, shared)
        let folder = shared.folder
        CreationMask.protect(dataFolder: folder)
        let isReplacing = replace
        let (restoration, token) = try await blocking {
            let restoration = try backup.restore(into: folder, key: key, isReplacing: isReplacing, now: .now)
            return (restoration, try FirstToken.provide(in: folder))
        }
        let made = backup.manifest.createdAt
        var remarks = [
            "Restored \(backup.content), as of \(made), into \(folder)",
            "What was submitted, or became of jobs, after that is not in it",
        ]
        if let replaced = restoration.replaced { remarks.append("What was there before is in \(replaced)") }
        if !restoration.keptArchives.isEmpty {
            remarks.append("Kept as they were: \(restoration.keptArchives.joined(separator: ", "))")
        }
        remarks.append("Start it with: chidori serve --data \(folder); an administrator's token is in \(token)")
        return Answer(
            [
                "backup": backup.json, "data": .string(folder.string), "token": .string(token.string),
                "replaced": JSON(restoration.replaced?.string),
                "keptArchives": .array(restoration.keptArchives.map { .string($0) }),
            ], remarks: remarks)
    }
}
