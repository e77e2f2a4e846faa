internal import ContentStore
internal import Cryptography
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
        guard try !locks(of: tree).contains(located.digest) else { return }
        throw BuilderError(
            .staleLock, subject: tree.path.string, message: "was built from another lock than \(located.path) is now",
            advice: "build it anew with `chidori env build \(input.path)`, then test again")
    }

    /// What a tree was built from. One of the data folder is built once for all recipes that give it.
    private func locks(of tree: RunnableTree) throws -> [SHA256Digest] {
        guard tree.path == volumePath(of: tree.manifest.id),
            let stored = try store.environment(tree.manifest.id.digest)
        else { return [tree.manifest.lock] }
        return [tree.manifest.lock] + (try names(of: stored).map(\.lock))
    }

    /// Runs a recipe's tests in a tree, one after the other, all of them whatever fails.
    public func run(
        _ tests: [Recipe.Test], in tree: RunnableTree, finished: @escaping @Sendable (TestOutcome) -> Void
    ) async throws -> [TestOutcome] {
        let changes = tree.changes.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { own, _ in own }
        return try await blocking {
            try Self.run(tests, of: tree.path, finished: finished) { words in
                Program(words[0], Array(words.dropFirst()), environment: .inherited(changes))
            }
        }
    }

    /// Runs tests, one after the other, all of them whatever fails. Blocks.
    ///
    /// - Parameters:
    ///   - environment: where the environment lies, as its programs see it.
    ///   - program: what runs a command there.
    static func run(
        _ tests: [Recipe.Test], of environment: FilePath, finished: (TestOutcome) -> Void,
        in program: ([String]) -> Program
    ) throws -> [TestOutcome] {
        try tests.flatMap { $0.programs(of: environment) }.map { test in
            let outcome = try test.run(program(test.words))
            finished(outcome)
            return outcome
        }
    }
}

/// One program that a test is.
private struct TestProgram: Sendable {
    let name: String
    /// It and its arguments, at least one.
    let words: [String]
    let timeout: Int

    func run(_ program: Program) throws -> TestOutcome {
        let watch = Stopwatch()
        do {
            let outcome = try program.run(timeout: .seconds(timeout))
            let text = outcome.outputText + outcome.errorText
            return TestOutcome(name: name, passed: outcome.succeeded, output: text, seconds: watch.seconds)
        } catch let error as SubprocessError {
            return TestOutcome(name: name, passed: false, output: error.description, seconds: watch.seconds)
        }
    }
}

extension Recipe.Test {
    fileprivate func programs(of environment: FilePath) -> [TestProgram] {
        let python = environment.appending("bin/python").string
        switch action {
        case .imports(let modules):
            return modules.map { module in
                TestProgram(
                    name: name ?? "import \(module)", words: [python, "-c", "import \(module)"], timeout: timeout)
            }
        case .python(let code):
            return [TestProgram(name: name ?? "python", words: [python, "-c", code], timeout: timeout)]
        case .command(let words):
            guard !words.isEmpty else { return [] }
            return [TestProgram(name: name ?? words.joined(separator: " "), words: words, timeout: timeout)]
        case .shell(let line):
            return [TestProgram(name: name ?? line, words: ["/bin/sh", "-c", line], timeout: timeout)]
        }
    }
}
