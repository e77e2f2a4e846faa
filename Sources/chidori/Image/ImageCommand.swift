internal import ArgumentParser

/// `chidori image`: images, wherever they are.
struct ImageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "image", abstract: "Copy images to and from registries, and look at them.",
        subcommands: [ImageCopyCommand.self, ImageInspectCommand.self, ImageTagsCommand.self])
}
