/// A request for a resource as it is at its origin: GET or HEAD.
public struct Request: Sendable {
    public enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
    }

    public var url: ResourceURL
    public var method: Method
    /// Sent as they are, also to where redirects lead: what is secret, such as `Authorization`, is not for here but for
    /// ``CredentialSources``.
    public var headers: [(name: String, value: String)]
    public var range: ByteRange?
    /// Whether the body may come compressed; it arrives unpacked. Ranges are of the bytes as they are, never compressed.
    public var acceptsCompression: Bool
    /// A longer body (unpacked) is refused, in bytes.
    public var bodyLimit: Int

    public init(
        _ url: ResourceURL, method: Method = .get, headers: [(name: String, value: String)] = [],
        range: ByteRange? = nil, acceptsCompression: Bool = true, bodyLimit: Int = 64 << 20
    ) {
        self.url = url
        self.method = method
        self.headers = headers
        self.range = range
        self.acceptsCompression = acceptsCompression
        self.bodyLimit = bodyLimit
    }
}
