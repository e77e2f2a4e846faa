internal import ArgumentParser
internal import Cryptography
internal import Diagnostics
internal import EnvironmentBuilder
internal import ImageSpec
internal import JSONDocument
internal import Publishing
internal import Recipes
internal import SystemPackage

/// `chidori env build`: makes an environment, as a folder, an image, or both.
struct BuildCommand: AsyncParsableCommand, Reporting {
    static let configuration = CommandConfiguration(
        commandName: "build", _superCommandName: "chidori env",
        abstract: "Make an environment from a recipe or a lock: as a folder, an image, or both.",
        discussion: """
            Without --to and --image the environment is published on the data folder's volume, where `env run` finds it \
            by name. A recipe is locked first where its lock is missing or no longer answers it; --locked refuses instead.
            """)

    @Argument(help: "A recipe or a lock.", completion: .file(extensions: ["yaml", "yml", "toml", "txt"]))
    var recipe: String

    @Option(name: .long, help: "Publish the environment as this folder.", completion: .directory)
    var to: String?

    @Option(
        name: .long,
        help: "Write an image: oci:DIR[:TAG] or oci-archive:FILE[:TAG]. May be repeated.")
    var image: [String] = []

    @Option(name: .long, help: "How the folder refers to the packages: symlink, hardlink or copy.")
    var links: Links = .symlink

    @Option(
        name: .long,
        help: "What the image stands on: a file in base-images/, oci:DIR[:TAG], or none. Default: the recipe's.")
    var base: String?

    @Option(name: .long, help: "How layers are compressed: gzip or zstd.")
    var compression: Compression?

    @Flag(
        inversion: .prefixedNo,
        help: "Add bytecode, so that a read-only environment starts at full speed. Default: the recipe's, else yes.")
    var bytecode: Bool?

    @Option(
        name: .long,
        help:
            "The interpreter for the folder, and for the bytecode of an image without a base. Default: the one of the right version on the PATH, and none."
    )
    var python: String?

    @Flag(
        name: .long,
        help: "Run the interpreter of a base that is an image of somebody else's, with your rights, to make bytecode.")
    var trustBase = false

    @Flag(name: .long, help: "Refuse to make or change a lock.")
    var locked = false

    @OptionGroup var shared: SharedOptions

    var output: Output { shared.output }

    func run() async throws {
        let session = try Session(shared)
        defer { session.progress.finish() }
        let input = try session.builder.read(absolute(recipe))
        let result = try await session.builder.build(
            input, policy: locked ? .locked : .lockIfNeeded,
            BuildRequest(
                folder: to.map(absolute), images: try image.map { try ImageReference($0) }, links: links.mode,
                base: base, compression: compression?.format, bytecode: bytecode, interpreter: python.map(absolute),
                trustsBase: trustBase))
        session.progress.finish()
        output.result(result.json, text: "")
        for line in result.lines { output.say(line) }
    }
}

extension BuildResult {
    var json: JSON {
        [
            "event": "result",
            "environments": .array(
                environments.map {
                    [
                        "id": .string($0.id.description), "name": .string($0.name), "python": .string($0.python),
                        "platform": .string($0.platform), "packages": JSON($0.units.count),
                    ]
                }),
            "folder": folder.map { folder in
                [
                    "path": .string(folder.path.string), "links": JSON(folder.links),
                    "unpacked": JSON(folder.unpacked), "published": JSON(folder.published),
                    "conflicts": .array(
                        folder.conflicts.map { ["path": .string($0.path), "packages": JSON($0.packages)] }),
                    "seconds": JSON(seconds: folder.seconds),
                ]
            } ?? .null,
            "image": image.map { image in
                [
                    "digest": .string(image.digest.prefixed), "size": JSON(image.size),
                    "layers": JSON(image.layers), "made": JSON(image.made),
                    "references": JSON(references.map(\.description)),
                    "seconds": JSON(seconds: image.seconds),
                ]
            } ?? .null,
            "seconds": JSON(seconds: seconds),
        ]
    }

    /// What was made, for people.
    var lines: [String] {
        var lines = environments.map { environment in
            "Environment \(environment.name) \(environment.id.description.prefix(12)): "
                + "\(counted(environment.units.count, "package")), Python \(environment.python), \(environment.platform)"
        }
        if let folder {
            for conflict in folder.conflicts {
                let winner = conflict.packages.last ?? ""
                lines.append(
                    "  note: \(conflict.path) comes with \(conflict.packages.joined(separator: " and ")); "
                        + "\(winner) has it")
            }
            let unpacked = folder.unpacked == 0 ? "" : ", \(counted(folder.unpacked, "package")) unpacked"
            lines.append("  folder \(folder.path) (\(counted(folder.links, "link"))\(unpacked))")
        }
        if let image {
            let made = image.made == 0 ? "nothing new" : "\(image.made) new"
            for reference in references {
                lines.append(
                    "  image \(reference) (\(readable(bytes: image.size)), \(counted(image.layers, "layer")), \(made))")
            }
            lines.append("  digest \(image.digest.prefixed)")
        }
        lines.append("Done in \(readable(seconds: seconds))")
        return lines
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
