public import Documents
public import JobModel

/// What `POST /api/v1/tokens` takes.
public struct TokenOrder: Hashable, Sendable {
    /// For people.
    public var name = ""
    /// As whom its bearer acts.
    public var user = ""
    public var tenant = TokenOrder.standardTenant
    public var roles: [RoleGrant] = []
    /// Milliseconds from now; without end if `nil`.
    public var lifetime: Int64?

    public static let standardTenant = "default"

    public init() {}

    public static let shape = Shape(
        "A token to make.", initial: TokenOrder(),
        fields: [
            Field("name", \.name, .text(1...255), required: true, examples: ["nightly jobs"], "For people."),
            Field("user", \.user, .text(1...255), required: true, examples: ["ann"], "As whom its bearer acts."),
            Field("tenant", \.tenant, .tenant, isAlwaysWritten: true, "Whose jobs its bearer sees."),
            Field(
                "roles", \.roles, .list(of: RoleGrant.shape.codec), required: true, "What its bearer may do, and where."
            ),
            Field(
                "lifetime", \.lifetime, .duration(1000...315_576_000_000), synonyms: ["ttl", "expiresIn"],
                examples: ["90d"], "How long it is valid."),
        ]
    ) { order, entries, mark, reading in
        guard order.roles.isEmpty, let entry = entries.first(where: { $0.key == "roles" }), !entry.value.isNull,
            case .sequence([]) = entry.value.content
        else { return }
        reading.under("roles") {
            $0.report(.badValue, at: entry.keyMark, "are none", advice: "give one: `- role: submitter`")
        }
    }
}

extension Codec where Value == String {
    /// Who asks is told as `TENANT/USER`, and `server/…` is what the server does by itself.
    fileprivate static var tenant: Codec {
        parsed("a tenant's name") { text in
            guard (1...255).contains(text.utf8.count) else { throw BadText(message: "is not 1 to 255 bytes long") }
            guard !text.utf8.contains(UInt8(ascii: "/")) else {
                throw BadText(message: "has a `/`, which stands between tenants and users", advice: "write it without")
            }
            guard text != "server" else {
                throw BadText(message: "is what the server itself is called", advice: "choose another name")
            }
            return text
        } print: {
            $0
        }
    }
}

/// What is known of a token. The token itself is told once, when it is made.
public struct TokenReport: Hashable, Sendable {
    public var id = ""
    public var name = ""
    public var user = ""
    public var tenant = ""
    public var roles: [RoleGrant] = []
    public var createdAt = Moment(milliseconds: 0)
    public var expiresAt: Moment?
    public var revokedAt: Moment?
    public var usedAt: Moment?
    /// In the answer to whoever made it, and nowhere else.
    public var token: String?

    public init() {}

    public static let shape = Shape(
        "What is known of a token.", initial: TokenReport(),
        fields: [
            Field("id", \.id, .anyText, required: true, "For revoking it; says nothing about the token."),
            Field("name", \.name, .anyText, required: true, "For people."),
            Field("user", \.user, .anyText, required: true, "As whom its bearer acts."),
            Field("tenant", \.tenant, .anyText, required: true, "Whose jobs its bearer sees."),
            Field(
                "roles", \.roles, .list(of: RoleGrant.shape.codec), required: true, "What its bearer may do, and where."
            ),
            Field("createdAt", \.createdAt, .moment, required: true, "When it was made."),
            Field("expiresAt", \.expiresAt, .moment, "When it ends."),
            Field("revokedAt", \.revokedAt, .moment, "When somebody ended it."),
            Field("usedAt", \.usedAt, .moment, "When it was last used."),
            Field("token", \.token, .anyText, "The token itself: only in the answer to whoever made it."),
        ])

    public static let listShape = ItemList.shape("All tokens, valid or not.", shape, named: "tokens")
}

extension RoleGrant {
    public static let shape = Shape(
        "A role in a queue and all that lie below it.", initial: RoleGrant(.viewer),
        fields: [
            Field("role", \.role, .word, required: true, examples: ["submitter"], "What may be done."),
            Field("queue", \.queue, .text(1...128), examples: ["science"], "Where; everywhere without an answer."),
        ])
}

/// One entry of the audit.
public struct AuditReport: Hashable, Sendable {
    public var number: Int64 = 0
    public var at = Moment(milliseconds: 0)
    public var actor = ""
    public var tenant = ""
    public var action = ""
    public var subject = ""
    public var outcome = ""
    public var message = ""
    public var request: String?

    public init() {}

    public static let shape = Shape(
        "Who did what, and what came of it.", initial: AuditReport(),
        fields: [
            Field("number", \.number, .integer(0...Int64.max), required: true, "Counts entries from 1."),
            Field("at", \.at, .moment, required: true, "When."),
            Field("actor", \.actor, .anyText, required: true, "Who."),
            Field("tenant", \.tenant, .anyText, required: true, "Whom it concerns; empty for all."),
            Field("action", \.action, .anyText, required: true, "What was done or asked for."),
            Field("subject", \.subject, .anyText, required: true, "To what."),
            Field("outcome", \.outcome, .anyText, required: true, "`allowed`, `denied` or `failed`."),
            Field("message", \.message, .anyText, required: true, "For people."),
            Field("request", \.request, .anyText, "The id of the request by which it came."),
        ])

    public static let listShape = ItemList.shape("Entries of the audit, the newest first.", shape, named: "entries")
}
