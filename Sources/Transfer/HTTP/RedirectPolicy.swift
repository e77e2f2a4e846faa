/// Where redirects may lead. libcurl is never told to follow one: every hop is judged here.
struct RedirectPolicy: Sendable {
    var most = 10

    /// Whether the status is a redirect that a GET or HEAD follows.
    static func isRedirect(_ status: Int) -> Bool { [301, 302, 303, 307, 308].contains(status) }

    /// The URL to go on with.
    ///
    /// - Parameters:
    ///   - location: the `Location` header.
    ///   - seen: every URL so far, the one that answered last.
    /// - Throws: `.refusedRedirect` for a hop that leaves TLS or HTTP, carries credentials, comes back, or is one too many.
    func next(_ location: String?, after seen: [ResourceURL]) throws(TransferError) -> ResourceURL {
        guard let current = seen.last else { preconditionFailure("a redirect comes from somewhere") }
        guard let location, !location.isEmpty else {
            throw refused(current, "redirects without saying where to", "report it to who runs the server")
        }
        let resolved: ResourceURL
        do {
            resolved = try current.with(credentials: nil).resolving(location)
        } catch {
            throw refused(
                current, "redirects to something that cannot be fetched (\(error.subject): \(error.message))",
                "check the URL, or report it to who runs the server")
        }
        guard resolved.credentials == nil else {
            throw refused(
                current, "redirects to \(resolved) with a user or password in the URL",
                "give the credentials yourself (netrc, keyring file), and have the server leave them out")
        }
        guard resolved.scheme != .file else {
            throw refused(current, "redirects to a local file", "do not trust this server")
        }
        guard current.scheme != .https || resolved.scheme == .https else {
            throw refused(
                current, "redirects from https to \(resolved.origin), where anyone could change the answer",
                "have the server redirect to https, or use the other address itself if you trust that network")
        }
        guard !seen.contains(resolved) else {
            throw refused(current, "redirects in a loop, back to \(resolved)", "report it to who runs the server")
        }
        guard seen.count <= most else {
            let first = seen.first ?? current
            throw refused(first, "redirects more than \(most) times", "report it to who runs the server")
        }
        // A user part given by us stays with its origin.
        let own = seen.first { $0.origin == resolved.origin && $0.credentials != nil }?.credentials
        return resolved.with(credentials: own)
    }

    private func refused(_ url: ResourceURL, _ message: String, _ advice: String) -> TransferError {
        TransferError(.refusedRedirect, url.description, message, advice: advice)
    }
}
