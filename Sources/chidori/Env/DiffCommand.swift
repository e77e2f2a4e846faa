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
        usage: """
            chidori env diff [<options>] <from> <to>
            chidori env diff [<options>] --mediation <recipe>
            """,
        discussion: """
            A recipe means its lock. The exit status is 0 whether or not there are differences.

            --mediation tells what would change in one recipe's jars, and why, if the latest version won wherever several \
            are asked for (as with Ivy, coursier and `spark-submit --packages`) in place of the nearest (as with Maven), or \
            the other way round.

            Examples:
              chidori env diff old.lock.toml features.lock.toml
              chidori env diff features features.lock.toml
              chidori env diff --mediation features.yaml
            """)

    @Argument(help: "A lock or its recipe, or an environment's name or id.", completion: .file())
    var from: String

    @Argument(help: "Another one; none with --mediation.", completion: .file())
    var to: String?

    @Flag(name: .long, help: "Compare the two ways of choosing the versions of a recipe's jars.")
    var mediation = false

    @OptionGroup var shared: SharedOptions

    func validate() throws {
        if mediation, to != nil { throw ValidationError("--mediation takes one recipe or lock, not two") }
    }

    func answer(_ session: Session) async throws -> Answer {
        // Told no earlier, so that an option which is none is told first.
        if to == nil, !mediation {
            throw WrongUse("chidori env diff", "takes two things to compare, or one with --mediation")
        }
        guard let to else {
            let comparison = try await session.builder.mediationComparison(of: session.builder.read(absolute(from)))
            return Answer(
                ["packages": [], "jars": [], "recipe": [], "mediation": comparison.json], text: comparison.text,
                remarks: [comparison.summary])
        }
        let difference = try await session.builder.difference(from: from, to: to, in: currentFolder())
        return Answer(
            [
                "packages": difference.packagesJSON, "jars": difference.jarsJSON, "recipe": difference.recipeJSON,
                "mediation": nil,
            ], text: difference.text, remarks: difference.isEmpty ? ["No differences"] : [])
    }
}
