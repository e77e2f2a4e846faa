internal import Synchronization
public import SystemPackage

/// Who we are to which server. The first that knows wins: the URL's own user part, what was given for a place, the
/// keyring file, netrc.
///
/// Files are read when the first request needs them, and once.
public final class CredentialSources: Sendable {
    /// The user and password to use below a place, such as an index's root.
    public struct Grant: Sendable {
        public let place: ResourceURL
        public let credentials: Credentials

        public init(_ credentials: Credentials, for place: ResourceURL) {
            self.place = place
            self.credentials = credentials
        }
    }

    private struct State {
        var grants: [Grant]
        var keyring: Result<Keyring, TransferError>?
        var netrc: Result<Netrc, TransferError>?
        var netrcOrigins: Set<Origin> = []
    }

    private let state: Mutex<State>
    private let keyringPath: FilePath?
    private let netrcPath: FilePath?

    /// - Parameters:
    ///   - grants: what is known without a file.
    ///   - keyring: a file of sections by URL, see ``Keyring``; a file that is not there is as good as an empty one.
    ///   - netrc: a netrc file, likewise.
    public init(grants: [Grant] = [], keyring: FilePath? = nil, netrc: FilePath? = nil) {
        state = Mutex(State(grants: grants))
        keyringPath = keyring
        netrcPath = netrc
    }

    /// No credentials but those in URLs.
    public static var none: CredentialSources { CredentialSources() }

    /// The files that this user has: `CHIDORI_KEYRING` or `~/.config/chidori/keyring`, and `NETRC` or `~/.netrc`.
    public static func ofUser(environment: [String: String]) -> CredentialSources {
        func given(_ name: String) -> FilePath? {
            environment[name].flatMap { $0.isEmpty ? nil : FilePath($0) }
        }
        let home = given("HOME")
        let configuration = given("XDG_CONFIG_HOME") ?? home?.appending(".config")
        return CredentialSources(
            keyring: given("CHIDORI_KEYRING") ?? configuration?.appending("chidori/keyring"),
            netrc: given("NETRC") ?? home?.appending(".netrc"))
    }

    /// Adds what is known of a place, such as an index whose password came from the environment.
    public func add(_ grant: Grant) {
        state.withLock { $0.grants.append(grant) }
    }

    /// Lets netrc's entries go to an origin though it is not reached over TLS: one that the user named.
    public func allowNetrc(for origin: Origin) {
        state.withLock { _ = $0.netrcOrigins.insert(origin) }
    }

    /// The credentials for a request, if there are any.
    ///
    /// netrc names hosts alone, without scheme and port: over anything but TLS its passwords go only where the user
    /// named the very origin, and not where a page or a lock leads.
    ///
    /// - Throws: `.invalidCredentialsFile`, `.file`.
    func credentials(for url: ResourceURL) throws(TransferError) -> Credentials? {
        if let own = url.credentials { return own }
        guard url.scheme != .file else { return nil }
        let result = state.withLock { state -> Result<Credentials?, TransferError> in
            if let granted = Self.longest(state.grants, for: url) { return .success(granted) }
            if state.keyring == nil { state.keyring = read(keyringPath, Keyring.init) ?? .success(Keyring()) }
            if state.netrc == nil { state.netrc = read(netrcPath, Netrc.init) ?? .success(Netrc()) }
            return Result { () throws(TransferError) -> Credentials? in
                if let known = try state.keyring?.get(), let found = Self.longest(known.grants, for: url) {
                    return found
                }
                guard url.scheme == .https || state.netrcOrigins.contains(url.origin) else { return nil }
                return try state.netrc?.get().credentials(for: url.host)
            }
        }
        return try result.get()
    }

    /// The credentials of the longest place that the URL lies below.
    private static func longest(_ grants: [Grant], for url: ResourceURL) -> Credentials? {
        var best: (length: Int, credentials: Credentials)?
        for grant in grants where grant.place.origin == url.origin {
            let folder = grant.place.asFolder.path
            // Files often lie beside the index's root: the same origin will do where no place is closer.
            let length = url.path.hasPrefix(folder) || url.path + "/" == folder ? folder.utf8.count : 0
            if best.map({ $0.length < length }) ?? true { best = (length, grant.credentials) }
        }
        return best?.credentials
    }

    private func read<Contents>(
        _ path: FilePath?, _ parse: (String, FilePath) throws(TransferError) -> Contents
    ) -> Result<Contents, TransferError>? {
        guard let path else { return nil }
        do throws(TransferError) {
            guard let bytes = try LocalFile.contents(of: path, limit: 1 << 20) else { return nil }
            return .success(try parse(String(decoding: bytes, as: UTF8.self), path))
        } catch {
            return .failure(error)
        }
    }
}
