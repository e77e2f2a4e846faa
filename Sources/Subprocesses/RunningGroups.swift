internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The process groups that are running now.
///
/// Each program has a group of its own, so a terminal's Ctrl-C does not reach it: whoever ends this process ends them.
public enum RunningGroups {
    private struct State {
        var groups: Set<Int32> = []
        var isEnding = false
    }

    private static let state = Mutex(State())

    /// To be called right after a program was started in a group of its own. It ends at once where all are to end.
    public static func add(_ group: Int32) {
        state.withLock { state in
            state.groups.insert(group)
            if state.isEnding { kill(-group, SIGKILL) }
        }
    }

    /// To be called once the program has been waited for, and its number may be another's.
    public static func remove(_ group: Int32) {
        state.withLock { _ = $0.groups.remove(group) }
    }

    static func endAll() {
        // Under the lock: a group that was removed may have given its number to another.
        state.withLock { state in
            state.isEnding = true
            for group in state.groups { kill(-group, SIGKILL) }
        }
    }
}

extension Program {
    /// Ends every program that this process has running, with all that they have started, and every one that is started
    /// from now on. For the moment before this process ends itself, on Ctrl-C; not to be called in a signal handler.
    public static func endAll() {
        RunningGroups.endAll()
    }
}
