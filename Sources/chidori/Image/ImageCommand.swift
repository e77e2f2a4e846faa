internal import ArgumentParser

/// `chidori image`: images, wherever they are.
struct ImageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "image",
        abstract: "Release images, copy them to and from registries, look at them, and sign them.",
        subcommands: [
            ImageCopyCommand.self, ImageInspectCommand.self, ImageTagsCommand.self, ImageReleaseCommand.self,
            ImageSignCommand.self, ImageKeyCommand.self,
        ])
}
