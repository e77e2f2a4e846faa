internal import Glibc
internal import Synchronization
internal import Workers

/// A client for `http`, `https` and `file` URLs, over libcurl.
///
/// One thread of its own owns libcurl; it starts with the first request that needs a network and ends with the client.
/// Connections are kept and shared, HTTP/2 is used where a server offers it. Every function may be called from many
/// tasks at once, and stops when its task is cancelled.
///
/// Redirects are followed within limits: never from https to http, never in a circle, never with credentials in the new
/// URL. Credentials go to the origin that they belong to and to no other. Errors name URLs without secrets.
public final class Transfer: Sendable {
    let options: TransferOptions
    private let engine = Mutex<Engine?>(nil)

    public init(_ options: TransferOptions = TransferOptions()) {
        self.options = options
    }

    deinit {
        engine.withLock { $0?.close() }
    }

    /// Who we are to which server.
    public var credentials: CredentialSources { options.credentials }

    /// Makes a request and keeps its body in memory.
    ///
    /// - Returns: the answer, whatever its status, except that statuses which may pass (408, 429, 5xx) are tried again
    ///   and thrown at last, where the request says so. A `file:` URL answers 200, 206 or 404.
    /// - Throws: `TransferError`, `CancellationError`.
    public func send(_ request: Request) async throws -> Response {
        if request.url.scheme == .file { return try await blocking { try LocalAnswer.to(request) } }
        let sink = MemorySink(limit: request.bodyLimit, url: request.url, hasBody: request.method != .head)
        let (head, url): (ResponseHead, ResourceURL)
        if request.triesAgain {
            (head, url) = try await retrying { try await self.follow(request, into: sink) }
        } else {
            do {
                (head, url) = try await follow(request, into: sink)
            } catch let failure as PassingFailure {
                throw failure.error(after: 1)
            }
        }
        return Response(status: head.status, headers: head.headers, url: url, body: sink.take())
    }

    /// The resource's bytes.
    ///
    /// - Parameter limit: a longer body is refused, in bytes.
    /// - Throws: `TransferError`, `CancellationError`.
    public func get(
        _ url: ResourceURL, headers: [(name: String, value: String)] = [], limit: Int = 64 << 20
    ) async throws -> Response {
        try await send(Request(url, headers: headers, bodyLimit: limit)).orThrow()
    }

    // MARK: - Attempts

    /// Runs attempts until one succeeds, fails for good, or the policy gives up.
    ///
    /// - Parameter progress: a number that grows with what attempts leave behind for the next; an attempt that made
    ///   progress does not count as a failure.
    func retrying<Result>(
        progress: () -> UInt64 = { 0 }, _ attempt: () async throws -> Result
    ) async throws -> Result {
        var failures = 0
        var total = 0
        while true {
            let before = progress()
            do {
                return try await attempt()
            } catch let failure as PassingFailure {
                total += 1
                let advanced = progress() >= before + Self.progressThatCounts
                failures = advanced ? 1 : failures + 1
                let limit = failure.isAboutNames ? 2 : options.retry.attempts
                let pause = options.retry.pause(
                    afterFailures: failures, retryAfter: failure.retryAfter, chance: .random(in: 0...1))
                guard let pause, failures < limit, total < 1000 else { throw failure.error(after: total) }
                try await Task.sleep(for: pause)
            }
        }
    }

    /// An attempt that brought so many bytes has brought us further.
    private static let progressThatCounts: UInt64 = 64 << 10

    /// Makes a request, and the ones that redirects lead to. Tries nothing again: what may pass is thrown as
    /// `PassingFailure`.
    func follow(_ request: Request, into sink: any BodySink) async throws -> (ResponseHead, ResourceURL) {
        let policy = RedirectPolicy(most: options.mostRedirects)
        var seen = [request.url]
        var url = request.url
        while true {
            let head = try await exchange(request, at: url, hops: seen, into: sink)
            if request.triesAgain, RetryPolicy.isPassing(status: head.status) {
                let retryAfter = RetryPolicy.retryAfter(head.headers["Retry-After"], now: Int64(time(nil)))
                throw PassingFailure(cause: TransferError(status: head.status, url), retryAfter: retryAfter)
            }
            guard request.method.isSafe, RedirectPolicy.isRedirect(head.status) else { return (head, url) }
            url = try policy.next(head.headers["Location"], after: seen)
            seen.append(url)
        }
    }

    private func exchange(
        _ request: Request, at url: ResourceURL, hops: [ResourceURL], into sink: any BodySink
    ) async throws -> ResponseHead {
        var headers = request.headers.map { "\($0.name): \($0.value)" }
        if let range = request.range { headers.append("Range: \(range.header)") }
        let isPlain = !request.acceptsCompression || request.range != nil
        if isPlain { headers.append("Accept-Encoding: identity") }
        if let authorization = request.authorization {
            // Who was asked elsewhere could choose where the secrets go, so they stay away once the origin was left.
            if hops.allSatisfy({ $0.origin == request.url.origin }) {
                headers.append("Authorization: \(authorization.value)")
            }
        } else {
            headers += try options.credentials.headers(forLastOf: hops)
        }
        var order = ExchangeRequest(
            method: request.method, url: url, headers: headers, acceptsCompression: !isPlain, body: request.body,
            stallTimeout: request.stallTimeout, answerTimeout: sink is MemorySink ? options.answerTimeout : nil)
        if case .file(let path, let range) = request.body?.content {
            order.source = try await blocking { try BodySource(path, range) }
            order.mayRewind = request.triesAgain
        }
        switch await (try running()).perform(order, into: sink) {
        case .success(let head): return head
        case .failure(.cancelled): throw CancellationError()
        case .failure(.sink(let error)): throw error
        case .failure(.stalled):
            throw PassingFailure(
                cause: TransferError(
                    .timedOut, url.description, "sent nothing for \(request.stallTimeout ?? options.stallTimeout)",
                    advice: "check this machine's network and proxy, and try again"))
        case .failure(.overdue):
            throw TransferError(
                .timedOut, url.description, "was still answering after \(options.answerTimeout)",
                advice: "check this machine's network and proxy, or ask who runs the server why it is so slow")
        case .failure(.curl(let code, let said)):
            let failure = CurlFailure(code, said, url)
            guard failure.isPassing else { throw failure.error }
            throw PassingFailure(cause: failure.error, isAboutNames: failure.isAboutNames)
        }
    }

    private func running() throws(TransferError) -> Engine {
        let result = engine.withLock { engine -> Result<Engine, TransferError> in
            if let engine { return .success(engine) }
            return Result { () throws(TransferError) -> Engine in
                let made = try Engine(options)
                engine = made
                return made
            }
        }
        return try result.get()
    }
}

/// What may go well the next time.
struct PassingFailure: Error {
    let cause: TransferError
    var retryAfter: Duration?
    var isAboutNames = false

    /// The error to tell when nothing is tried any more.
    func error(after attempts: Int) -> TransferError {
        let wish = retryAfter.map { ", and asks to come back in \($0.components.seconds) s" } ?? ""
        let count = attempts > 1 ? " (tried \(attempts) times)" : ""
        return TransferError(
            cause.code, cause.subject, cause.message + wish + count, advice: cause.advice, cause: cause.cause)
    }
}
