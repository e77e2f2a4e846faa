internal import ArgumentParser
internal import Diagnostics
internal import EnvironmentBuilder
internal import JSONDocument
internal import Recipes

/// `chidori env test`: a recipe's own tests, in its environment.
struct TestCommand: AsyncParsableCommand, Reporting {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Run a recipe's tests in its environment.",
        discussion:
            "The tests are the recipe's `tests:`. The environment must have been built; --in names a folder it was published as."
    )

    @Argument(help: "The recipe or its lock.", completion: .file(extensions: ["yaml", "yml", "toml"]))
    var recipe: String

    @Option(
        name: .customLong("in"),
        help: "The environment to run them in: a folder, a name or an id. Default: the recipe's name.")
    var place: String?

    @OptionGroup var shared: SharedOptions

    var output: Output { shared.output }

    func run() async throws {
        let session = try Session(shared)
        let input = try session.builder.read(absolute(recipe))
        let recipe = try session.builder.recipe(of: input)
        let tree = try session.builder.tree(place ?? recipe.name, from: currentFolder())
        try session.builder.check(tree, isOf: input)
        try session.builder.hold(tree)
        let output = self.output
        let outcomes = try await session.builder.run(recipe.tests, in: tree) { outcome in
            let mark =
                outcome.passed ? output.terminal.styled("pass", .green) : output.terminal.styled("FAIL", .red)
            output.say("\(mark)  \(outcome.name)  (\(readable(seconds: outcome.seconds)))")
            if !outcome.passed { output.say(outcome.output) }
        }
        let failed = outcomes.filter { !$0.passed }
        output.result(
            [
                "event": "result", "passed": JSON(outcomes.count - failed.count),
                "failed": JSON(failed.count),
                "tests": .array(
                    outcomes.map {
                        [
                            "name": .string($0.name), "passed": JSON($0.passed), "output": .string($0.output),
                            "seconds": JSON(seconds: $0.seconds),
                        ]
                    }),
            ], text: "")
        if recipe.tests.isEmpty { output.say("\(recipe.name) has no tests; add some under `tests:`") }
        if !failed.isEmpty { throw ExitCode(DiagnosticCategory.testsFailed.rawValue) }
    }
}
