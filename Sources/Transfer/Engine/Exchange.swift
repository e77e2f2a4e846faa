internal import Synchronization

/// One request and its one answer: no redirect is followed, nothing is tried again.
struct ExchangeRequest: Sendable {
    var method = Request.Method.get
    var url: ResourceURL
    /// Whole lines, `Name: value`.
    var headers: [String] = []
    /// Whether the body may come compressed, to be unpacked on its way.
    var acceptsCompression = true
    var body: Request.Body?
    /// What the body is read from if it lies in a file.
    var source: BodySource?
    /// Whether that may be sent twice: libcurl does so by itself where a kept connection turns out to be dead.
    var mayRewind = true
    var stallTimeout: Duration?
    /// How long the answer may take from its first byte on.
    var answerTimeout: Duration?
}

/// The status and header of an answer.
struct ResponseHead: Sendable {
    var status = 0
    var headers = HeaderFields()
    /// Whether the connection takes many requests at once (HTTP/2 and later).
    var isMultiplexed = false
}

/// Takes an answer as it comes. Called by the engine's thread alone until the exchange has ended.
protocol BodySink: AnyObject, Sendable {
    /// The answer begins; called once an exchange, before any bytes.
    func begin(_ head: ResponseHead) throws
    func receive(_ bytes: UnsafeRawBufferPointer) throws
}

/// Why an exchange brought no answer.
enum ExchangeFailure: Error {
    /// libcurl gave up: its code, and what it says.
    case curl(UInt32, String)
    /// Too little came for too long.
    case stalled
    /// The answer has not come to its end in time.
    case overdue
    /// The sink threw.
    case sink(any Error)
    case cancelled
}

/// An exchange on its way through the engine, and who waits for it.
final class Exchange: Sendable {
    typealias Outcome = Result<ResponseHead, ExchangeFailure>

    let request: ExchangeRequest
    let sink: any BodySink
    private let state = Mutex(State())

    private struct State {
        var waiter: CheckedContinuation<Outcome, Never>?
        var isCancelled = false
    }

    init(_ request: ExchangeRequest, into sink: any BodySink) {
        self.request = request
        self.sink = sink
    }

    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    func cancel() { state.withLock { $0.isCancelled = true } }

    func await(_ waiter: CheckedContinuation<Outcome, Never>) { state.withLock { $0.waiter = waiter } }

    func finish(_ outcome: Outcome) {
        let waiter = state.withLock { $0.waiter.take() }
        waiter?.resume(returning: outcome)
    }
}
