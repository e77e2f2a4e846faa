/// A request: for a resource as it is at its origin, or to change something there.
public struct Request: Sendable {
    public enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"

        /// Whether it changes nothing, so that redirects may be followed.
        var isSafe: Bool { self == .get || self == .head }
    }

    /// What is sent along.
    public struct Body: Sendable {
        public var bytes: [UInt8]
        /// `application/json`.
        public var type: String

        public init(_ bytes: [UInt8], type: String) {
            self.bytes = bytes
            self.type = type
        }
    }

    public var url: ResourceURL
    public var method: Method
    /// Sent as they are, also to where redirects lead: what is secret, such as `Authorization`, is not for here but for
    /// ``CredentialSources``.
    public var headers: [(name: String, value: String)]
    public var range: ByteRange?
    /// Whether the body may come compressed; it arrives unpacked. Ranges are of the bytes as they are, never compressed.
    public var acceptsCompression: Bool
    /// A longer body of the answer (unpacked) is refused, in bytes.
    public var bodyLimit: Int
    public var body: Body?
    /// Whether what may pass is tried again, which is for requests alone that may come twice. Otherwise whatever is answered
    /// is the answer, also a status that may pass.
    public var triesAgain: Bool

    public init(
        _ url: ResourceURL, method: Method = .get, headers: [(name: String, value: String)] = [],
        range: ByteRange? = nil, acceptsCompression: Bool = true, bodyLimit: Int = 64 << 20, body: Body? = nil,
        triesAgain: Bool? = nil
    ) {
        self.url = url
        self.method = method
        self.headers = headers
        self.range = range
        self.acceptsCompression = acceptsCompression
        self.bodyLimit = bodyLimit
        self.body = body
        self.triesAgain = triesAgain ?? method.isSafe
    }
}
