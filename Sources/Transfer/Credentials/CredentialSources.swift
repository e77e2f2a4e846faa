internal import Synchronization
public import SystemPackage

/// Who we are to which server. The first that knows wins: the URL's own user part, what was given for a place, the
/// keyring file, netrc.
///
/// Files are read when the first request needs them, and once.
public final class CredentialSources: Sendable {
    /// What to say below a place, such as an index's root: a user and a password, headers that are as secret, or both.
    public struct Grant: Sendable {
        public let place: ResourceURL
        public let credentials: Credentials?
        public let headers: [(name: String, value: String)]
        public let reach: Reach

        public init(
            _ credentials: Credentials?, headers: [(name: String, value: String)] = [], for place: ResourceURL,
            reach: Reach = .origin
        ) {
            self.place = place
            self.credentials = credentials
            self.headers = headers
            self.reach = reach
        }
    }

    /// How far a grant goes.
    public enum Reach: Sendable {
        /// To the place's origin, where no other grant is closer: the files of an index often lie beside its root.
        case origin
        /// To what lies below the place, and no further: others may have other parts of the host.
        case place
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
    private let onlyWhereNamed: Bool

    /// - Parameters:
    ///   - grants: what is known without a file.
    ///   - keyring: a file of sections by URL, see ``Keyring``; a file that is not there is as good as an empty one.
    ///   - netrc: a netrc file, likewise.
    ///   - onlyWhereNamed: whether the files serve no origins but those that the user named (``allowNetrc(for:)``).
    public init(
        grants: [Grant] = [], keyring: FilePath? = nil, netrc: FilePath? = nil, onlyWhereNamed: Bool = false
    ) {
        state = Mutex(State(grants: grants))
        keyringPath = keyring
        netrcPath = netrc
        self.onlyWhereNamed = onlyWhereNamed
    }

    /// No credentials but those in URLs.
    public static var none: CredentialSources { CredentialSources() }

    /// The files that this user has: `CHIDORI_KEYRING` or `~/.config/chidori/keyring`, and `NETRC` or `~/.netrc`.
    public static func ofUser(environment: [String: String], onlyWhereNamed: Bool = false) -> CredentialSources {
        func given(_ name: String) -> FilePath? {
            environment[name].flatMap { $0.isEmpty ? nil : FilePath($0) }
        }
        let home = given("HOME")
        let configuration = given("XDG_CONFIG_HOME") ?? home?.appending(".config")
        return CredentialSources(
            keyring: given("CHIDORI_KEYRING") ?? configuration?.appending("chidori/keyring"),
            netrc: given("NETRC") ?? home?.appending(".netrc"), onlyWhereNamed: onlyWhereNamed)
    }

    /// Adds what is known of a place, such as an index whose password came from the environment.
    public func add(_ grant: Grant) {
        state.withLock { $0.grants.append(grant) }
    }

    /// Lets netrc's entries go to an origin though it is not reached over TLS: one that the user named. Where the files
    /// serve those alone, the keyring's too.
    public func allowNetrc(for origin: Origin) {
        state.withLock { _ = $0.netrcOrigins.insert(origin) }
    }

    /// The headers that tell who we are for the last of the URLs that redirects led to.
    ///
    /// Each URL gets what belongs to it. Where that is nothing, it gets what the first one got as long as no redirect has
    /// left that one's origin: who was asked elsewhere could choose where the secrets go.
    ///
    /// - Parameter hops: what was asked first, and where each redirect led.
    /// - Throws: `.invalidCredentialsFile`, `.file`.
    func headers(forLastOf hops: [ResourceURL]) throws(TransferError) -> [String] {
        guard let first = hops.first, let last = hops.last else { return [] }
        let own = try headers(for: last)
        guard own.isEmpty, hops.count > 1, hops.allSatisfy({ $0.origin == first.origin }) else { return own }
        return try headers(for: first)
    }

    private func headers(for url: ResourceURL) throws(TransferError) -> [String] {
        var said = state.withLock { Self.headers($0.grants, for: url) }
        // A header that was written out says it better.
        if !said.contains(where: { $0.name.lowercased() == "authorization" }),
            let credentials = try credentials(for: url)
        {
            said.append(("Authorization", credentials.authorization))
        }
        return said.map { "\($0.name): \($0.value)" }
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
            guard !onlyWhereNamed || state.netrcOrigins.contains(url.origin) else { return .success(nil) }
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
        for grant in grants {
            guard let credentials = grant.credentials, let length = grant.length(for: url) else { continue }
            if best.map({ $0.length < length }) ?? true { best = (length, credentials) }
        }
        return best?.credentials
    }

    /// The headers of all grants for the longest place, each name once.
    private static func headers(_ grants: [Grant], for url: ResourceURL) -> [(name: String, value: String)] {
        let near = grants.compactMap { grant in
            grant.headers.isEmpty ? nil : grant.length(for: url).map { ($0, grant.headers) }
        }
        guard let longest = near.map(\.0).max() else { return [] }
        var seen: Set<String> = []
        return near.filter { $0.0 == longest }.flatMap(\.1).filter { seen.insert($0.name.lowercased()).inserted }
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

extension CredentialSources.Grant {
    /// How long the place is that the URL lies below; 0 for one elsewhere at the origin that gets the grant too, `nil` for
    /// one that does not.
    fileprivate func length(for url: ResourceURL) -> Int? {
        guard place.origin == url.origin else { return nil }
        let folder = place.asFolder.path
        let isBelow = url.path.hasPrefix(folder) && !url.climbs || url.path + "/" == folder
        return isBelow ? folder.utf8.count : reach == .origin ? 0 : nil
    }
}

extension ResourceURL {
    /// Whether a server may take a part of the path for `..`, which leads out of the folder that it seems to lie in.
    fileprivate var climbs: Bool {
        path.split(separator: "/").contains { part in
            let plain = part.lowercased().replacing("%2e", with: ".")
            return plain == ".." || plain.hasPrefix("..%2f") || plain.contains("%2f..") || plain.contains("..%5c")
        }
    }
}
