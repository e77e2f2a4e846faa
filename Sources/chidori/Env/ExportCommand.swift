internal import ArgumentParser
internal import Diagnostics
internal import EnvironmentBuilder
internal import JSONDocument
internal import MavenPackaging
internal import Recipes
internal import SystemPackage

/// `chidori env export`: a lock in the formats of other tools.
struct ExportCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Print a lock as a complete pylock.toml, or as a requirements.txt with hashes.",
        discussion: """
            A pylock.toml tells where every file lies, so the index is asked for places that the lock leaves out. Of a \
            lock for several platforms --platform exports what is for one. Neither format has a word for jars: those of the \
            lock are left out, with a warning that names them.

            Examples:
              chidori env export features.lock.toml -o pylock.toml
              chidori env export features.lock.toml --requirements > requirements.txt
            """)

    @Argument(help: "The lock, or its recipe.", completion: .file(extensions: ["toml", "yaml", "yml"]))
    var lock: String

    @Flag(name: .long, help: "As pylock.toml (PEP 751). The default.")
    var pylock = false

    @Flag(name: .long, help: "As requirements.txt with hashes.")
    var requirements = false

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("Write to a file instead of standard output.", valueName: "file"), completion: .file())
    var outputPath: String?

    @OptionGroup var shared: SharedOptions

    func validate() throws {
        if pylock, requirements { throw ValidationError("choose one of --pylock and --requirements") }
    }

    func answer(_ session: Session) async throws -> Answer {
        let builder = session.builder
        let located = try await builder.lock(for: builder.read(absolute(lock)), policy: .asWritten)
        let format = requirements ? ExportFormat.requirements : .pylock
        let outputPath = outputPath == "-" ? nil : outputPath
        let folder = outputPath.map { absolute($0).removingLastComponent() } ?? currentFolder()
        let (text, packages) = try await builder.export(located, as: format, into: folder)
        let jars = JSON(located.lock.jars.map(\.coordinate.description))
        guard let outputPath else {
            return Answer(
                ["format": .string(format.rawValue), "file": nil, "text": .string(text), "jars": jars],
                text: text.hasSuffix("\n") ? String(text.dropLast()) : text)
        }
        let path = absolute(outputPath)
        try builder.write(text, to: path)
        return Answer(
            ["format": .string(format.rawValue), "file": .string(path.string), "text": nil, "jars": jars],
            remarks: ["Exported \(counted(packages, "package")) to \(path)"])
    }
}
