internal import JSONDocument
internal import Transfer

/// Where a registry has its tokens from, as its `Bearer` challenge says (distribution: token authentication, OAuth 2).
struct TokenService: Hashable, Sendable {
    let realm: ResourceURL
    let service: String?

    /// A token, and how long it is good.
    struct Grant {
        let authorization: Authorization
        let duration: Duration
    }

    /// Asks for a token.
    ///
    /// A user and password go along as Basic authentication of a GET, which every service knows; an identity token is
    /// exchanged by a POST (RFC 6749 §6).
    ///
    /// - Throws: ``RegistryError`` (`denied`, `malformedAnswer`), `TransferError`.
    func token(
        for scopes: [RegistryScope], _ credential: RegistryCredential?, host: String, transfer: Transfer
    ) async throws -> Grant {
        let response: Response
        if case .identityToken(let secret) = credential {
            let form =
                [("grant_type", "refresh_token"), ("client_id", "chidori"), ("refresh_token", secret)]
                + (service.map { [("service", $0)] } ?? [])
                + (scopes.isEmpty ? [] : [("scope", scopes.map(\.text).joined(separator: " "))])
            response = try await transfer.send(
                Request(
                    realm, method: .post, acceptsCompression: false, bodyLimit: Self.limit,
                    body: .init(Array(QueryItems.encoded(form).utf8), type: QueryItems.formType), triesAgain: true))
        } else {
            var items = service.map { [(name: "service", value: $0)] } ?? []
            items += scopes.map { ("scope", $0.text) }
            items.append(("client_id", "chidori"))
            var request = Request(realm.adding(query: items), acceptsCompression: false, bodyLimit: Self.limit)
            if case .password(let credentials) = credential {
                request.authorization = .basic(credentials)
            }
            response = try await transfer.send(request)
        }
        return try grant(response, host: host, isKnown: credential != nil)
    }

    private static let limit = 1 << 20

    private func grant(_ response: Response, host: String, isKnown: Bool) throws -> Grant {
        switch response.status {
        case 200...299: break
        case 400, 401, 403:
            throw RegistryError(
                .denied, host,
                isKnown
                    ? "has a token service (\(realm.origin)) that does not take the credentials for it"
                    : "has a token service (\(realm.origin)) that gives nothing to those it does not know",
                advice: RegistryCredential.advice(for: host))
        default: throw TransferError(status: response.status, response.url)
        }
        guard let fields = (try? JSON(parsing: response.body))?.fields else { throw malformed("no JSON object", host) }
        var token: String?
        for key in ["token", "access_token"] {
            if case .string(let text) = fields[key], !text.isEmpty { token = token ?? text }
        }
        guard let token, let authorization = Authorization.bearer(token) else { throw malformed("no token", host) }
        // Where nothing is said it is good for a minute.
        var seconds: Int64 = 60
        if case .integer(let said) = fields["expires_in"], said > 0 { seconds = min(said, 86400) }
        return Grant(authorization: authorization, duration: .seconds(seconds))
    }

    private func malformed(_ what: String, _ host: String) -> RegistryError {
        RegistryError(
            .malformedAnswer, host, "has a token service (\(realm.origin)) that answers with \(what)",
            advice: "report it to who runs the registry")
    }
}
