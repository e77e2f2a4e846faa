internal import SystemPackage

extension ContentStore {
    /// Runs `body` while no other process or thread runs anything under the same key. Blocks until it is its turn.
    ///
    /// What is guarded may have been done by the one before: look again first. Locks are not reentrant, and whoever
    /// takes several takes them in the order of their keys.
    ///
    /// - Parameters:
    ///   - key: any text, for example `"blob-" + digest.hex`.
    ///   - doing: what those who wait are told: `"downloading numpy"`.
    public func exclusively<Result>(_ key: String, doing: String = "", _ body: () throws -> Result) throws -> Result {
        let lock = try lock(key, doing: doing)
        defer { lock.release() }
        return try body()
    }

    /// Like the blocking form, but waits without holding a thread; a cancelled task stops waiting.
    public func exclusively<Result>(
        awaiting key: String, doing: String = "", isolation: isolated (any Actor)? = #isolation,
        _ body: () async throws -> Result
    ) async throws -> Result {
        let lock = try await lock(awaiting: key, doing: doing, isolation: isolation)
        defer { lock.release() }
        return try await body()
    }

    /// Takes the lock, waiting for it as long as it takes. Blocks.
    public func lock(_ key: String, _ mode: FileLock.Mode = .exclusive, doing: String = "") throws -> FileLock {
        let path = lockPath(key)
        var wait = LockWait(key: key, path: path, notice: notice)
        while true {
            if let lock = try FileLock.attempt(path, mode, note: doing) { return lock }
            wait.sleep()
        }
    }

    /// Takes the lock, waiting for it as long as it takes without holding a thread.
    ///
    /// - Throws: `CancellationError` if the task is cancelled while it waits.
    public func lock(
        awaiting key: String, _ mode: FileLock.Mode = .exclusive, doing: String = "",
        isolation: isolated (any Actor)? = #isolation
    ) async throws -> FileLock {
        let path = lockPath(key)
        var wait = LockWait(key: key, path: path, notice: notice)
        while true {
            if let lock = try FileLock.attempt(path, mode, note: doing) { return lock }
            try await Task.sleep(for: wait.nextPause())
        }
    }

    /// Takes the lock if it is free now; `nil` if somebody holds it.
    public func tryLock(_ key: String, _ mode: FileLock.Mode = .exclusive, doing: String = "") throws -> FileLock? {
        try FileLock.attempt(lockPath(key), mode, note: doing)
    }

    /// Who holds the lock exclusively (`"process 4711, which is building spark-ml"`), as far as it can be told.
    public func holder(of key: String) -> String? {
        FileLock.holder(of: lockPath(key))
    }

    func lockPath(_ key: String) -> FilePath {
        paths.locks.appending(PlainName.file(key))
    }
}
