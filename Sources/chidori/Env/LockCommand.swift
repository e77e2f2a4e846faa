internal import ArgumentParser
internal import Diagnostics
internal import EnvironmentBuilder
internal import JSONDocument
internal import PythonPackaging
internal import Recipes
internal import SystemPackage

/// `chidori env lock`: chooses exact versions and files, and writes them down.
struct LockCommand: AsyncParsableCommand, Reporting {
    static let configuration = CommandConfiguration(
        commandName: "lock",
        abstract: "Choose exact versions and files for a recipe, and write them into a lock.",
        discussion: """
            An existing lock's versions are kept unless a requirement rules them out or --upgrade asks for newer ones.
            RECIPE is a recipe (YAML), a requirements.txt or a pyproject.toml.
            """)

    @Argument(help: "The recipe.", completion: .file(extensions: ["yaml", "yml", "txt", "toml"]))
    var recipe: String

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("Where the lock goes. Default: NAME.lock.toml beside the recipe.", valueName: "lock"))
    var outputPath: String?

    @Flag(name: .customLong("upgrade-all"), help: "Take the newest versions of everything. Also spelled --upgrade.")
    var upgradeAll = false

    @Option(
        name: [.customLong("upgrade"), .customLong("upgrade-package")],
        help: ArgumentHelp("Take the newest version of one package. May be repeated.", valueName: "package"))
    var upgrade: [String] = []

    @Flag(name: .long, help: "Write nothing; fail if the lock does not answer the recipe any more.")
    var check = false

    @OptionGroup var shared: SharedOptions

    var output: Output { shared.output }

    func run() async throws {
        let session = try Session(shared)
        defer { session.progress.finish() }
        let input = try session.builder.read(absolute(recipe))
        let source = try session.builder.recipe(of: input)
        let place = outputPath.map(absolute) ?? input.lockPath
        let previous = try session.builder.lockIfPresent(at: place)
        if check {
            try session.builder.check(previous, answers: source, at: place, for: input)
            output.result(["event": "result", "lock": .string(place.string), "changed": false], text: "")
            output.say("\(place) answers \(recipe)")
            return
        }
        let upgrades: Upgrade = upgradeAll ? .all : .packages(try upgrade.map(packageName))
        let outcome = try await session.builder.lock(
            source, in: input.folder, previous: previous, upgrade: upgrades)
        let changed = try session.builder.write(outcome.lock, to: place)
        session.progress.finish()
        let difference = EnvironmentDifference(from: previous, to: outcome.lock)
        output.result(
            [
                "event": "result", "lock": .string(place.string), "changed": JSON(changed),
                "packages": JSON(outcome.lock.packages.count), "difference": difference.json,
                "seconds": JSON(seconds: outcome.seconds),
            ], text: "")
        if previous != nil, !difference.isEmpty { output.say(difference.text) }
        output.say(
            "\(changed ? "Locked" : "Nothing changed:") \(counted(outcome.lock.packages.count, "package")) "
                + "in \(readable(seconds: outcome.seconds)) (\(place))")
    }
}

/// A package's name as typed.
func packageName(_ text: String) throws -> PackageName {
    do {
        return try PackageName(text)
    } catch {
        throw ValidationError("'\(text)' is no package's name")
    }
}
