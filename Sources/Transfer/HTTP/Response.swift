internal import Synchronization

/// The answer that ended a request: any status but a redirect.
public struct Response: Sendable {
    public let status: Int
    public let headers: HeaderFields
    /// Where the answer came from, after redirects.
    public let url: ResourceURL
    public let body: [UInt8]

    public var isSuccess: Bool { (200...299).contains(status) }

    /// The range of the whole that the body is, and the size of the whole if the server knows it; `nil` for an answer
    /// that is the whole.
    public var part: (bytes: Range<UInt64>, size: UInt64?)? {
        guard status == 206, let range = headers["Content-Range"].flatMap({ ContentRange($0) }), let bytes = range.bytes
        else { return nil }
        return (bytes, range.size)
    }

    /// The answer itself if it is a success.
    ///
    /// - Throws: `TransferError.Code.status`.
    @discardableResult
    public func orThrow() throws(TransferError) -> Response {
        guard isSuccess else { throw TransferError(status: status, url) }
        return self
    }
}

extension TransferError {
    /// An answer that is no success.
    public init(status: Int, _ url: ResourceURL, note: String = "") {
        let advice: String =
            switch status {
            case 401, 407:
                "give credentials for \(url.origin.host): netrc, the keyring file, or the index's variables"
            case 403:
                "ask whether your credentials may read this, or give others: netrc, the keyring file"
            case 404, 410: "check the URL"
            case 429: "wait a while, or lower --jobs"
            case 408, 500...599: "the server has trouble: try again later, or work with --offline from what is stored"
            default: "check the URL, and that no proxy stands in between"
            }
        let meaning = Self.meanings[status].map { " (\($0))" } ?? ""
        self.init(.status(status), url.description, "answers \(status)\(meaning)\(note)", advice: advice)
    }

    private static let meanings = [
        400: "bad request", 401: "credentials are needed", 403: "forbidden", 404: "not found",
        407: "the proxy wants credentials", 408: "request timeout", 410: "gone", 416: "range not satisfiable",
        429: "too many requests", 500: "server error", 502: "bad gateway", 503: "unavailable", 504: "gateway timeout",
    ]
}

/// Keeps a body in memory, up to a limit. A redirect's body is passed over.
final class MemorySink: BodySink {
    private struct State {
        var bytes: [UInt8] = []
        var keeps = false
    }

    private let state = Mutex(State())
    private let limit: Int
    private let url: ResourceURL
    /// Not so where the head alone was asked for, which tells the size of a body that does not come.
    private let hasBody: Bool

    init(limit: Int, url: ResourceURL, hasBody: Bool = true) {
        self.limit = limit
        self.url = url
        self.hasBody = hasBody
    }

    func begin(_ head: ResponseHead) throws {
        let claimed = head.headers["Content-Length"].flatMap { Int($0) } ?? 0
        let isPacked = head.headers["Content-Encoding"] != nil
        try state.withLock { state in
            state.bytes = []
            state.keeps = hasBody && !RedirectPolicy.isRedirect(head.status)
            guard state.keeps else { return }
            guard claimed <= limit else { throw tooLarge() }
            if !isPacked { state.bytes.reserveCapacity(claimed) }
        }
    }

    func receive(_ bytes: UnsafeRawBufferPointer) throws {
        try state.withLock { state in
            guard state.keeps else { return }
            guard bytes.count <= limit - state.bytes.count else { throw tooLarge() }
            state.bytes.append(contentsOf: bytes)
        }
    }

    func take() -> [UInt8] {
        state.withLock { state in
            defer { state.bytes = [] }
            return state.bytes
        }
    }

    private func tooLarge() -> TransferError {
        TransferError(
            .tooLarge, url.description, "answers with more than \(limit) bytes, which is the limit for this",
            advice: "check the URL")
    }
}
