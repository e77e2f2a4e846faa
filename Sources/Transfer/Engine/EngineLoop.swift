internal import CCurl

/// What the engine's thread does: it starts what may start, lets libcurl work, collects what has ended, and ends what
/// has stalled. Lives on that thread alone.
final class EngineLoop {
    private let library: CurlLibrary
    private let multi: UnsafeMutableRawPointer
    private let options: TransferOptions
    private var admission: Admission<Exchange>
    private var active: [UnsafeMutableRawPointer: CurlExchange] = [:]
    private let clock = ContinuousClock()

    init(library: CurlLibrary, multi: UnsafeMutableRawPointer, options: TransferOptions) {
        self.library = library
        self.multi = multi
        self.options = options
        admission = Admission(
            perOrigin: options.connectionsPerHost, perMultiplexedOrigin: options.multiplexedRequestsPerHost)
        library.set(multi: multi, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
        library.set(multi: multi, CURLMOPT_MAXCONNECTS, max(32, options.connectionsPerHost * 2))
    }

    func enqueue(_ exchange: Exchange) {
        guard !exchange.isCancelled else { return exchange.finish(.failure(.cancelled)) }
        admission.enqueue(exchange, exchange.request.url.origin)
    }

    /// One round: works off what is there, then sleeps until there is more.
    func turn() {
        startWaiting()
        library.perform(multi)
        if collectFinished() { return }
        endStalled()
        let patience = min(options.stallTimeout, options.answerTimeout).milliseconds / 4
        library.poll(multi, milliseconds: active.isEmpty ? 3_600_000 : patience)
    }

    func dropCancelled() {
        for exchange in admission.removeWaiting(where: \.isCancelled) { exchange.finish(.failure(.cancelled)) }
        for running in active.values where running.exchange.isCancelled { end(running, .failure(.cancelled)) }
    }

    func cancelAll() {
        for exchange in admission.removeWaiting(where: { _ in true }) { exchange.finish(.failure(.cancelled)) }
        for running in active.values { end(running, .failure(.cancelled)) }
    }

    private func startWaiting() {
        while let exchange = admission.next() {
            let running = CurlExchange(exchange, library: library, options: options)
            guard let running, library.add(running.easy, to: multi) else {
                admission.finished(exchange.request.url.origin, isMultiplexed: false)
                exchange.finish(.failure(.curl(CURLE_OUT_OF_MEMORY.rawValue, "")))
                continue
            }
            running.progressMark = clock.now
            active[running.easy] = running
        }
    }

    /// Whether anything had ended.
    private func collectFinished() -> Bool {
        var any = false
        while let (easy, code) = library.nextFinished(multi) {
            guard let running = active[easy] else { continue }
            any = true
            end(running, running.outcome(code))
        }
        return any
    }

    /// An exchange must bring or send `stallBytes` in each `stallTimeout`, and one whose answer has a limit on the whole
    /// must be over by then, or it ends.
    private func endStalled() {
        let now = clock.now
        for running in active.values {
            guard let limit = running.exchange.request.answerTimeout, let start = running.answerStart else { continue }
            if now - start >= limit { end(running, .failure(.overdue)) }
        }
        for running in active.values
        where now - running.progressMark >= running.exchange.request.stallTimeout ?? options.stallTimeout {
            if running.bytesSinceMark >= options.stallBytes {
                running.progressMark = now
                running.bytesSinceMark = 0
            } else {
                end(running, .failure(.stalled))
            }
        }
    }

    private func end(_ running: CurlExchange, _ outcome: Exchange.Outcome) {
        active[running.easy] = nil
        var isMultiplexed = false
        if case .success(let head) = outcome { isMultiplexed = head.isMultiplexed }
        admission.finished(running.exchange.request.url.origin, isMultiplexed: isMultiplexed)
        library.remove(running.easy, from: multi)
        running.close()
        running.exchange.finish(outcome)
    }
}

extension Duration {
    /// Whole milliseconds, at least one.
    var milliseconds: Int {
        let (seconds, attoseconds) = components
        return max(1, Int(clamping: seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
    }
}
