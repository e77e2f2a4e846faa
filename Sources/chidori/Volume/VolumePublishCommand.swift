internal import ArgumentParser
internal import Diagnostics
internal import EnvironmentBuilder
internal import JSONDocument
internal import JobModel
internal import Publishing
internal import Recipes
internal import SystemPackage

/// `chidori volume publish`: an environment on a shared volume.
struct VolumePublishCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Publish an environment on a volume that many machines share.",
        usage: "chidori volume publish [<options>] --volume <dir> <environment>",
        discussion: """
            What is there already is used, and what is published never changes. Without --lease the environment stays until \
            another one is published under its name; with it, until the lease ends. Publishing once more renews a lease.

            Examples:
              chidori volume publish features.yaml --volume /mnt/envs
              chidori volume publish features --volume /mnt/envs --lease nightly --for 2d
              chidori volume publish features --volume /mnt/envs --links copy
            """)

    @Argument(
        help: "A recipe, a lock, or the name or id of an environment in the data folder.",
        completion: .file(extensions: ["yaml", "yml", "toml", "txt"]))
    var environment: String

    @Option(
        name: .long, help: ArgumentHelp("Where the volume is mounted.", valueName: "dir"), completion: .directory)
    var volume: String

    @Option(
        name: .long,
        help: ArgumentHelp(
            "How the environment refers to the packages.",
            discussion: "Symbolic links need the whole volume mounted; hard links and copies serve mounts by sub-path.")
    )
    var links: Links = .symlink

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Where drivers' machines have the interpreter. Default: a launcher finds it there.", valueName: "path"))
    var python: String?

    @Flag(
        inversion: .prefixedNo,
        help: "Add bytecode, so that a read-only environment starts at full speed. Default: the recipe's, else yes.")
    var bytecode: Bool?

    @Option(
        name: .long,
        help: ArgumentHelp("Hold it for this holder, such as a job, and give it no name.", valueName: "holder"))
    var lease: String?

    @Option(name: .customLong("for"), help: ArgumentHelp("How long the lease lasts: 12h, 7d.", valueName: "span"))
    var duration: TimeOption?

    @Option(name: .long, help: ArgumentHelp("When the lease ends: 2027-01-31T00:00:00Z.", valueName: "time"))
    var until: String?

    @Flag(name: .long, help: "Refuse to make or change a lock.")
    var locked = false

    @OptionGroup var shared: SharedOptions

    func validate() throws {
        if lease == nil, duration != nil || until != nil {
            throw ValidationError("--for and --until are about a lease: name its holder with --lease")
        }
        if duration != nil, until != nil { throw ValidationError("--for and --until say the same: give one of them") }
        if let until, Moment(until) == nil {
            throw ValidationError("--until takes a time such as 2027-01-31T00:00:00Z, not '\(until)'")
        }
        if let python, !python.hasPrefix("/") {
            throw ValidationError("--python takes the whole path on drivers' machines, not '\(python)'")
        }
        if lease?.isEmpty == true { throw ValidationError("--lease takes a holder's name") }
    }

    /// How long a lease lasts unless it is said.
    private static let usual = TimeOption(seconds: 7 * 86_400)

    private var hold: VolumeHold? {
        guard let lease else { return nil }
        if let end = until.flatMap({ Moment($0) }) { return .leaseUntil(lease, end.milliseconds / 1000) }
        return .lease(lease, seconds: (duration ?? Self.usual).seconds)
    }

    func answer(_ session: Session) async throws -> Answer {
        let publication = try await session.builder.publish(
            environment, from: currentFolder(),
            VolumeRequest(
                volume: absolute(volume), links: links.mode, interpreter: python.map { FilePath($0) },
                bytecode: bytecode,
                lease: hold, policy: locked ? .locked : .lockIfNeeded))
        let manifest = publication.environment
        let held = publication.end.map { end in
            "held by \(lease ?? "") until \(timestamp(end))"
        }
        var remarks = [
            "\(publication.isNew ? "Published" : "Already there:") \(manifest.name) "
                + "\(manifest.id.description.prefix(12)), "
                + "\(counted(packages: manifest.packages.count, jars: manifest.jars.count)), "
                + "\(publication.unpacked) of them new on the volume",
            "  \(publication.path)",
        ]
        // As `names/` of the volume has it: each kind of links has a link of its own there.
        let place = "names/\(publication.name ?? "")" + (links == .symlink ? "" : "+\(links.rawValue)")
        remarks.append("  " + (held ?? "kept under the name \(publication.name ?? "") (\(place))"))
        remarks.append("Done in \(readable(seconds: publication.seconds))")
        return Answer(
            [
                "id": .string(manifest.id.description), "name": .string(manifest.name),
                "version": JSON(manifest.version), "path": .string(publication.path.string),
                "python": .string("\(publication.path)/bin/python"), "links": .string(links.rawValue),
                "published": JSON(publication.isNew), "unpacked": JSON(publication.unpacked),
                "keptAs": JSON(publication.name), "leaseEnds": JSON(publication.end.map(timestamp)),
                "conflicts": .array(publication.conflicts.map(\.json)),
                "seconds": JSON(seconds: publication.seconds),
            ], remarks: remarks)
    }
}
