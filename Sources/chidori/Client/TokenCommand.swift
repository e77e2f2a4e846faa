internal import ArgumentParser
internal import ChidoriClient
internal import Documents
internal import JSONDocument
internal import JobAPI
internal import JobModel

/// `chidori token`: who may do what.
struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Make, list and revoke tokens.",
        subcommands: [TokenCreateCommand.self, TokenListCommand.self, TokenRevokeCommand.self])
}

/// `chidori token create`.
struct TokenCreateCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a token, and print it this one time.",
        usage: "chidori token create [<options>] --user <user> --role <role>[:<queue>] <name>",
        discussion: """
            Roles: viewer sees jobs, submitter submits them and steers its own, operator steers everybody's, admin sets \
            queues up; each holds in a queue and below it, or everywhere.

            Examples:
              chidori token create --user ann --role submitter:science \\
                'nightly jobs' > ann.token
              chidori token create --user ops --role operator --role viewer \\
                --lifetime 90d ops
            """)

    @Argument(help: "What people call it.")
    var name: String

    @Option(name: .long, help: "As whom its bearer acts.")
    var user: String

    @Option(name: .long, help: "Whose jobs its bearer sees. Default: default.")
    var tenant: String?

    @Option(
        name: .long,
        help: ArgumentHelp("viewer, submitter, operator or admin. May be repeated.", valueName: "role[:queue]"),
        completion: .list(Role.allCases.map(\.rawValue)))
    var role: [String]

    @Option(name: .long, help: ArgumentHelp("How long it is valid: 90d.", valueName: "duration"))
    var lifetime: String?

    @OptionGroup(title: "Server options") var shared: ServerOptions

    func answer(_ client: ChidoriClient) async throws -> Answer {
        var document = OptionDocument()
        document.put("name", name, as: "<name>")
        document.put("user", user)
        document.put("roles", .sequence(role.map(Self.grant)), as: "--role")
        document.put("tenant", tenant)
        document.put("lifetime", lifetime)
        let token = try await client.makeToken(try document.value(TokenOrder.shape))
        return Answer(["token": TokenReport.shape.json(token)], text: token.token ?? "")
    }

    private static func grant(_ text: String) -> SourceNode {
        let (role, queue) = text.halves(at: ":")
        return .mapping([.init("role", .text(role))] + (queue.map { [.init("queue", .text($0))] } ?? []))
    }
}

/// `chidori token list`.
struct TokenListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List tokens: whose they are and what they allow.",
        usage: "chidori token list [<options>]",
        discussion: """
            Example:
              chidori token list
            """,
        aliases: ["ls"])

    @OptionGroup(title: "Server options") var shared: ServerOptions

    func answer(_ client: ChidoriClient) async throws -> Answer {
        let tokens = try await client.tokens()
        var table = Table(["ID", "NAME", "USER", "TENANT", "ROLES", "VALID", "USED"])
        let now = Moment.now
        for token in tokens {
            let roles = token.roles.map { $0.role.rawValue + ($0.queue.map { ":\($0)" } ?? "") }
            table.add([
                token.id, token.name, token.user, token.tenant, roles.joined(separator: " "), Self.validity(token, now),
                token.usedAt?.age ?? "-",
            ])
        }
        return Answer(["tokens": .array(tokens.map { TokenReport.shape.json($0) })], text: table.text)
    }

    private static func validity(_ token: TokenReport, _ now: Moment) -> String {
        if token.revokedAt != nil { return "revoked" }
        guard let end = token.expiresAt else { return "for ever" }
        return end <= now ? "over" : "until \(end)"
    }
}

/// `chidori token revoke`.
struct TokenRevokeCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Make a token invalid for good.",
        usage: "chidori token revoke [<options>] <id>",
        discussion: """
            Example:
              chidori token revoke 01m80ys0kzeasnes75wqcd1vj1
            """)

    @Argument(help: "The token's id, as `chidori token list` shows it.")
    var id: String

    @OptionGroup(title: "Server options") var shared: ServerOptions

    func answer(_ client: ChidoriClient) async throws -> Answer {
        try await client.revokeToken(id)
        return Answer(["revoked": .string(id)], remarks: ["Revoked the token \(id)"])
    }
}
