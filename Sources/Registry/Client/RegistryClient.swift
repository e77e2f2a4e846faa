internal import ImageSpec
internal import Transfer

/// A client of registries (OCI distribution-spec v1.1): reads from mirrors and places as configured, writes to the place
/// itself, says who it is to the hosts that ask for it and to no others.
///
/// Every function may be called from many tasks at once, and stops when its task is cancelled. What may pass (a broken
/// connection, 429, 5xx) is tried again, waiting as long as a server asks for within limits.
public final class RegistryClient: Sendable {
    public let settings: RegistrySettings
    let transfer: Transfer
    let authenticator: Authenticator

    public init(_ settings: RegistrySettings) {
        self.settings = settings
        transfer = Transfer(settings.transfer)
        authenticator = Authenticator(transfer: transfer, settings: settings)
    }

    // MARK: - Where

    /// Reads from the first place that answers well: the mirrors, then the registry itself, whose error it is in the end.
    func reading<Result: Sendable>(
        _ reference: RegistryReference, _ body: (RegistryEndpoint) async throws -> Result
    ) async throws -> Result {
        let endpoints = try settings.configuration.endpoints(toRead: reference, plainHosts: settings.plainHosts)
        for mirror in endpoints where mirror.isMirror {
            do {
                return try await body(mirror)
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                // A mirror that lacks it, or does not answer, is passed over.
                continue
            }
        }
        guard let own = endpoints.last else { throw CancellationError() }
        return try await body(own)
    }

    func writing(_ reference: RegistryReference) throws -> RegistryEndpoint {
        try settings.configuration.endpoint(toWrite: reference, plainHosts: settings.plainHosts)
    }

    // MARK: - Requests

    /// Makes a request of an endpoint, saying who we are if it wants to know; once more with what a 401 asks for.
    ///
    /// - Returns: the answer, whatever its status but 401 and 403.
    /// - Throws: ``RegistryError`` (`denied`), `TransferError`, `CancellationError`.
    func send(
        _ request: Request, to endpoint: RegistryEndpoint, for scopes: [RegistryScope]
    ) async throws -> Response {
        let access = try await authenticator.access(of: endpoint)
        var request = request
        // A foreign host that an upload was led to has a secret in its URL, if any, and gets none of ours.
        let isHome = request.url.origin == access.root.origin
        if isHome { request.authorization = try await authenticator.authorization(at: endpoint, for: scopes) }
        var response = try await transfer.send(request)
        if response.status == 401, isHome, response.url.origin == access.root.origin {
            let next = try await authenticator.authorization(
                after: response, refusing: request.authorization, at: endpoint, for: scopes)
            if let next {
                request.authorization = next
                response = try await transfer.send(request)
            }
        }
        guard response.status == 401 || response.status == 403 else { return response }
        throw denied(response, endpoint, isKnown: request.authorization != nil)
    }

    private func denied(_ response: Response, _ endpoint: RegistryEndpoint, isKnown: Bool) -> RegistryError {
        let said = RegistryFault.text(response).map { ": \($0)" } ?? ""
        let place = endpoint.reference.place
        // Registries with tokens say so of what a good token is not for (RFC 6750 §3.1 has 403 for it).
        let challenges = AuthenticationChallenge.challenges(in: response.headers.joined("WWW-Authenticate") ?? "")
        guard !challenges.contains(where: { $0.parameters["error"] == "insufficient_scope" }) else {
            return RegistryError(
                .denied, place, "is not ours to read or to change so\(said)",
                advice: "\(RegistryCredential.advice(for: endpoint.host)); or ask who runs it for the right to it")
        }
        switch (response.status, isKnown) {
        case (401, false):
            return RegistryError(
                .denied, place, "needs a login\(said)",
                advice: RegistryCredential.advice(for: endpoint.host))
        case (401, true):
            return RegistryError(
                .denied, place, "does not take our credentials\(said)",
                advice: RegistryCredential.advice(for: endpoint.host))
        default:
            return RegistryError(
                .denied, place, "is not ours to read or to change so\(said)",
                advice: isKnown
                    ? "ask who runs \(endpoint.host) for the right to it"
                    : RegistryCredential.advice(for: endpoint.host))
        }
    }

    /// The error of an answer that is no success.
    ///
    /// - Parameter isRepository: whether a whole repository was asked for, of which there are then no tags to look through.
    func failure(
        _ response: Response, _ subject: String, _ endpoint: RegistryEndpoint, isRepository: Bool = false
    ) -> any Error {
        let said = RegistryFault.text(response).map { ": \($0)" } ?? ""
        switch response.status {
        case 404:
            return RegistryError(
                .notFound, subject, "is not at \(endpoint.host)\(said)",
                advice: isRepository
                    ? "check the name; a repository is there once an image was pushed to it, and for those who may read it"
                    : "check the name; `chidori image tags docker://\(endpoint.reference.place)` lists what is there")
        case 300...399:
            return RegistryError(
                .refused, subject, "is redirected (\(response.status)), which what changes something does not follow",
                advice: "name the place that \(endpoint.host) redirects to")
        case 400...499 where !RetryPolicy.isPassing(status: response.status):
            return RegistryError(
                .refused, subject, "is refused by \(endpoint.host) (\(response.status))\(said)",
                advice: response.status == 413
                    ? "have whoever runs \(endpoint.host), or a proxy before it, allow larger bodies" : nil)
        default: return TransferError(status: response.status, response.url, note: said)
        }
    }

    /// What a header leads to, for what changes something: judged as redirects are.
    ///
    /// - Throws: ``RegistryError`` (`malformedAnswer`, `unsafePlace`).
    func location(_ response: Response, _ endpoint: RegistryEndpoint) async throws -> ResourceURL {
        guard let text = response.headers["Location"], !text.isEmpty else {
            throw RegistryError(
                .malformedAnswer, endpoint.reference.place, "takes an upload without saying where (no Location)",
                advice: "report it to who runs \(endpoint.host)")
        }
        let base = response.url
        guard let url = try? base.with(credentials: nil).resolving(text), url.scheme != .file, url.credentials == nil
        else {
            throw RegistryError(
                .unsafePlace, endpoint.reference.place, "leads an upload to something that is no place for it",
                advice: "do not trust \(endpoint.host)")
        }
        let isNamed = settings.plainHosts.contains(url.authority)
        // Whoever answered may be somebody else, whom a redirect led to.
        let isHome = url.origin == (try await authenticator.access(of: endpoint)).root.origin
        guard url.scheme == .https || isHome || isNamed else {
            throw RegistryError(
                .unsafePlace, endpoint.reference.place,
                "leads an upload to \(url.origin), in plain HTTP, where anyone could read or change it",
                advice: "have \(endpoint.host) say https in its Location (behind a proxy: X-Forwarded-Proto)")
        }
        return url
    }
}
