internal import ArgumentParser
internal import Cryptography
internal import Diagnostics
internal import EnvironmentBuilder
internal import ImageSpec
internal import JSONDocument
internal import Registry

/// `chidori image copy`: an image from one place to another.
struct ImageCopyCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copy an image between registries, folders and files.",
        usage: "chidori image copy [<options>] <source> <destination>",
        discussion: """
            Places are written as oci:DIR[:TAG], oci-archive:FILE[:TAG] and docker://HOST[:PORT]/NAME[:TAG][@sha256:…]. \
            The image keeps its digest. To a registry only what it lacks is sent.

            Examples:
              chidori image copy oci:images:features \\
                docker://registry.example/team/features:1
              chidori image copy --all docker://registry.example/python:3.11 \\
                oci:bases:python
            """)

    @Argument(help: "The image.")
    var source: String

    @Argument(help: "Where to; at a registry without a tag it becomes 'latest'.")
    var destination: String

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Of an image for several platforms, the one for this, by default this machine's; one by itself must be for it.",
            valueName: "os/processor"))
    var platform: String?

    @Flag(name: .long, help: "Of an image for several platforms, all of them.")
    var all = false

    @OptionGroup var shared: ImageOptions

    func validate() throws {
        if all, platform != nil { throw ValidationError("--all and --platform say different things") }
    }

    func answer(_ session: Session) async throws -> Answer {
        let (from, to) = (try ImageReference(source), try ImageReference(destination))
        let wanted = try platform.map { try Platform($0) }
        let choice: PlatformChoice = all ? .all : .one(wanted ?? .ofThisMachine)
        let copied = try await session.builder.copyImage(from: from, to: to, choice, wanted: wanted)
        var remarks = [
            "Copied \(from) to \(to) (\(readable(bytes: copied.size)))", "  digest \(copied.digest.prefixed)",
        ]
        if let push = copied.push {
            remarks.append("  \(push.line)")
        }
        if copied.choice > copied.images {
            remarks.append("  it is one of \(copied.choice) images there; --all copies all of them")
        }
        if !copied.isOCI, copied.push == nil {
            remarks.append(
                "  it is in Docker's own form, which skopeo, podman and umoci do not read from folders and files")
        }
        return Answer(
            [
                "source": .string(from.description), "destination": .string(to.description),
                "digest": .string(copied.digest.prefixed), "size": JSON(copied.size), "images": JSON(copied.images),
                "push": copied.push.map(\.json) ?? .null,
                "seconds": JSON(seconds: copied.seconds),
            ], remarks: remarks)
    }
}
