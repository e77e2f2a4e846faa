internal import ArgumentParser
internal import ContentStore
internal import Cryptography
internal import Diagnostics
internal import EnvironmentBuilder
internal import JSONDocument
internal import Recipes

#if canImport(Glibc)
    internal import Glibc
#endif

/// `chidori env lease`: keeps an environment for a while.
struct LeaseCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "lease", abstract: "Keep an environment for a while, whatever becomes of its name.",
        usage: "chidori env lease [<options>] <environment>",
        discussion: """
            Nothing removes it before that, neither a collection nor `env remove` without --force. Given again, the lease \
            ends so long after now.

            Examples:
              chidori env lease features --for 7d
              chidori env lease 3f2a9c417b58 --for 90d --holder quarterly-report
            """)

    @Argument(help: "The environment: a name, or at least eight digits of an id.")
    var environment: String

    @Option(
        name: .customLong("for"), help: ArgumentHelp("How long: 12h, 7d, 2w, or a number of days.", valueName: "time"))
    var time = TimeOption(days: 7)

    @OptionGroup var holder: HolderOption

    @OptionGroup var shared: LocalOptions

    func answer(_ session: Session) throws -> Answer {
        let name = try holder.name()
        let summary = try session.builder.lease(environment, to: name, for: time.seconds)
        return Answer(
            [
                "id": .string(summary.id.description), "name": .string(summary.manifest.name), "holder": .string(name),
                "seconds": JSON(time.seconds),
            ],
            remarks: [
                "\(summary.manifest.name) \(summary.id.description.prefix(12)) is kept for \(name), for \(span(time.seconds))"
            ])
    }
}

/// `chidori env release`: keeps an environment no longer.
struct ReleaseCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Keep an environment no longer.",
        usage: "chidori env release [<options>] <environment>",
        discussion: """
            Nothing is removed now: that is for the next collection, if nobody else uses the environment.

            Examples:
              chidori env release features
              chidori env release 3f2a9c417b58 --holder quarterly-report
            """)

    @Argument(help: "The environment: a name, or at least eight digits of an id.")
    var environment: String

    @OptionGroup var holder: HolderOption

    @OptionGroup var shared: LocalOptions

    func answer(_ session: Session) throws -> Answer {
        let name = try holder.name()
        let environment = try session.builder.release(environment, from: name)
        let line = "\(environment.name) \(environment.id.hex.prefix(12))"
        return Answer(
            [
                "id": .string(environment.id.hex), "name": .string(environment.name), "holder": .string(name),
                "released": .bool(true),
            ], remarks: ["\(line) is not kept for \(name) any more"])
    }
}

/// For whom an environment is kept.
struct HolderOption: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("For whom: any name. Default: the user's on this machine.", valueName: "name"))
    var holder: String?

    func validate() throws {
        guard let holder else { return }
        guard (1...255).contains(holder.utf8.count), !holder.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
            throw ValidationError("--holder takes a name of 1 to 255 bytes without line breaks")
        }
    }

    /// - Throws: `ValidationError` where the machine does not know who this is.
    func name() throws -> String {
        if let holder { return holder }
        if let entry = getpwuid(getuid()), let name = entry.pointee.pw_name { return String(cString: name) }
        throw ValidationError("user \(getuid()) has no name on this machine: say --holder NAME")
    }
}
