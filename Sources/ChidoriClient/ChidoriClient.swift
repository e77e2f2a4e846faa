internal import Documents
internal import JSONDocument
internal import JobAPI
public import Transfer

/// Talks to a server as scripts and people do, in the server's own shapes.
///
/// What may safely come twice is tried again while the server does not answer: looking, setting, and submissions, which
/// bear an idempotency key.
public final class ChidoriClient: Sendable {
    /// The server: `http://127.0.0.1:7878`.
    public let server: ResourceURL
    /// Whether it is on this machine.
    public let isLocal: Bool
    private let transfer: Transfer
    /// For files, which are gone on with after a break.
    let downloads: Transfer
    /// How long to go on trying while the server does not answer.
    private let patience: Duration

    /// - Parameters:
    ///   - token: who we are; nobody without one.
    ///   - patience: how long to go on trying while the server does not answer.
    ///   - options: for trust and proxies.
    /// - Throws: ``ChidoriClientError`` for a server that a token could not be sent to without others reading it.
    public init(
        _ server: ResourceURL, token: String?, patience: Duration = .seconds(2), options: TransferOptions
    ) throws(ChidoriClientError) {
        isLocal = isLoopback(host: server.host)
        guard server.scheme == .https || (server.scheme == .http && isLocal) else {
            throw ChidoriClientError(
                .unsafeServer, server.description, "would be sent the token where others can read it",
                advice: "name the server with https://")
        }
        var options = options
        // Waiting is the server's: it says nothing for up to 25 seconds.
        options.stallTimeout = .seconds(60)
        options.retry = .never
        options.credentials = CredentialSources(
            grants: token.map { [.init(nil, headers: [("Authorization", "Bearer \($0)")], for: server)] } ?? [])
        if isLocal { options.proxy = .none }
        self.server = server
        self.patience = patience
        transfer = Transfer(options)
        options.retry = RetryPolicy()
        downloads = Transfer(options)
    }

    /// - Parameter path: from `/api/v1/…` on, encoded, with its query.
    func url(_ path: String) throws -> ResourceURL {
        try ResourceURL((server.text.hasSuffix("/") ? String(server.text.dropLast()) : server.text) + path)
    }

    /// What came back.
    struct Answer {
        let status: Int
        let headers: HeaderFields
        let body: [UInt8]
    }

    /// A request and its answer, or the problem that the server told of.
    ///
    /// - Parameters:
    ///   - path: from `/api/v1/…` on, encoded.
    ///   - mayRepeat: whether the same may come twice.
    func send(
        _ method: Request.Method, _ path: String, query: [(String, String)] = [], headers: [(String, String)] = [],
        body: JSON? = nil, mayRepeat: Bool? = nil
    ) async throws -> Answer {
        let question = query.map { "\(Self.encoded($0.0))=\(Self.encoded($0.1))" }.joined(separator: "&")
        let url = try self.url(path + (question.isEmpty ? "" : "?" + question))
        let request = Request(
            url, method: method, headers: headers.map { ($0.0, $0.1) }, bodyLimit: 256 << 20,
            body: body.map { .init(Array($0.compact.utf8), type: "application/json") }, triesAgain: false)
        let deadline = ContinuousClock.now + patience
        var pause = Duration.milliseconds(100)
        while true {
            do {
                let response = try await transfer.send(request)
                let answer = Answer(status: response.status, headers: response.headers, body: response.body)
                if response.isSuccess || response.status == 304 { return answer }
                let error = ChidoriClientError(try problem(of: answer))
                guard mayRepeat ?? (method != .post), [429, 502, 503, 504].contains(answer.status),
                    ContinuousClock.now + pause < deadline
                else { throw error }
            } catch let error as TransferError {
                let isPassing = [.unreachable, .timedOut, .interrupted].contains(error.code)
                // A connection that was refused has brought nothing anywhere.
                let mayCome = mayRepeat ?? (method != .post) || error.code == .unreachable
                guard isPassing, mayCome, ContinuousClock.now + pause < deadline else { throw explained(error) }
            }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(2))
        }
    }

    /// The answer's document.
    func read<Model>(_ answer: Answer, _ shape: Shape<Model>) throws -> Model {
        do {
            let json = try JSON(parsing: answer.body)
            return try shape.value(of: SourceNode(json), in: "the server's answer", isLenient: true)
        } catch {
            throw notUnderstood("answers something else than is expected: \(error)")
        }
    }

    private func problem(of answer: Answer) throws(ChidoriClientError) -> Problem {
        guard answer.headers["Content-Type"]?.hasPrefix(Problem.mediaType) == true,
            let json = try? JSON(parsing: answer.body),
            let problem = try? Problem.shape.value(of: SourceNode(json), in: "the server's answer", isLenient: true)
        else { throw notUnderstood("answers \(answer.status), and nothing that a server of jobs would say") }
        return problem
    }

    private func notUnderstood(_ message: String) -> ChidoriClientError {
        ChidoriClientError(
            .notUnderstood, server.description, message,
            advice: "check the server's URL, and that it is of a version like this program's")
    }

    /// With what helps where it was a server of ours that was meant.
    private func explained(_ error: TransferError) -> any Error {
        let advice: String
        switch (error.code, server.scheme) {
        case (.unreachable, _), (.unresolvedHost, _):
            advice = "start it with `chidori serve`, or name another with --server or CHIDORI_SERVER"
        case (.interrupted, .http), (.malformedAnswer, .http):
            advice = "where it has a certificate, name it with https:// and a host that is in that\nor: try again"
        case (.tls, .https) where isLocal:
            advice =
                (error.advice.map { "\($0)\nor: " } ?? "")
                + "where it has no certificate, as one on this machine needs none, name it with http://"
        default: return error
        }
        return ChidoriClientError(.unreachable, server.description, error.message, advice: advice)
    }

    /// A name or value of a query, or a part of a path (RFC 3986 §2.3: what need not be encoded).
    static func encoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += byte < 16 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return result
    }
}
