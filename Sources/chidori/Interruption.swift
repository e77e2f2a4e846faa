internal import Subprocesses
internal import Synchronization
internal import Workers

#if canImport(Glibc)
    internal import Glibc
#endif

/// What happens on Ctrl-C, on SIGTERM, and when the terminal goes away.
///
/// The programs that this one has started end at once. Its own work is told to stop and has a moment to take away what is
/// half made; then the process ends by the same signal, so that a shell sees what happened (130, 143, 129). A second
/// signal ends it without that moment. What a moment was too short for is as after `kill -9`: locks are free, nothing
/// half made has a lasting name, and the next run sweeps.
enum Interruption {
    /// The signal that came; 0 for none.
    private static let caught = Atomic<Int32>(0)
    /// Where the handler writes each signal's number. Holding signals back and waiting for them would not do: the
    /// runtime's main thread lets every signal through.
    nonisolated(unsafe) private static var handlersEnd: Int32 = -1
    private static let numbers = [SIGINT, SIGTERM, SIGHUP]
    /// What a server does at the first signal, in place of ending.
    private static let farewell = Mutex<(@Sendable () -> Void)?>(nil)
    /// How long the work may take to stop, in milliseconds.
    private static let patience: Int32 = 2000

    /// Handles signals from now on. One that whoever started this process ignores (`nohup`, a shell's `&`) stays ignored.
    ///
    /// - Parameter stop: tells the work to stop; called on a thread of its own.
    static func watch(_ stop: @escaping @Sendable () -> Void) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let watcher = Unmanaged.passRetained(Watcher(signals: ends[0], stop: stop))
        var thread = pthread_t()
        let started = pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<Watcher>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            }, watcher.toOpaque())
        guard started == 0 else {
            // Without the thread signals do what they do to any program.
            watcher.release()
            return
        }
        pthread_detach(thread)
        handlersEnd = ends[1]
        for number in numbers {
            var action = sigaction()
            sigaction(number, nil, &action)
            let handler = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            if handler == unsafeBitCast(SIG_IGN, to: Int.self) { continue }
            action.__sigaction_handler.sa_handler = { number in
                let before = errno
                var byte = UInt8(truncatingIfNeeded: number)
                _ = write(Interruption.handlersEnd, &byte, 1)
                errno = before
            }
            action.sa_flags = SA_RESTART
            sigaction(number, &action, nil)
        }
    }

    /// At the first signal from now on the process is not ended: it is to end by itself, in its own time, and with 0. A
    /// second signal ends it as any other.
    ///
    /// - Parameter farewell: called on a thread of its own.
    static func postpone(_ farewell: @escaping @Sendable () -> Void) {
        Self.farewell.withLock { $0 = farewell }
    }

    /// Ends this process by the signal that came, if one has.
    static func endIfUnderWay() {
        let signal = caught.load(ordering: .acquiring)
        if signal != 0 { end(by: signal) }
    }

    private static func end(by number: Int32) -> Never {
        Program.endAll()
        signal(number, SIG_DFL)
        kill(getpid(), number)
        // The signal may take another thread's attention, and a moment.
        sleep(1)
        _exit(128 + number)
    }

    private final class Watcher {
        private let signals: Int32
        private let stop: @Sendable () -> Void

        init(signals: Int32, stop: @escaping @Sendable () -> Void) {
            self.signals = signals
            self.stop = stop
        }

        func run() {
            // Whoever started this process may have held signals back, as threads of many runtimes do: they come here.
            var wanted = sigset_t()
            sigemptyset(&wanted)
            for number in Interruption.numbers { sigaddset(&wanted, number) }
            pthread_sigmask(SIG_UNBLOCK, &wanted, nil)
            guard var number = nextSignal() else { return }
            if let farewell = Interruption.farewell.withLock({ $0.take() }) {
                farewell()
                guard let second = nextSignal() else { return }
                number = second
            }
            caught.store(number, ordering: .releasing)
            stop()
            Workers.endAll()
            Program.endAll()
            var next = pollfd(fd: signals, events: Int16(POLLIN), revents: 0)
            _ = poll(&next, 1, patience)
            end(by: number)
        }

        private func nextSignal() -> Int32? {
            var byte: UInt8 = 0
            while read(signals, &byte, 1) != 1 {
                guard errno == EINTR else { return nil }
            }
            return Int32(byte)
        }
    }
}
