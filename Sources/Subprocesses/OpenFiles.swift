internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// How many files this process may have open. The usual soft limit of 1,024 is there for programs that use `select`; a
/// build of an environment with hundreds of packages holds a lock and an archive of each.
public enum OpenFiles {
    /// What the person's shell has set; 0 where it was not changed.
    private static let soft = Atomic<UInt>(0)

    /// Raises the soft limit to the hard one. A program that this process becomes has the old one again.
    public static func raiseLimit() {
        var limit = rlimit()
        guard getrlimit(kind, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        soft.store(UInt(clamping: limit.rlim_cur), ordering: .relaxed)
        // Linux takes no more than fs.nr_open, whatever the hard limit says.
        limit.rlim_cur = min(limit.rlim_max, 1 << 19)
        setrlimit(kind, &limit)
    }

    static func restoreLimit() {
        let users = soft.load(ordering: .relaxed)
        var limit = rlimit()
        guard users != 0, getrlimit(kind, &limit) == 0 else { return }
        limit.rlim_cur = rlim_t(users)
        setrlimit(kind, &limit)
    }

    private static let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
}
