internal import ArgumentParser
internal import BaseImages
internal import ContentStore
internal import Cryptography
internal import Diagnostics
internal import EnvironmentBuilder
internal import ImageSpec
internal import JSONDocument
internal import SystemPackage
internal import Workers

/// `chidori base`: what images stand on.
struct BaseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "base", abstract: "Lock and build base images.",
        subcommands: [BaseLockCommand.self, BaseBuildCommand.self])
}

/// `chidori base lock`: from packages' names to exact files.
struct BaseLockCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "lock",
        abstract: "Resolve a base image's definition to exact package files.",
        usage: "chidori base lock [<options>] <definition>",
        discussion: """
            apt's own solver chooses from what this machine's package sources serve today, in a folder of its own: nothing \
            is installed. The lock names every file by its SHA-256 and no archive.

            Example:
              chidori base lock base-images/debian12-python3.11.yaml
            """)

    @Argument(
        help: "The definition, such as base-images/debian12-python3.11.yaml.",
        completion: .file(extensions: ["yaml", "yml"]))
    var definition: String

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("Where to write the lock. Default: beside the definition.", valueName: "lock"))
    var target: String?

    @OptionGroup var shared: BaseOptions

    func answer(_ session: Session) async throws -> Answer {
        let path = absolute(definition)
        let target = target.map(absolute) ?? BaseImages.lockPath(beside: path)
        guard !shared.general.offline else {
            throw BaseError(
                .unreachable, path.string, "cannot be locked offline: the package sources' lists must be read",
                advice: "run the same without --offline")
        }
        let scratch = shared.general.dataFolder.appending("bases")
        let old = try? BaseImages(store: session.builder.store, folders: []).lock(.file(target))
        session.progress.observe(.began(.resolving, total: nil))
        let lock = try await blocking { try BaseLocker().lock(definitionAt: path, to: target, workingIn: scratch) }
        let isNew = old != lock
        let packages = lock.parts.map { "\(counted($0.packages.count, "package")) for \($0.architecture.rawValue)" }
        return Answer(
            [
                "name": .string(lock.name), "lock": .string(target.string), "changed": .bool(isNew),
                "architectures": .array(
                    lock.parts.map {
                        ["name": .string($0.architecture.rawValue), "packages": JSON($0.packages.count)]
                    }),
            ],
            remarks: [
                "Locked \(lock.name): \(packages.joined(separator: ", ")), in \(target)\(isNew ? "" : ", as before")"
            ])
    }
}

/// `chidori base build`: makes a base ready in the data folder.
struct BaseBuildCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "build",
        abstract: "Build a base image from its lock, or take one in from a layout or a registry.",
        usage: "chidori base build [<options>] <base>",
        discussion: """
            Building an environment's image does this by itself; here it can be done ahead. Packages are fetched from this \
            machine's package sources, and kept. It takes mmdebstrap, and root or subordinate user ids.

            Examples:
              chidori base build debian12-python3.11
              chidori base build oci:bases:python --architecture arm64
              chidori base build docker://registry.example/python:3.11-slim
            """)

    @Argument(
        help:
            "A lock, a definition beside its lock, a name in base-images/, oci:FOLDER[:TAG], or docker://HOST[:PORT]/NAME[:TAG]."
    )
    var base: String

    @Option(name: .long, help: "The architecture: amd64 or arm64. Default: this machine's.")
    var architecture: String?

    @OptionGroup var shared: ImageOptions

    mutating func validate() throws {
        if let architecture, DebianArchitecture(anyName: architecture) == nil {
            throw ValidationError("--architecture takes amd64 or arm64, not '\(architecture)'")
        }
    }

    func answer(_ session: Session) async throws -> Answer {
        let chosen = architecture.flatMap { DebianArchitecture(anyName: $0) } ?? DebianArchitecture.host ?? .amd64
        let image = try await session.builder.prepareBase(base, for: chosen)
        let size = image.manifest.layers.reduce(0) { $0 + $1.size }
        return Answer(
            [
                "name": .string(image.name), "digest": .string(image.digest.prefixed),
                "architecture": .string(chosen.rawValue), "size": JSON(size),
            ],
            remarks: [
                "\(image.name) for \(chosen.rawValue) is ready: \(image.digest.prefixed), \(readable(bytes: size))"
            ])
    }
}
