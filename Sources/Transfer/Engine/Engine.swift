internal import Glibc
internal import Synchronization
internal import SystemPackage

/// The thread that owns libcurl's handles, and the mailbox through which it is told what to do.
///
/// The thread starts with the engine and ends after ``close()``; it sleeps in `curl_multi_poll` and is woken by
/// `curl_multi_wakeup`. No other thread touches a handle.
final class Engine: Sendable {
    private enum Order {
        case start(Exchange)
        /// Some exchange has been cancelled.
        case lookForCancelled
    }

    private struct Mailbox {
        var orders: [Order] = []
        var isClosed = false
        /// The thread has ended and its handle is gone.
        var isOver = false
    }

    /// Another thread does nothing with it but wake its owner, under the mailbox's lock, while it exists.
    private struct Multi: @unchecked Sendable {
        let handle: UnsafeMutableRawPointer
    }

    private let library: CurlLibrary
    private let multi: Multi
    private let mailbox = Mutex(Mailbox())

    init(_ options: TransferOptions) throws(TransferError) {
        library = try CurlLibrary.loaded.get()
        guard let handle = library.makeMulti() else {
            throw TransferError(.file, "libcurl", "cannot be started: out of memory or descriptors", advice: nil)
        }
        multi = Multi(handle: handle)
        let start = EngineStart(engine: self, options: options)
        let box = Unmanaged.passRetained(start)
        var thread = pthread_t()
        let failed = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<EngineStart>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, box.toOpaque())
        guard failed == 0 else {
            box.release()
            library.discard(multi: handle)
            throw TransferError(
                .file, "a thread for requests", "cannot be started: \(Errno(rawValue: failed))",
                advice: "raise the limit on processes (ulimit -u)", cause: Errno(rawValue: failed))
        }
        pthread_detach(thread)
    }

    /// Ends the thread. Exchanges still under way are cancelled.
    func close() {
        mailbox.withLock { mailbox in
            mailbox.isClosed = true
            if !mailbox.isOver { library.wake(multi.handle) }
        }
    }

    /// Makes an exchange and waits for its end. A cancelled task ends it at once.
    func perform(_ request: ExchangeRequest, into sink: any BodySink) async -> Exchange.Outcome {
        let exchange = Exchange(request, into: sink)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                exchange.await(waiter)
                if !post(.start(exchange)) { exchange.finish(.failure(.cancelled)) }
            }
        } onCancel: {
            exchange.cancel()
            _ = post(.lookForCancelled)
        }
    }

    private func post(_ order: Order) -> Bool {
        mailbox.withLock { mailbox in
            guard !mailbox.isClosed else { return false }
            mailbox.orders.append(order)
            library.wake(multi.handle)
            return true
        }
    }

    // MARK: - On the thread

    fileprivate func run(_ options: TransferOptions) {
        let loop = EngineLoop(library: library, multi: multi.handle, options: options)
        while true {
            let (orders, isClosed) = mailbox.withLock { mailbox in
                defer { mailbox.orders = [] }
                return (mailbox.orders, mailbox.isClosed)
            }
            for order in orders {
                switch order {
                case .start(let exchange): loop.enqueue(exchange)
                case .lookForCancelled: loop.dropCancelled()
                }
            }
            if isClosed { break }
            loop.turn()
        }
        loop.cancelAll()
        mailbox.withLock { mailbox in
            mailbox.isOver = true
            library.discard(multi: multi.handle)
        }
    }
}

/// What the thread is given to start with.
private final class EngineStart {
    private let engine: Engine
    private let options: TransferOptions

    init(engine: Engine, options: TransferOptions) {
        self.engine = engine
        self.options = options
    }

    func run() {
        // Signals are other threads' business, and a peer that goes away while TLS writes to it (SIGPIPE) nobody's.
        var signals = sigset_t()
        sigfillset(&signals)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        engine.run(options)
    }
}
