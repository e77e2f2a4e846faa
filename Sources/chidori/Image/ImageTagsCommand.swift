internal import ArgumentParser
internal import EnvironmentBuilder
internal import ImageSpec
internal import JSONDocument

/// `chidori image tags`: what a repository has.
struct ImageTagsCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "tags",
        abstract: "List the tags of a repository.",
        usage: "chidori image tags [<options>] <repository>",
        discussion: """
            Example:
              chidori image tags docker://registry.example/team/features
            """)

    @Argument(help: "The repository: docker://HOST[:PORT]/NAME.")
    var repository: String

    @OptionGroup var shared: ImageOptions

    func answer(_ session: Session) async throws -> Answer {
        let reference = try RegistryReference(repository)
        let tags = try await session.builder.imageTags(reference)
        return Answer(
            ["repository": .string(reference.place), "tags": JSON(tags)], text: tags.joined(separator: "\n"))
    }
}
