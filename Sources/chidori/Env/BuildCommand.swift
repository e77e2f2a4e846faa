internal import ArgumentParser
internal import EnvironmentBuilder
internal import Layers
internal import Publishing
internal import Recipes
internal import SystemPackage

/// `chidori env build`: makes an environment, as a folder, an image, or both.
struct BuildCommand: AsyncParsableCommand, Reporting {
    static let configuration = CommandConfiguration(
        commandName: "build",
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
    var links: LinksMode = .symlink

    @Option(name: .long, help: "What the image stands on: a file in base-images/, oci:DIR[:TAG], or none. Default: the recipe's.")
    var base: String?

    @Option(name: .long, help: "How layers are compressed: gzip or zstd.")
    var compression: LayerCompression?

    @Flag(inversion: .prefixedNo, help: "Add bytecode, so that a read-only environment starts at full speed. Default: the recipe's, else yes.")
    var bytecode: Bool?

    @Option(name: .long, help: "The interpreter for the folder. Default: the one of the right version on the PATH.")
    var python: String?

    @Flag(name: .long, help: "Refuse to make or change a lock.")
    var locked = false

    @OptionGroup var shared: SharedOptions

    var output: Output { shared.output }

    func run() async throws {
        let session = try Session(shared)
        defer { session.progress.finish() }
        let input = try session.builder.read(absolute(recipe))
        let located = try await session.builder.lock(for: input, policy: locked ? .locked : .lockIfNeeded)
        let result = try await session.builder.build(
            located,
            BuildRequest(
                folder: to.map(absolute), images: try image.map { try ImageReference($0) }, links: links,
                base: base, compression: compression, bytecode: bytecode, interpreter: python.map(absolute)))
        session.progress.finish()
        output.result(result.json, text: "")
        for line in result.lines { output.say(line) }
    }
}

extension LinksMode: ExpressibleByArgument {}
extension LayerCompression: ExpressibleByArgument {}
