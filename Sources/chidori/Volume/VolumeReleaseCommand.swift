internal import ArgumentParser
internal import EnvironmentBuilder
internal import JSONDocument
internal import SystemPackage

/// `chidori volume release`: takes away what keeps an environment on a shared volume.
struct VolumeReleaseCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Take away the name or the lease that keeps an environment on a volume.",
        usage: "chidori volume release [<options>] --volume <dir> <environment>",
        discussion: """
            Nothing is deleted: a later `chidori volume collect` takes the environment away if nothing else keeps it and \
            nobody used it for a while.

            Examples:
              chidori volume release features --volume /mnt/envs
              chidori volume release features --volume /mnt/envs --lease job-17
            """)

    @Argument(help: "The environment: a name, or at least eight digits of its id.")
    var environment: String

    @Option(
        name: .long, help: ArgumentHelp("Where the volume is mounted.", valueName: "dir"), completion: .directory)
    var volume: String

    @Option(
        name: .long, help: ArgumentHelp("The holder whose lease ends. Default: the name goes.", valueName: "holder"))
    var lease: String?

    @OptionGroup var shared: LocalOptions

    func answer(_ session: Session) async throws -> Answer {
        let paths = try await session.builder.release(environment, holder: lease, from: absolute(volume))
        return Answer(
            ["released": JSON(paths.map(\.string))],
            remarks: paths.map { "\($0) is not kept by \(lease ?? "its name") any more" })
    }
}
