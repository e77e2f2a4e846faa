internal import ArgumentParser
internal import EnvironmentBuilder
internal import JSONDocument
internal import PythonPackaging
internal import Recipes

/// `chidori env diff`: what differs between two locks or environments.
struct DiffCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Tell what differs between two locks, two environments, or one of each.",
        discussion: """
            A recipe means its lock. The exit status is 0 whether or not there are differences.

            Examples:
              chidori env diff old.lock.toml features.lock.toml
              chidori env diff features features.lock.toml
            """)

    @Argument(help: "A lock or its recipe, or an environment's name or id.", completion: .file())
    var from: String

    @Argument(help: "Another one.", completion: .file())
    var to: String

    @OptionGroup var shared: SharedOptions

    func answer(_ session: Session) async throws -> Answer {
        let difference = try await session.builder.difference(from: from, to: to, in: currentFolder())
        return Answer(
            ["packages": difference.packagesJSON, "recipe": difference.recipeJSON], text: difference.text,
            remarks: difference.isEmpty ? ["No differences"] : [])
    }
}
