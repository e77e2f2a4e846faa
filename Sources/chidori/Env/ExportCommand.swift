internal import ArgumentParser
internal import EnvironmentBuilder
internal import JSONDocument
internal import Recipes
internal import SystemPackage

/// `chidori env export`: a lock in the formats of other tools.
struct ExportCommand: AsyncParsableCommand, Reporting {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Print a lock as a complete pylock.toml, or as a requirements.txt with hashes.",
        discussion:
            "A pylock.toml tells where every file lies, so the index is asked for places that the lock leaves out.")

    @Argument(help: "The lock, or its recipe.", completion: .file(extensions: ["toml", "yaml", "yml"]))
    var lock: String

    @Flag(name: .long, help: "As pylock.toml (PEP 751). The default.")
    var pylock = false

    @Flag(name: .long, help: "As requirements.txt with hashes.")
    var requirements = false

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("Write to a file instead of standard output.", valueName: "file"))
    var outputPath: String?

    @OptionGroup var shared: SharedOptions

    var output: Output { shared.output }

    func validate() throws {
        if pylock, requirements { throw ValidationError("choose one of --pylock and --requirements") }
    }

    func run() async throws {
        let session = try Session(shared)
        defer { session.progress.finish() }
        let located = try await session.builder.lock(for: session.builder.read(absolute(lock)), policy: .asWritten)
        let text = try await session.builder.export(located, as: requirements ? .requirements : .pylock)
        session.progress.finish()
        guard let outputPath else {
            output.result(["text": .string(text)], text: text.hasSuffix("\n") ? String(text.dropLast()) : text)
            return
        }
        let path = absolute(outputPath)
        try session.builder.write(text, to: path)
        output.result(["file": .string(path.string)], text: "")
        output.say("Exported \(located.lock.packages.count) packages to \(path)")
    }
}
