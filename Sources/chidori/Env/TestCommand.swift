internal import ArgumentParser
internal import Diagnostics
internal import EnvironmentBuilder
internal import JSONDocument
internal import Recipes

/// `chidori env test`: a recipe's own tests, in its environment.
struct TestCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Run a recipe's tests in its environment.",
        discussion: """
            The tests are the recipe's `tests:`. The environment must have been built from the recipe's lock as it is now.

            Examples:
              chidori env build features.yaml && chidori env test features.yaml
              chidori env test features.yaml --in ./tree
            """)

    @Argument(help: "The recipe or its lock.", completion: .file(extensions: ["yaml", "yml", "toml"]))
    var recipe: String

    @Option(
        name: .customLong("in"),
        help: ArgumentHelp(
            "The environment to run them in: a folder, a name or an id. Default: the recipe's name.",
            valueName: "environment"),
        completion: .directory)
    var place: String?

    @OptionGroup var shared: SharedOptions

    func answer(_ session: Session) async throws -> Answer {
        let builder = session.builder
        let input = try builder.read(absolute(recipe))
        let recipe = try builder.recipe(of: input)
        let tree = try builder.runnableTree(place ?? recipe.name, from: currentFolder())
        try await builder.check(tree, isOf: input)
        try builder.hold(tree)
        let outcomes = try await builder.run(recipe.tests, in: tree) { session.tell($0) }
        let failed = outcomes.count { !$0.passed }
        let passed = outcomes.count - failed
        return Answer(
            [
                "environment": .string(tree.manifest.id.description), "passed": JSON(passed), "failed": JSON(failed),
                "tests": .array(outcomes.map(\.json)),
            ],
            remarks: [
                recipe.tests.isEmpty
                    ? "\(recipe.name) has no tests; add some under `tests:`"
                    : failed == 0
                        ? "\(counted(passed, "test")) passed" : "\(failed) of \(counted(outcomes.count, "test")) failed"
            ],
            finding: failed == 0 ? nil : .testsFailed)
    }
}
