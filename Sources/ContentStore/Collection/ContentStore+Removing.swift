public import Cryptography
internal import FoundationEssentials
internal import GRDB

extension ContentStore {
    /// Runs the building of an environment. Of all processes that ask at once one builds and the others wait; whoever
    /// comes after looks first whether the environment is there (``environment(_:)``).
    public func building<Result>(
        _ environment: SHA256Digest, doing: String, _ body: () throws -> Result
    ) throws -> Result {
        try exclusively(Self.buildKey(environment), doing: doing, body)
    }

    /// Keeps the environment where it is, as long as the lock is held: for running a program in it. With
    /// ``FileLock/surviveExec()`` it is held as long as that program runs.
    ///
    /// - Throws: `.missing` if the store does not know the environment, or not any more.
    public func use(_ environment: SHA256Digest) throws -> FileLock {
        let use = try lock(Self.useKey(environment), .shared)
        // It may have been removed while this waited.
        guard try self.environment(environment) != nil else { throw Self.unknown(environment) }
        try noteUse(of: environment)
        return use
    }

    /// Removes an environment, and deletes what nothing else needs.
    ///
    /// - Parameters:
    ///   - releasing: leases that do not stand against it, as the tag by which a person named it.
    ///   - forced: removes it in spite of living leases; never while it is being built or a program runs in it.
    /// - Throws: `.inUse`, which says by whom; `.missing`.
    @discardableResult
    public func remove(
        _ environment: SHA256Digest, releasing: Set<Lease.Holder> = [], forced: Bool = false
    ) throws -> StoreCollection {
        let released = Set(releasing.map(\.absolute))
        try forget(environment, evenIfHeldBy: { forced || released.contains($0) }, forcible: true)
        return try collect()
    }

    /// Takes an environment out of the index, and notes what it needed to be deleted where nothing else needs it.
    ///
    /// - Parameters:
    ///   - releasable: which of its living leases do not stand against it.
    ///   - lastUse: if it was used after that, it stays.
    ///   - forcible: whether the refusal is to say that there is a way.
    /// - Returns: how many notes were made.
    /// - Throws: `.inUse`, `.missing`.
    @discardableResult
    func forget(
        _ environment: SHA256Digest, evenIfHeldBy releasable: (Lease.Holder) -> Bool,
        unlessUsedAfter lastUse: Int64? = nil,
        forcible: Bool
    ) throws -> Int {
        let locks = try holdAlone(environment, doing: "removing the environment")
        defer { for lock in locks { lock.release() } }
        return try exclusively("environments", doing: "removing an environment") {
            while true {
                guard let row = try row(of: environment) else { throw Self.unknown(environment) }
                let leases = try leases(of: environment)
                let holders = try leases.filter { try !releasable($0.holder) && isLive($0) }
                guard holders.isEmpty else {
                    throw Self.inUse(environment, holders.map(\.holder.description), forcible: forcible)
                }
                let isDone = try index.write { database in
                    // Whoever took a lease since these were looked at has it.
                    guard try Self.leases(database, of: environment) == leases else { return false }
                    let used = try Int64.fetchOne(
                        database, sql: "SELECT used FROM environments WHERE id = ?",
                        arguments: [Data(environment.bytes)])
                    if let lastUse, let used, used > lastUse {
                        throw Self.inUse(environment, ["somebody since it was looked at"], forcible: forcible)
                    }
                    try database.execute(
                        sql: "DELETE FROM environments WHERE id = ?", arguments: [Data(environment.bytes)])
                    try Self.discard(row.contents + [.blob(row.document), .tree(environment)], in: database)
                    return true
                }
                if isDone { return row.contents.count + 2 }
            }
        }
    }

    /// Whether nobody builds an environment and no program runs in it at this moment.
    public func isIdle(_ environment: SHA256Digest) throws -> Bool {
        for key in [Self.buildKey(environment), Self.useKey(environment)] {
            if try FileLock.isHeld(lockPath(key)) { return false }
        }
        return true
    }

    /// - Throws: `.inUse` while somebody builds the environment or a program runs in it.
    private func holdAlone(_ environment: SHA256Digest, doing: String) throws -> [FileLock] {
        guard let build = try tryLock(Self.buildKey(environment), doing: doing) else {
            let builder = holder(of: Self.buildKey(environment)) ?? "a build"
            throw Self.inUse(environment, [builder], forcible: false)
        }
        do {
            if let use = try tryLock(Self.useKey(environment), doing: doing) { return [use, build] }
        } catch {
            build.release()
            throw error
        }
        build.release()
        let processes = FileLock.sharers(of: lockPath(Self.useKey(environment)))
        throw Self.inUse(environment, ["programs that run in it (process \(processes))"], forcible: false)
    }

    private static func buildKey(_ environment: SHA256Digest) -> String { "environment-\(environment.hex)" }
    private static func useKey(_ environment: SHA256Digest) -> String { "use-\(environment.hex)" }

    private static func inUse(_ environment: SHA256Digest, _ holders: [String], forcible: Bool) -> StoreError {
        StoreError(
            .inUse, environment.hex, "is used by \(holders.joined(separator: ", "))",
            advice: forcible
                ? "release it first, such as by `chidori env release \(environment.hex.prefix(12)) --holder NAME`, or say --force"
                : "wait until that has ended")
    }
}
