internal import Documents
internal import HTTPTypes
internal import JSONDocument
internal import JobAPI
internal import JobModel
internal import JobStore

/// Tokens and the audit.
enum AccessRoutes {
    static func all(_ parts: ServerParts) -> [Route] {
        [whoami(parts), tokens(parts), create(parts), revoke(parts), audit(parts)]
    }

    private static func whoami(_ parts: ServerParts) -> Route {
        Route(
            "GET", APIPath.base + "/whoami", "token.whoami", tag: "access", "As whom the bearer of the token acts.",
            answers: [.json(200, NamedSchema("Caller", CallerReport.shape), "Whom, and what he may do.")]
        ) { exchange in
            .document(CallerReport(exchange.caller), CallerReport.shape)
        }
    }

    private static func tokens(_ parts: ServerParts) -> Route {
        Route(
            "GET", APIPath.base + "/tokens", "token.list", tag: "access", "List the tokens.", access: .administrator,
            answers: [.json(200, .tokens, "All of them, valid or not. The tokens themselves are kept nowhere.")]
        ) { _ in
            // What is written down once a minute is wanted now. A store that cannot be written to can still be read.
            try? await parts.tokens.noteUses()
            return .document(ItemList(try await parts.store.tokens().map(TokenReport.init)), TokenReport.listShape)
        }
    }

    private static func create(_ parts: ServerParts) -> Route {
        Route(
            "POST", APIPath.base + "/tokens", "token.create", tag: "access", "Make a token.", access: .administrator,
            body: .tokenOrder, answers: [.json(201, .token, "The token, for this one time.")]
        ) { exchange in
            try await issue(exchange, parts)
        }
    }

    private static func issue(_ exchange: Exchange, _ parts: ServerParts) async throws -> Reply {
        let issued = IssuedToken(try exchange.document(TokenOrder.shape), at: parts.clock())
        let entry = parts.audit.entry(
            exchange, "token.create", "token \(issued.token.id)", message: issued.summary)
        try await parts.store.add(issued.token, digest: issued.secret.digest, audit: entry)
        return issued.reply
    }

    private static func revoke(_ parts: ServerParts) -> Route {
        Route(
            "DELETE", APIPath.base + "/tokens/{id}", "token.revoke", tag: "access", "Make a token invalid for good.",
            access: .administrator, answers: [.nothing(204, "It is valid no more.")]
        ) { exchange in
            let id = exchange.parameter("id")
            try await parts.store.revokeToken(
                id, at: parts.clock(), audit: parts.audit.entry(exchange, "token.revoke", "token \(id)"))
            parts.tokens.forget()
            return Reply(204)
        }
    }

    private static func audit(_ parts: ServerParts) -> Route {
        Route(
            "GET", APIPath.base + "/audit", "audit.list", tag: "access", "Who did what, the newest first.",
            access: .administrator, query: AuditQuery.shape.schema,
            answers: [.json(200, .audit, "A part of the audit. `before` the last number goes on.")]
        ) { exchange in
            let query = try exchange.query(AuditQuery.shape)
            var filter = AuditFilter(tenants: query.tenant.map { [$0] })
            filter.actor = query.actor
            filter.subject = query.subject
            filter.since = query.since
            filter.until = query.until
            let entries = try await parts.store.audit(filter, before: query.before, limit: query.limit)
            return .document(ItemList(entries.map(AuditReport.init)), AuditReport.listShape)
        }
    }
}

/// A token that somebody asked for, and what is told of it this one time.
private struct IssuedToken {
    let token: AccessToken
    let secret: Secret

    init(_ order: TokenOrder, at now: Moment) {
        var generator = SystemRandomNumberGenerator()
        token = AccessToken(
            id: JobID(at: now, using: &generator).description, name: order.name, user: order.user,
            tenant: order.tenant, roles: order.roles, createdAt: now,
            expiresAt: order.lifetime.map { now.advanced(by: $0) })
        secret = Secret(using: &generator)
    }

    /// For the audit: whose it is and what it may do.
    var summary: String {
        let roles = token.roles.map { "\($0.role.rawValue)\($0.queue.map { " in \($0)" } ?? "")" }
        return "for \(token.user) of \(token.tenant): \(roles.joined(separator: ", "))"
    }

    var reply: Reply {
        var report = TokenReport(token)
        report.token = secret.text
        return .document(report, TokenReport.shape, status: 201).with(.location, APIPath.base + "/tokens/\(token.id)")
    }
}

/// Which entries of the audit are listed.
struct AuditQuery: Hashable, Sendable {
    var tenant: String?
    var actor: Actor?
    var subject: String?
    var since: Moment?
    var until: Moment?
    var before: Int64?
    var limit = 100

    static let shape = Shape(
        "Which entries are listed.", initial: AuditQuery(),
        fields: [
            Field("tenant", \.tenant, .text(1...255), "Whom they concern."),
            Field("actor", \.actor, .actor, examples: ["user:ann"], "Who it was."),
            Field("subject", \.subject, .text(1...512), examples: ["queue science"], "To what it was done."),
            Field("since", \.since, .moment, "Then or later."),
            Field("until", \.until, .moment, "Earlier."),
            Field("before", \.before, .integer(1...Int64.max), "Only entries before this number."),
            Field("limit", \.limit, .integer(1...1000), "How many at most."),
        ])
}

/// As whom somebody acts.
struct CallerReport: Hashable, Sendable {
    var user = ""
    var tenant = ""
    var roles: [RoleGrant] = []

    init() {}

    init(_ caller: Caller) {
        user = caller.user
        tenant = caller.tenant
        roles = caller.roles
    }

    static let shape = Shape(
        "As whom somebody acts.", initial: CallerReport(),
        fields: [
            Field("user", \.user, .anyText, required: true, "The user."),
            Field("tenant", \.tenant, .anyText, required: true, "Whose jobs he sees."),
            Field("roles", \.roles, .list(of: RoleGrant.shape.codec), required: true, "What he may do, and where."),
        ])
}

extension TokenReport {
    fileprivate init(_ token: AccessToken) {
        self.init()
        id = token.id
        name = token.name
        user = token.user
        tenant = token.tenant
        roles = token.roles
        createdAt = token.createdAt
        expiresAt = token.expiresAt
        revokedAt = token.revokedAt
        usedAt = token.usedAt
    }
}
