public import SystemPackage

/// How a ``Transfer`` behaves.
public struct TransferOptions: Sendable {
    public var userAgent = "chidori"
    /// For name, connection and TLS together.
    public var connectTimeout: Duration = .seconds(10)
    /// An answer that brings fewer than `stallBytes` in so long is broken off. What is kept in a file has no limit on
    /// the whole.
    public var stallTimeout: Duration = .seconds(30)
    public var stallBytes = 64
    /// How long an answer that is kept in memory, such as an index page or a manifest, may take from its first byte to its
    /// last, however steadily it comes. It is not asked for again then.
    public var answerTimeout: Duration = .seconds(300)
    /// Whether servers at link-local addresses (RFC 3927, RFC 4291 §2.5.6) are asked nothing: there machines keep what only
    /// those who are on them are to know, such as a cloud's credentials. Where a proxy is in between, it is the one who
    /// looks up names, and this knows the proxy's address alone.
    public var refusesLinkLocal = false
    public var retry = RetryPolicy()
    public var mostRedirects = 10
    /// Requests at once to a server of HTTP/1, each on its connection.
    public var connectionsPerHost = 12
    /// Requests at once to a server of HTTP/2, all on one connection.
    public var multiplexedRequestsPerHost = 80
    /// A file of the certificates to trust, in PEM; libcurl's own choice if `nil`.
    public var certificateFile: FilePath?
    /// A folder of them, by hash.
    public var certificateFolder: FilePath?
    public var proxy: Proxy = .environment
    public var credentials: CredentialSources = .none

    /// Through whom requests go.
    public enum Proxy: Sendable {
        /// As libcurl reads `http_proxy`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`.
        case environment
        case none
        case url(String)
    }

    public init() {}

    /// What this user's environment says: `SSL_CERT_FILE`, `SSL_CERT_DIR`, `CURL_CA_BUNDLE`, `REQUESTS_CA_BUNDLE` and
    /// `PIP_CERT` for trust; netrc and the keyring file for credentials; the proxies as libcurl reads them.
    public static func ofUser(environment: [String: String]) -> TransferOptions {
        var options = TransferOptions()
        func given(_ names: String...) -> FilePath? {
            names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }.map { FilePath($0) }
        }
        options.certificateFile = given("SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "PIP_CERT")
        options.certificateFolder = given("SSL_CERT_DIR")
        options.credentials = .ofUser(environment: environment)
        return options
    }
}
