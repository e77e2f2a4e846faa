internal import ArgumentParser
internal import Diagnostics
internal import EnvironmentBuilder
internal import JSONDocument
internal import MavenPackaging
internal import PythonPackaging
internal import PythonResolver
internal import Recipes
internal import SystemPackage

/// `chidori env lock`: chooses exact versions and files, and writes them down.
struct LockCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "lock",
        abstract: "Choose exact versions and files for a recipe, and write them into a lock.",
        discussion: """
            RECIPE is a recipe (YAML), a requirements.txt or a pyproject.toml. An existing lock's versions are kept \
            unless a requirement rules them out or --upgrade asks for newer ones.

            Examples:
              chidori env lock features.yaml
              chidori env lock features.yaml --upgrade=pandas
              chidori env lock features.yaml --upgrade=org.example:library
              chidori env lock requirements.txt --python-version 3.11
              chidori env lock features.yaml --resolution lowest-direct -o lowest.lock.toml
            """)

    @Argument(help: "The recipe.", completion: .file(extensions: ["yaml", "yml", "txt", "toml"]))
    var recipe: String

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("Where the lock goes. Default: NAME.lock.toml beside the recipe.", valueName: "lock"),
        completion: .file(extensions: ["toml"]))
    var outputPath: String?

    @Flag(
        name: [.customShort("U"), .customLong("upgrade")],
        help: "Take the newest versions of everything; --upgrade=PACKAGE of one package, as -P.")
    var upgradesAll = false

    @Option(
        name: [.customShort("P"), .customLong("upgrade-package")],
        help: ArgumentHelp(
            "Take the newest version of one package, or of one jar (group:artifact). May be repeated.",
            valueName: "package"))
    var upgraded: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp(
            """
            Which of the versions that satisfy are taken; lowest-direct: the lowest of what the recipe itself asks for. \
            The lowest take no notice of an existing lock.
            """, valueName: "which"))
    var resolution = Direction.highest

    @Flag(name: .long, help: "Write nothing; fail if the lock does not answer the recipe any more.")
    var check = false

    @OptionGroup var shared: SharedOptions

    func validate() throws {
        _ = try upgrades()
        if check, upgradesAll || !upgraded.isEmpty || resolution != .highest {
            throw ValidationError("--check only compares: it takes no --upgrade and no --resolution")
        }
    }

    /// What need not be kept of an existing lock.
    private func upgrades() throws -> Upgrade {
        if upgradesAll || resolution != .highest { return .all }
        let jars = upgraded.filter { $0.contains(":") }
        return .packages(
            try upgraded.filter { !$0.contains(":") }.map(packageName), jars: try jars.map(moduleName))
    }

    func answer(_ session: Session) async throws -> Answer {
        let builder = session.builder
        let input = try builder.read(absolute(recipe), lockedAt: outputPath.map(absolute))
        let source = try builder.recipe(of: input)
        let place = outputPath.map(absolute) ?? input.lockPath
        let previous = try builder.lockIfPresent(at: place)
        if check {
            try await builder.check(previous, answers: source, at: place, for: input)
            return Answer(
                ["lock": .string(place.string), "changed": false], remarks: ["\(place) answers \(recipe)"])
        }
        let upgrade: Upgrade =
            try upgrades()
        let outcome = try await builder.lock(
            source, in: builder.recipeFolder(of: input), lockedIn: place.removingLastComponent(), previous: previous,
            upgrade: upgrade, direction: resolution.direction, writtenIn: input.path)
        let changed = try builder.write(outcome.lock, to: place)
        let difference = previous.map { EnvironmentDifference(from: $0, to: outcome.lock) }
        let count = counted(packages: outcome.lock.packages.count, jars: outcome.lock.jars.count)
        return Answer(
            [
                "lock": .string(place.string), "changed": JSON(changed),
                "packages": JSON(outcome.lock.packages.count), "jars": JSON(outcome.lock.jars.count),
                "difference": difference?.json ?? .null,
                "seconds": JSON(seconds: outcome.seconds),
            ],
            remarks: (difference.map { $0.isEmpty ? [] : [$0.text] } ?? [])
                + [
                    changed
                        ? "Locked \(count) in \(readable(seconds: outcome.seconds)) (\(place))"
                        : "\(place) is up to date: \(count), looked at in \(readable(seconds: outcome.seconds))"
                ])
    }
}

/// The words of `--resolution`.
enum Direction: String, ExpressibleByArgument, CaseIterable {
    case highest
    case lowest
    case lowestDirect = "lowest-direct"

    var direction: ResolutionRequest.Direction {
        switch self {
        case .highest: .highest
        case .lowest: .lowest
        case .lowestDirect: .lowestDirect
        }
    }
}

/// A jar's module as typed, `group:artifact`.
func moduleName(_ text: String) throws -> ModuleName {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
        throw ValidationError("'\(text)' is no module of a jar: write it as group:artifact")
    }
    return ModuleName(group: parts[0], artifact: parts[1])
}

/// A package's name as typed.
func packageName(_ text: String) throws -> PackageName {
    do {
        return try PackageName(text)
    } catch {
        throw ValidationError("'\(text)' is no package's name")
    }
}
