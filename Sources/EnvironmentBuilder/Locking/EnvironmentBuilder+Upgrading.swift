internal import Diagnostics
internal import Recipes
internal import SystemPackage

/// What upgrading an environment came to.
public struct UpgradedEnvironment: Sendable {
    /// What has changed in the lock.
    public let difference: EnvironmentDifference
    public let result: BuildResult
}

extension EnvironmentBuilder {
    /// Chooses the newest versions for a recipe, makes the environment that they lead to, and runs the recipe's tests in
    /// it. Only then the lock is replaced, and the environment takes the recipe's name: one that cannot be made, or fails
    /// its tests, leaves everything as it was.
    ///
    /// - Parameter input: a recipe.
    /// - Throws: what locking and building throw; ``BuilderError`` (`testsFailed`) with what a test has printed.
    public func upgrade(_ input: EnvironmentInput, _ request: BuildRequest) async throws -> UpgradedEnvironment {
        let recipe = try recipe(of: input)
        let path = input.lockPath
        let previous = try lockIfPresent(at: path)
        let outcome = try await lock(
            recipe, in: recipeFolder(of: input), lockedIn: path.removingLastComponent(), previous: previous,
            upgrade: .all, writtenIn: input.path)
        let located = try LocatedLock(text: outcome.lock.toml, path: path)
        var unnamed = request
        unnamed.isNamed = false
        let trial = try await build(located, unnamed)
        if let folder = trial.folder, !recipe.tests.isEmpty {
            let tree = try runnableTree(folder.path.string, from: folder.path)
            let failed = try await run(recipe.tests, in: tree) { [observer] outcome in
                observer(.detail("\(outcome.name): \(outcome.passed ? "passed" : "failed")"))
            }.first { !$0.passed }
            if let failed {
                throw BuilderError(
                    .testsFailed, subject: recipe.name,
                    message: "does not pass its test `\(failed.name)` with the newest versions:\n"
                        + failed.output.suffix(2000),
                    advice: "constrain what broke it in the recipe; the lock is as it was")
            }
        }
        _ = try write(outcome.lock, to: path)
        let result = try await build(located, request)
        return UpgradedEnvironment(
            difference: EnvironmentDifference(from: previous ?? outcome.lock, to: outcome.lock), result: result)
    }
}
