internal import ArgumentParser
internal import Cryptography
internal import Diagnostics
internal import EnvironmentBuilder
internal import ImageSpec
internal import JSONDocument
internal import Preflight
internal import Publishing
internal import Recipes
internal import SupplyChain
internal import SystemPackage

/// `chidori env build`: makes an environment, as a folder, an image, an archive, or several of them.
struct BuildCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "build",
        abstract: "Make an environment from a recipe or a lock: as a folder, an image, an archive, or several of them.",
        discussion: """
            Without --to, --image and --archive the environment is published on the data folder's volume, where `env run` finds it \
            by name. A recipe is locked first where its lock is missing or no longer answers it; --locked refuses instead.

            Examples:
              chidori env build features.yaml
              chidori env build features.lock.toml --to ./tree --links hardlink
              chidori env build features.yaml --image oci:images:features \\
                --image oci-archive:features.tar
              chidori env build features.yaml --archive features.tar.gz
              chidori env build features.yaml --server https://chidori.example:7878
              chidori env build features --server https://chidori.example:7878 \\
                --archive features.tar.gz
              chidori env build features.yaml \\
                --image docker://registry.example/team/features:1
            """)

    @Argument(help: "A recipe or a lock.", completion: .file(extensions: ["yaml", "yml", "toml", "txt"]))
    var recipe: String

    @Option(
        name: .long, help: ArgumentHelp("Publish the environment as this folder.", valueName: "dir"),
        completion: .directory)
    var to: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Write an image: oci:DIR[:TAG], oci-archive:FILE[:TAG] or docker://HOST[:PORT]/NAME[:TAG]. May be repeated.",
            valueName: "ref"))
    var image: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Write an archive to be unpacked where it runs: FILE.tar.gz or FILE.zip. May be repeated.",
            valueName: "file"),
        completion: .file(extensions: ["gz", "tgz", "zip"]))
    var archive: [String] = []

    @Option(name: .long, help: "How the folder refers to the packages.")
    var links: Links = .symlink

    @Option(
        name: .long,
        help: ArgumentHelp(
            """
            What the image stands on: a file in base-images/, oci:DIR[:TAG], docker://HOST[:PORT]/NAME[:TAG], or none. \
            Default: the recipe's.
            """))
    var base: String?

    @Option(name: .long, help: "How layers are compressed. Default: the recipe's, else gzip.")
    var compression: Compression?

    @Flag(
        inversion: .prefixedNo,
        help: "Add bytecode, so that a read-only environment starts at full speed. Default: the recipe's, else yes.")
    var bytecode: Bool?

    @Option(
        name: .long,
        help: ArgumentHelp(
            """
            The interpreter of the folder, and of the bytecode of an archive and of an image without a base. Default: for a \
            folder or archive the right version from the PATH; for an image none.
            """, valueName: "path"),
        completion: .file())
    var python: String?

    @Flag(
        name: .long,
        help: "Run the interpreter of a base that is an image of somebody else's, with your rights, to make bytecode.")
    var trustBase = false

    @Flag(
        name: .long,
        help: ArgumentHelp(
            "Add a class archive, with which Spark starts faster: for an image, and for a folder at its own place.",
            discussion: "Spark runs once to make it, with the base's Java or with this machine's."))
    var classArchive = false

    @Flag(
        name: .long,
        help: ArgumentHelp(
            "Attach bills of materials (SPDX, CycloneDX) and the provenance to the image.",
            discussion: "With --key the provenance is signed."))
    var attest = false

    @Option(
        name: .long,
        help: ArgumentHelp("Who builds it, in the provenance.", valueName: "uri"))
    var builderID: String = Provenance.standardBuilder

    @OptionGroup var signing: KeyOptions

    @Flag(name: .long, help: "Refuse to make or change a lock.")
    var locked = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Have a server build it, for the drivers there. RECIPE may be the name of one of its recipes.",
            valueName: "url"))
    var server: String?

    @Option(
        name: .long,
        help: ArgumentHelp("A file with a token for the server. Default: $CHIDORI_TOKEN_FILE.", valueName: "file"),
        completion: .file())
    var tokenFile: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Have the server publish it on a shared volume that its configuration names. May be repeated.",
            valueName: "name"))
    var volume: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp("Hold it on the volume for this holder, and give it no name.", valueName: "holder"))
    var lease: String?

    @Option(name: .customLong("for"), help: ArgumentHelp("How long the lease lasts: 12h, 7d.", valueName: "span"))
    var duration: TimeOption?

    @OptionGroup var shared: DeliveryOptions

    func validate() throws {
        if attest, image.isEmpty { throw ValidationError("--attest takes an image to attach to: --image oci:DIR:TAG") }
        if signing.key != nil, !attest { throw ValidationError("--key signs what --attest attaches") }
        guard server != nil else {
            if tokenFile != nil { throw ValidationError("--token-file goes with --server") }
            if !volume.isEmpty {
                throw ValidationError("--volume goes with --server; `chidori volume publish` publishes from here")
            }
            return
        }
        if volume.isEmpty, lease != nil || duration != nil {
            throw ValidationError("--lease and --for are about a shared volume: name it with --volume")
        }
        if lease == nil, duration != nil {
            throw ValidationError("--for is about a lease: name its holder with --lease")
        }
        if let image = image.first(where: { !$0.hasPrefix("docker://") }) {
            throw ValidationError("a server writes images to registries alone: docker://HOST/NAME:TAG, not '\(image)'")
        }
        let others: [(String, Bool)] = [
            ("--to", to != nil), ("--attest", attest), ("--links", links != .symlink), ("--base", base != nil),
            ("--compression", compression != nil),
            ("--bytecode", bytecode != nil), ("--python", python != nil), ("--trust-base", trustBase),
            ("--class-archive", classArchive),
        ]
        if let (name, _) = others.first(where: \.1) {
            throw ValidationError("\(name) is for builds on this machine, and does not go with --server")
        }
    }

    func answer(_ session: Session) async throws -> Answer {
        if let server {
            let options = ["--server=\(server)"] + (tokenFile.map { ["--token-file=\($0)"] } ?? [])
            let client = try ServerOptions.parse(options).client()
            return try await RemoteBuild(
                session: session, client: client, images: image, archives: archive.map(absolute),
                volumes: volume.map { name in
                    let hold = lease.map {
                        "?lease=\($0)" + (duration.map { "&for=\($0.defaultValueDescription)" } ?? "")
                    }
                    return "volume:\(name)\(hold ?? "")"
                }
            ).run(recipe, policy: locked ? .locked : .lockIfNeeded)
        }
        let attesting = attest ? Attesting(key: try signing.signingKey(), builder: builderID) : nil
        let result = try await session.builder.build(
            session.builder.read(absolute(recipe)), policy: locked ? .locked : .lockIfNeeded,
            BuildRequest(
                folder: to.map(absolute), images: try image.map { try ImageReference($0) },
                archives: archive.map { .file(absolute($0)) }, links: links.mode, base: base,
                compression: compression?.format,
                bytecode: bytecode, interpreter: python.map(absolute),
                trustsBase: trustBase, classArchive: classArchive, attesting: attesting))
        return Answer(
            [
                "environments": .array(result.environments.map(\.json)), "folder": result.folder?.json ?? .null,
                "image": result.imageJSON, "archives": .array(result.archives.map(\.json)),
                "findings": .array(result.findings.map(\.json)),
                "seconds": JSON(seconds: result.seconds),
            ], remarks: result.lines)
    }
}

/// The words of `--links`.
enum Links: String, ExpressibleByArgument, CaseIterable {
    case symlink
    case hardlink
    case copy

    var mode: LinksMode {
        switch self {
        case .symlink: .symlink
        case .hardlink: .hardlink
        case .copy: .copy
        }
    }
}

/// The words of `--compression`.
enum Compression: String, ExpressibleByArgument, CaseIterable {
    case gzip
    case zstd

    var format: Recipe.Compression {
        switch self {
        case .gzip: .gzip
        case .zstd: .zstd
        }
    }
}
