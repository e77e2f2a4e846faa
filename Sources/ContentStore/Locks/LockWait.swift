internal import Glibc
internal import SystemPackage

/// The rhythm of waiting for a lock: short pauses at first, never more than 25 ms, and a notice after a second.
///
/// Asking again and again, where the kernel could wake us, costs some microseconds a second; in exchange no thread is
/// held, a task can be cancelled, and a person is told whom the program waits for.
struct LockWait {
    private static let longest = Duration.milliseconds(25)
    private static let patience = Duration.seconds(1)

    let key: String
    let path: FilePath
    let notice: @Sendable (StoreNotice) -> Void
    private let start = ContinuousClock.now
    private var pause = Duration.microseconds(200)
    private var told = false

    init(key: String, path: FilePath, notice: @escaping @Sendable (StoreNotice) -> Void) {
        self.key = key
        self.path = path
        self.notice = notice
    }

    mutating func nextPause() -> Duration {
        if !told, ContinuousClock.now - start >= Self.patience {
            told = true
            notice(.waiting(key: key, holder: FileLock.holder(of: path)))
        }
        defer { pause = min(pause * 3 / 2, Self.longest) }
        // Those that began to wait together must not ask together for ever.
        return pause * Double.random(in: 0.2...1)
    }

    /// Waits on the calling thread.
    mutating func sleep() {
        usleep(UInt32(nextPause().components.attoseconds / 1_000_000_000_000))
    }

    /// Waits on the calling thread, but not for more than `limit` in all.
    mutating func sleep(atMost limit: Duration, else error: @autoclosure () -> StoreError) throws {
        guard ContinuousClock.now - start < limit else { throw error() }
        sleep()
    }
}
