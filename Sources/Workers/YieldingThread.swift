internal import Glibc

/// A thread that gives way to the process's others where there are too few processors for all.
struct YieldingThread {
    /// Steps of `nice(2)`: enough for the others to get nine times as much.
    private static let niceness: Int32 = 10

    private final class Work {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }

    private let thread: pthread_t

    /// Starts the thread; `nil` where the system has none left.
    init?(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let work = Unmanaged.passRetained(Work(body))
        let status = pthread_create(&thread, nil, Self.run, work.toOpaque())
        guard status == 0 else {
            work.release()
            return nil
        }
        self.thread = thread
    }

    private static let run: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { work in
        // Linux keeps a niceness for each thread. Where it cannot be changed, all are equal.
        _ = nice(niceness)
        if let work { Unmanaged<Work>.fromOpaque(work).takeRetainedValue().body() }
        return nil
    }

    /// Waits until the thread has ended.
    func join() {
        pthread_join(thread, nil)
    }
}
