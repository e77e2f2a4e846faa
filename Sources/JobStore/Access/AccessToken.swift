internal import JSONDocument
public import JobModel

/// What is known of a token; the token itself is nowhere, only its SHA-256.
public struct AccessToken: Hashable, Sendable {
    /// For lists and for revoking it; says nothing about the token.
    public var id: String
    /// For people.
    public var name: String
    /// As whom its bearer acts.
    public var user: String
    public var tenant: String
    public var roles: [RoleGrant]
    public var createdAt: Moment
    public var expiresAt: Moment?
    public var revokedAt: Moment?
    /// About when it was last used.
    public var usedAt: Moment?

    public init(
        id: String, name: String, user: String, tenant: String, roles: [RoleGrant], createdAt: Moment,
        expiresAt: Moment? = nil
    ) {
        self.id = id
        self.name = name
        self.user = user
        self.tenant = tenant
        self.roles = roles
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }

    /// Whether it is neither revoked nor over.
    public func isValid(at now: Moment) -> Bool {
        revokedAt == nil && expiresAt.map { now < $0 } ?? true
    }
}

/// Roles as a column holds them: `[{"queue":"science","role":"submitter"}]`, without a queue for all queues.
enum RoleColumn {
    static func write(_ roles: [RoleGrant]) -> JSON {
        .array(
            roles.map { grant in
                var fields: [String: JSON] = ["role": .string(grant.role.rawValue)]
                if let queue = grant.queue { fields["queue"] = .string(queue) }
                return .object(fields)
            })
    }

    static func read(_ bytes: [UInt8], of token: String) throws -> [RoleGrant] {
        guard case .array(let values)? = try? JSON(parsing: bytes) else {
            throw JobStoreError(.damaged, "token \(token)", "has roles that cannot be read")
        }
        return try values.map { value in
            guard let fields = value.fields, case .string(let word)? = fields["role"] else {
                throw JobStoreError(.damaged, "token \(token)", "has a role that cannot be read")
            }
            let queue: String? = if case .string(let name)? = fields["queue"] { name } else { nil }
            return RoleGrant(try stored(word, of: "token \(token)"), queue: queue)
        }
    }
}
