public import SystemPackage

/// A request: for a resource as it is at its origin, or to change something there.
public struct Request: Sendable {
    public enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"

        /// Whether it changes nothing, so that redirects may be followed.
        var isSafe: Bool { self == .get || self == .head }
    }

    /// What is sent along.
    public struct Body: Sendable {
        public enum Content: Sendable {
            case bytes([UInt8])
            /// A stretch of a file, read while it is sent: it is never in memory as a whole.
            case file(FilePath, Range<UInt64>)
        }

        public var content: Content
        /// `application/json`.
        public var type: String
        /// Called on the engine's thread with the bytes of a file that were handed over so far; it must be quick.
        public var progress: (@Sendable (_ sent: UInt64) -> Void)?

        public init(_ bytes: [UInt8], type: String) {
            content = .bytes(bytes)
            self.type = type
        }

        public init(
            file: FilePath, _ range: Range<UInt64>, type: String,
            progress: (@Sendable (_ sent: UInt64) -> Void)? = nil
        ) {
            content = .file(file, range)
            self.type = type
            self.progress = progress
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
    /// Who we are to the URL's own origin: it goes nowhere else, wherever redirects lead. In place of what
    /// ``CredentialSources`` know.
    public var authorization: Authorization?
    /// How long the server may be silent, in place of ``TransferOptions/stallTimeout``: for what it works at for long.
    public var stallTimeout: Duration?

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
