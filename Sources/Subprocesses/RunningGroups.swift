internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The process groups that are running now.
///
/// Each program has a group of its own, so a terminal's Ctrl-C does not reach it: whoever ends this process ends them.
enum RunningGroups {
    private static let groups = Mutex<Set<pid_t>>([])

    static func add(_ group: pid_t) {
        groups.withLock { _ = $0.insert(group) }
    }

    static func remove(_ group: pid_t) {
        groups.withLock { _ = $0.remove(group) }
    }

    static func signalAll(_ signal: Int32) {
        // Under the lock: a group that was removed may have given its number to another.
        groups.withLock { for group in $0 { kill(-group, signal) } }
    }
}

extension Program {
    /// Ends every program that this process has running, with all that they have started. For the moment before this
    /// process ends itself, on Ctrl-C; not to be called in a signal handler, but from a dispatch source.
    public static func endAll() {
        RunningGroups.signalAll(SIGKILL)
    }
}
