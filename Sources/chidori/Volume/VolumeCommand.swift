internal import ArgumentParser

/// `chidori volume`: volumes that many machines share.
struct VolumeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "volume",
        abstract: "Publish environments on a volume that many machines share, and look after it.",
        discussion: """
            A volume has each package once, and environments as links to them, which drivers mount read-only. Many \
            machines may publish and collect at once; nothing on it is locked.
            """,
        subcommands: [
            VolumePublishCommand.self, VolumeListCommand.self, VolumeVerifyCommand.self, VolumeReleaseCommand.self,
            VolumeCollectCommand.self,
        ])
}
