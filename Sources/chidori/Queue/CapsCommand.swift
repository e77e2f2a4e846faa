internal import ArgumentParser
internal import ChidoriClient
internal import Documents
internal import JSONDocument
internal import JobAPI
internal import JobModel

/// `chidori caps`: how much may run at once.
struct CapsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "caps", abstract: "Look at, and set, how much may run at once.",
        subcommands: [CapsShowCommand.self, CapsSetCommand.self])
}

/// `chidori caps show`.
struct CapsShowCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show how much may run at once, in all queues together, and how much does.",
        usage: "chidori caps show [<options>]",
        discussion: """
            Example:
              chidori caps show
            """)

    @OptionGroup(title: "Server options") var shared: ServerOptions

    func answer(_ client: ChidoriClient) async throws -> Answer {
        let caps = try await client.caps().value
        let use = try await client.cluster().use
        guard let use else { return Answer(["caps": Caps.shape.json(caps)], text: caps.line) }
        return Answer(
            ["caps": Caps.shape.json(caps), "inUse": ClusterReport.Use.shape.json(use)], text: caps.table(beside: use))
    }
}

/// `chidori caps set`.
struct CapsSetCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Set how much may run at once, in all queues together.",
        usage: "chidori caps set [<options>]",
        discussion: """
            What is not named stays as it is. It holds at once; what runs goes on.

            Examples:
              chidori caps set --drivers 8 --cores 32 --memory 128g
              chidori caps set --drivers none
            """)

    @OptionGroup(title: "Caps") var caps: CapsOptions
    @OptionGroup(title: "Server options") var shared: ServerOptions

    func validate() throws {
        if caps.isEmpty { throw ValidationError("name a cap: --drivers, --cores, --memory or --accelerator") }
    }

    func answer(_ client: ChidoriClient) async throws -> Answer {
        let known = try await client.caps()
        var changed = known.value
        try caps.change(&changed)
        let now = try await client.set(changed, ifMatches: known.tag)
        return Answer(["caps": Caps.shape.json(now)], remarks: ["Caps: \(now.line == "-" ? "no limits" : now.line)"])
    }
}
