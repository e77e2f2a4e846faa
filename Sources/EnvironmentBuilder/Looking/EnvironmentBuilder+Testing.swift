internal import Diagnostics
internal import PythonPackaging
public import Recipes
internal import Subprocesses
internal import SystemPackage
internal import Workers

/// How one of a recipe's tests ended.
public struct TestOutcome: Sendable {
    public let name: String
    public let passed: Bool
    /// What the test printed, its end where that is long.
    public let output: String
    public let seconds: Double
}

extension EnvironmentBuilder {
    /// Whether a tree was built from an input's lock as it is now: tests of an older one prove nothing.
    ///
    /// - Throws: ``BuilderError`` (`staleLock`) where the recipe, its lock or the tree has moved on.
    public func check(_ tree: RunnableTree, isOf input: EnvironmentInput) async throws {
        let located = try located(input)
        try checkTarget(of: located)
        if case .recipe(let recipe) = input.content {
            try await check(located.lock, answers: recipe, at: located.path, for: input)
        }
        guard tree.manifest.lock != located.digest else { return }
        throw BuilderError(
            .staleLock, subject: tree.path.string, message: "was built from another lock than \(located.path) is now",
            advice: "build it anew with `chidori env build \(input.path.lastComponent?.string ?? "")`, then test again")
    }

    /// Runs a recipe's tests in a tree, one after the other, all of them whatever fails.
    public func run(
        _ tests: [Recipe.Test], in tree: RunnableTree, finished: @escaping @Sendable (TestOutcome) -> Void
    ) async throws -> [TestOutcome] {
        var outcomes: [TestOutcome] = []
        for program in tests.flatMap({ $0.programs(in: tree) }) {
            let outcome = try await blocking { try program.run(in: tree) }
            finished(outcome)
            outcomes.append(outcome)
        }
        return outcomes
    }
}

/// One program that a test is.
private struct TestProgram: Sendable {
    let name: String
    let program: String
    let arguments: [String]
    let timeout: Int

    func run(in tree: RunnableTree) throws -> TestOutcome {
        let watch = Stopwatch()
        let changes = tree.changes.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { own, _ in own }
        do {
            let outcome = try Program(program, arguments, environment: .inherited(changes)).run(
                timeout: .seconds(timeout))
            let text = outcome.outputText + outcome.errorText
            return TestOutcome(name: name, passed: outcome.succeeded, output: text, seconds: watch.seconds)
        } catch let error as SubprocessError {
            return TestOutcome(name: name, passed: false, output: error.description, seconds: watch.seconds)
        }
    }
}

extension Recipe.Test {
    fileprivate func programs(in tree: RunnableTree) -> [TestProgram] {
        let bin = tree.path.appending("bin")
        let python = bin.appending("python").string
        switch action {
        case .imports(let modules):
            return modules.map { module in
                TestProgram(
                    name: name ?? "import \(module)", program: python, arguments: ["-c", "import \(module)"],
                    timeout: timeout)
            }
        case .python(let code):
            return [TestProgram(name: name ?? "python", program: python, arguments: ["-c", code], timeout: timeout)]
        case .command(let words):
            guard let first = words.first else { return [] }
            return [
                TestProgram(
                    name: name ?? words.joined(separator: " "), program: first, arguments: Array(words.dropFirst()),
                    timeout: timeout)
            ]
        case .shell(let line):
            return [TestProgram(name: name ?? line, program: "/bin/sh", arguments: ["-c", line], timeout: timeout)]
        }
    }
}
