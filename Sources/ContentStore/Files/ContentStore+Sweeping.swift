internal import Glibc
internal import Synchronization
internal import SystemPackage

extension ContentStore {
    /// How long a broken-off download is kept to be resumed, and an unused lock's file.
    private static let patience: Int64 = 7 * 24 * 3600
    /// Younger files may belong to a process that has made them but not locked them yet.
    private static let youth: Int64 = 60
    private static let interval: Int64 = 3600

    /// Deletes what dead processes have left: temporary files and folders whose maker no longer locks them, downloads
    /// that nobody has resumed for a week, and the files of locks that nobody holds. Sets the ``Ballast`` aside if it is not.
    ///
    /// Locks tell who lives, so the machine's clock will do for those; unfinished downloads, which nothing else protects,
    /// go by the store's own time.
    public func sweep() throws {
        let now = Int64(Glibc.time(nil))
        var swept = 0
        var bytes: UInt64 = 0
        for name in try paths.temporary.entries() where name != Self.stamp {
            let path = paths.temporary.appending(name)
            guard try path.age(at: now) > Self.youth, isAbandoned(path) else { continue }
            bytes += try path.removeAll()
            swept += 1
        }
        let partials = try paths.partials.entries()
        // Without any, sweeping needs no index.
        let clock = partials.isEmpty ? nil : try clock()
        for name in partials {
            let path = paths.partials.appending(name)
            guard let clock, let written = try path.written(), clock.age(ofFile: written) > Self.patience else {
                continue
            }
            bytes += try path.removeAll()
            swept += 1
        }
        for name in try paths.locks.entries() {
            let path = paths.locks.appending(name)
            if try path.age(at: now) > Self.patience { try FileLock.removeIfFree(path) }
        }
        Ballast(path: paths.ballast).load()
        if swept > 0 { notice(.swept(files: swept, bytes: bytes)) }
    }

    /// Sweeps if nobody has done so for an hour; looked at once in a store's life.
    func sweepIfDue() throws {
        guard !sweepWasConsidered.exchange(true, ordering: .relaxed) else { return }
        let stamp = paths.temporary.appending(Self.stamp)
        // By the machine's clock, so that writing a blob needs no index: all that it can do is have a look too early.
        if (0...Self.interval).contains(try stamp.age(at: Int64(Glibc.time(nil)))) { return }
        try paths.temporary.makeFolder()
        guard let lock = try tryLock("sweep", doing: "sweeping") else { return }
        defer { lock.release() }
        let descriptor = try system("note the sweep", stamp) {
            stamp.withPlatformString { open($0, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o644) }
        }
        close(descriptor)
        _ = stamp.withPlatformString { utimes($0, nil) }
        try sweep()
    }

    private static let stamp = ".swept"

    private func isAbandoned(_ path: FilePath) -> Bool {
        let descriptor = path.withPlatformString { open($0, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) }
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) == 0
    }
}

extension FilePath {
    /// Seconds since the last change by the machine's clock; the greatest number if there is no such file.
    fileprivate func age(at now: Int64) throws -> Int64 { try written().map { now - $0 } ?? .max }

    /// The second of the last change by the machine's clock; `nil` if there is no such file.
    func written() throws -> Int64? { try status().map { Int64($0.st_mtim.tv_sec) } }
}
