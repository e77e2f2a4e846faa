internal import ImageSpec
internal import Transfer
internal import Workers

/// What the first request to a registry's host has told: where it is, and how it wants to know who asks.
struct RegistryAccess: Sendable {
    /// `https://HOST[:PORT]/v2/`.
    let root: ResourceURL
    var challenges: [AuthenticationChallenge]

    /// The URL of something in a repository: `manifests/latest`. Names and tags need no encoding.
    func url(_ repository: String, _ path: String) throws -> ResourceURL {
        try ResourceURL("\(root.text)\(repository)/\(path)")
    }
}

/// Knows where a registry is, and who we are there. Tokens are kept until they end.
actor Authenticator {
    private struct TokenKey: Hashable {
        let service: TokenService
        let host: String
        let scopes: [RegistryScope]
    }

    private struct Token {
        let authorization: Authorization
        let end: ContinuousClock.Instant
    }

    private let transfer: Transfer
    private let settings: RegistrySettings
    private let clock = ContinuousClock()
    private var accesses: [String: Result<RegistryAccess, any Error>] = [:]
    private var tokens: [TokenKey: Token] = [:]
    private var credentials: [String: RegistryCredential?] = [:]

    init(transfer: Transfer, settings: RegistrySettings) {
        self.transfer = transfer
        self.settings = settings
    }

    // MARK: - Where a registry is

    /// Where an endpoint's host is. A mirror that was not found once is not looked for again.
    ///
    /// - Throws: `TransferError`.
    func access(of endpoint: RegistryEndpoint) async throws -> RegistryAccess {
        if let known = accesses[endpoint.host] { return try known.get() }
        do {
            let access = try await find(endpoint)
            accesses[endpoint.host] = .success(access)
            return access
        } catch {
            if endpoint.isMirror, !(error is CancellationError) { accesses[endpoint.host] = .failure(error) }
            throw error
        }
    }

    private func find(_ endpoint: RegistryEndpoint) async throws -> RegistryAccess {
        switch endpoint.plainHTTP {
        case .always: return try await knock(endpoint, "http")
        case .never: return try await knock(endpoint, "https")
        case .withoutTLS:
            do {
                return try await knock(endpoint, "https")
            } catch let error as TransferError where error.code == .tls || error.code == .unreachable {
                do {
                    return try await knock(endpoint, "http")
                } catch is TransferError {
                    throw error
                }
            }
        }
    }

    /// Asks whether there is a registry (distribution-spec §determining support). An answer that is not "unauthorized"
    /// needs no credentials, or says later what it needs.
    private func knock(_ endpoint: RegistryEndpoint, _ scheme: String) async throws -> RegistryAccess {
        let root = try ResourceURL("\(scheme)://\(endpoint.host)/v2/")
        var request = Request(root, acceptsCompression: false, bodyLimit: 1 << 20, triesAgain: false)
        let response: Response
        do {
            let first = try await transfer.send(request)
            request.triesAgain = true
            response = RetryPolicy.isPassing(status: first.status) ? try await transfer.send(request) : first
        } catch let error as TransferError where error.code == .tls {
            throw TransferError(
                error.code, error.subject, error.message,
                advice: endpoint.plainHTTP == .never
                    ? "name its CA's file in SSL_CERT_FILE; or, if it speaks plain HTTP and you trust the network to it, "
                        + "say so: --plain-http \(endpoint.host)"
                    : error.advice, cause: error)
        } catch let error as TransferError where error.code.isPassing && endpoint.plainHTTP != .withoutTLS {
            request.triesAgain = true
            response = try await transfer.send(request)
        }
        guard response.url.origin == root.origin else {
            throw RegistryError(
                .unsafePlace, endpoint.host, "redirects to \(response.url.origin) instead of being a registry",
                advice: "name the registry that is meant")
        }
        return RegistryAccess(root: root, challenges: Self.challenges(response))
    }

    private static func challenges(_ response: Response) -> [AuthenticationChallenge] {
        guard response.status == 401 else { return [] }
        return AuthenticationChallenge.challenges(in: response.headers.joined("WWW-Authenticate") ?? "")
    }

    // MARK: - Who we are

    /// What to say with a request; `nil` where the host has not asked, or nothing is known to say.
    ///
    /// - Throws: ``RegistryError`` (`denied`, `unsafePlace`, `badConfiguration`, `helperFailed`), `TransferError`.
    func authorization(
        at endpoint: RegistryEndpoint, for scopes: [RegistryScope]
    ) async throws -> Authorization? {
        let access = try await access(of: endpoint)
        return try await authorization(access.challenges, access, endpoint, Array(Set(scopes)).sorted(), refused: nil)
    }

    /// What to say after an answer of 401; `nil` where there is nothing else to say than what was refused.
    func authorization(
        after response: Response, refusing refused: Authorization?, at endpoint: RegistryEndpoint,
        for scopes: [RegistryScope]
    ) async throws -> Authorization? {
        var access = try await access(of: endpoint)
        let challenges = Self.challenges(response)
        guard !challenges.isEmpty else { return nil }
        access.challenges = challenges
        accesses[endpoint.host] = .success(access)
        let asked = challenges.filter { $0.scheme == "bearer" }.flatMap { RegistryScope.list($0.parameters["scope"]) }
        let all = Array(Set(scopes + asked)).sorted()
        let next = try await authorization(challenges, access, endpoint, all, refused: refused)
        return next == refused ? nil : next
    }

    private func authorization(
        _ challenges: [AuthenticationChallenge], _ access: RegistryAccess, _ endpoint: RegistryEndpoint,
        _ scopes: [RegistryScope], refused: Authorization?
    ) async throws -> Authorization? {
        if let bearer = challenges.first(where: { $0.scheme == "bearer" && $0.parameters["realm"] != nil }) {
            let service = try service(bearer, access, endpoint)
            let key = TokenKey(service: service, host: endpoint.host, scopes: scopes)
            if let known = tokens[key], known.end > clock.now, known.authorization != refused {
                return known.authorization
            }
            let credential = try await credential(for: endpoint)
            let begin = clock.now
            let grant = try await service.token(for: scopes, credential, host: endpoint.host, transfer: transfer)
            // A token that ends on its way to the registry is of no use.
            tokens[key] = Token(
                authorization: grant.authorization, end: begin + max(grant.duration - .seconds(5), grant.duration / 2))
            return grant.authorization
        }
        guard challenges.contains(where: { $0.scheme == "basic" }) else {
            guard let other = challenges.first else { return nil }
            throw RegistryError(
                .denied, endpoint.host, "wants to know who asks by '\(other.scheme)', which Chidori does not speak",
                advice: "ask who runs it for tokens or a password")
        }
        guard case .password(let credentials) = try await credential(for: endpoint) else { return nil }
        return .basic(credentials)
    }

    private func service(
        _ challenge: AuthenticationChallenge, _ access: RegistryAccess, _ endpoint: RegistryEndpoint
    ) throws -> TokenService {
        let text = challenge.parameters["realm"] ?? ""
        guard let realm = try? ResourceURL(text), realm.scheme != .file, realm.credentials == nil else {
            throw RegistryError(
                .malformedAnswer, endpoint.host, "names a token service that is no place",
                advice: "report it to who runs the registry")
        }
        // The password goes there.
        let isPlainByWish = access.root.scheme == .http && realm.origin == access.root.origin
        guard realm.scheme == .https || isPlainByWish || settings.plainHosts.contains(realm.authority) else {
            throw RegistryError(
                .unsafePlace, endpoint.host, "has its tokens from \(realm.origin), in plain HTTP",
                advice: "ask who runs it for https, or, if you trust the network to it, name it: "
                    + "--plain-http \(realm.authority)")
        }
        return TokenService(realm: realm, service: challenge.parameters["service"])
    }

    private func credential(for endpoint: RegistryEndpoint) async throws -> RegistryCredential? {
        let place = endpoint.reference.place
        if let known = credentials[place] { return known }
        let sources = settings.credentials
        let found = try await blocking {
            try sources.credential(host: endpoint.host, repository: endpoint.repository)
        }
        credentials[place] = .some(found)
        return found
    }
}

extension ResourceURL {
    /// `HOST[:PORT]`, as references and `--plain-http` write it.
    var authority: String { port.map { "\(host):\($0)" } ?? host }
}
