public import Cryptography
internal import FileSystem
internal import FoundationEssentials
internal import GRDB
internal import Glibc
internal import SystemPackage

extension ContentStore {
    /// Keeps everything in the store where it is, as long as the lock is held. A build holds it from its first look at
    /// the store until its environment is registered; many hold it at once.
    ///
    /// Waits while something is being collected.
    public func keepContents(doing: String) throws -> FileLock {
        try lock(Self.contentsKey, .shared, doing: doing)
    }

    /// Like the blocking form, but waits without holding a thread.
    public func keepContents(
        awaiting doing: String, isolation: isolated (any Actor)? = #isolation
    ) async throws -> FileLock {
        try await lock(awaiting: Self.contentsKey, .shared, doing: doing, isolation: isolation)
    }

    /// Runs the building of an environment. Of all processes that ask at once one builds and the others wait; whoever
    /// comes after looks first whether the environment is there (``environment(_:)``).
    public func building<Result>(
        _ environment: SHA256Digest, doing: String, _ body: () throws -> Result
    ) throws -> Result {
        try exclusively(Self.buildKey(environment), doing: doing, body)
    }

    /// Keeps the environment where it is, as long as the lock is held: for running a program in it. With
    /// ``FileLock/surviveExec()`` it is held as long as that program runs.
    public func use(_ environment: SHA256Digest) throws -> FileLock {
        try lock(Self.useKey(environment), .shared)
    }

    /// Removes an environment and collects what nothing else needs.
    ///
    /// - Parameters:
    ///   - releasing: leases that do not stand against it, as the tag by which a person named it.
    ///   - forced: removes it in spite of living leases; never while it is being built or a program runs in it.
    /// - Throws: `.inUse`, which says by whom; `.missing`.
    @discardableResult
    public func remove(
        _ environment: SHA256Digest, releasing: Set<Lease.Holder> = [], forced: Bool = false
    ) throws -> StoreCollection {
        let locks = try holdAlone(environment, doing: "removing the environment")
        defer { for lock in locks { lock.release() } }
        try exclusively("environments", doing: "removing an environment") {
            guard let row = try row(of: environment) else { throw Self.unknown(environment) }
            let released = Set(releasing.map(\.absolute))
            let holders = try leases(of: environment).filter { !released.contains($0.holder) && isLive($0) }
            guard forced || holders.isEmpty else {
                throw Self.inUse(environment, holders.map(\.holder.description), forcible: true)
            }
            try index.write { database in
                try database.execute(
                    sql: "DELETE FROM environments WHERE id = ?", arguments: [Data(environment.bytes)])
                try Self.discard(row.contents + [.blob(row.document), .tree(environment)], in: database)
            }
        }
        return try collect()
    }

    /// Whether nobody builds an environment and no program runs in it at this moment.
    public func isIdle(_ environment: SHA256Digest) throws -> Bool {
        do {
            for lock in try holdAlone(environment, doing: "looking who uses the environment") { lock.release() }
            return true
        } catch let error as StoreError where error.code == .inUse {
            return false
        }
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

    /// Deletes what removed environments have left and nothing needs any more.
    ///
    /// While a build holds the contents nothing is deleted; it stays noted, and a later call finds it.
    @discardableResult
    public func collect() throws -> StoreCollection {
        let noted = try discarded()
        guard !noted.isEmpty else { return StoreCollection() }
        guard let lock = try tryLock(Self.contentsKey, doing: Self.collecting) else {
            return StoreCollection(deferred: noted.count)
        }
        defer { lock.release() }
        // Only now is it certain that no build runs that might need something: what was registered meanwhile counts.
        let needed = try needed()
        let discarded = try discarded()
        let result = try delete(discarded.filter { !needed.contains($0) })
        // What others have noted meanwhile stays noted.
        try index.write { database in
            let statement = try database.cachedStatement(sql: "DELETE FROM discarded WHERE kind = ? AND name = ?")
            for content in discarded {
                let (kind, name) = content.words
                try statement.execute(arguments: [kind, name])
            }
        }
        return result
    }

    /// Also deletes whatever no environment needs and has not been changed for `age` seconds: artifacts that were
    /// fetched but never built, layers of earlier groupings, repositories, logs, documents that can be derived again.
    @discardableResult
    public func prune(olderThan age: Int64) throws -> StoreCollection {
        guard let lock = try tryLock(Self.contentsKey, doing: Self.collecting) else {
            return StoreCollection(deferred: try unneeded(olderThan: age).count)
        }
        defer { lock.release() }
        return try delete(unneeded(olderThan: age))
    }

    /// What ``prune(olderThan:)`` would free once some environments were removed. Nothing is changed.
    public func prunable(olderThan age: Int64, without removed: Set<SHA256Digest> = []) throws -> StoreCollection {
        let needed = try needed(without: removed)
        var garbage = Set(try unneeded(olderThan: age, needed: needed))
        // Removing an environment also takes what earlier ones have left.
        if !removed.isEmpty { garbage.formUnion(try discarded()) }
        for row in try index.read({ try Self.rows($0) }) where removed.contains(row.environment.id) {
            garbage.formUnion(row.contents + [.blob(row.document), .tree(row.environment.id)])
        }
        var result = StoreCollection()
        for content in garbage.subtracting(needed) {
            if let bytes = try size(of: content) { result.count(content, bytes: bytes) }
        }
        return result
    }
}

extension ContentStore {
    static let contentsKey = "contents"
    private static let collecting = "collecting what nothing needs"

    static func buildKey(_ environment: SHA256Digest) -> String { "environment-\(environment.hex)" }
    static func useKey(_ environment: SHA256Digest) -> String { "use-\(environment.hex)" }

    static func discard(_ contents: [StoreContent], in database: Database) throws {
        let statement = try database.cachedStatement(
            sql: "INSERT OR IGNORE INTO discarded (kind, name) VALUES (?, ?)")
        for content in contents {
            let (kind, name) = content.words
            try statement.execute(arguments: [kind, name])
        }
    }

    private func discarded() throws -> [StoreContent] {
        try index.read { database in
            try Row.fetchAll(database, sql: "SELECT kind, name FROM discarded").compactMap { row in
                StoreContent(kind: row["kind"] as String, name: row["name"] as String)
            }
        }
    }

    /// Everything that some environment needs, those left out that are named.
    private func needed(without removed: Set<SHA256Digest> = []) throws -> Set<StoreContent> {
        var needed: Set<StoreContent> = []
        for row in try index.read({ try Self.rows($0) }) where !removed.contains(row.environment.id) {
            needed.formUnion(row.contents)
            needed.insert(.blob(row.document))
            needed.insert(.tree(row.environment.id))
        }
        return needed
    }

    private func unneeded(olderThan age: Int64) throws -> [StoreContent] {
        try unneeded(olderThan: age, needed: needed())
    }

    private func unneeded(olderThan age: Int64, needed: Set<StoreContent>) throws -> [StoreContent] {
        let limit = Int64(time(nil)) - age
        var found: [StoreContent] = []
        for (path, digest) in try paths.storedBlobs() where !needed.contains(.blob(digest)) {
            if try path.isOlder(than: limit) { found.append(.blob(digest)) }
        }
        for name in try paths.packages.entries() where !needed.contains(.package(name)) {
            if try paths.packages.appending(name).isOlder(than: limit) { found.append(.package(name)) }
        }
        for name in try paths.environments.entries() {
            guard let id = SHA256Digest(hex: name), !needed.contains(.tree(id)) else { continue }
            if try paths.environments.appending(name).isOlder(than: limit) { found.append(.tree(id)) }
        }
        for name in try paths.bases.entries() {
            guard let digest = SHA256Digest(hex: name), !needed.contains(.base(digest)) else { continue }
            if try paths.bases.appending(name).isOlder(than: limit) { found.append(.base(digest)) }
        }
        for name in try paths.mirrors.entries() {
            if try paths.mirrors.appending(name).isOlder(than: limit) { found.append(.mirror(name)) }
        }
        for name in try paths.logs.entries() {
            if try paths.logs.appending(name).isOlder(than: limit) { found.append(.log(name)) }
        }
        let records = try index.read { database in
            try Row.fetchAll(database, sql: "SELECT kind, key FROM records WHERE written < ?", arguments: [limit])
                .map { StoreContent.record(RecordKind($0["kind"]), key: $0["key"]) }
        }
        return found + records.filter { !needed.contains($0) }
    }

    private func delete(_ garbage: [StoreContent]) throws -> StoreCollection {
        var result = StoreCollection()
        for content in garbage.sorted(by: { $0.order < $1.order }) {
            if let bytes = try delete(content) {
                result.count(content, bytes: bytes)
            }
        }
        return result
    }

    /// The bytes that would go; `nil` if it is not there.
    private func size(of content: StoreContent) throws -> UInt64? {
        switch content {
        case .blob(let digest): try paths.blob(digest).totalSize()
        case .record: 0
        case .package(let name): try paths.packages.appending(name).totalSize()
        case .tree(let id): try paths.environments.appending(id.hex).totalSize()
        case .base(let digest): try paths.bases.appending(digest.hex).totalSize()
        case .mirror(let name): try paths.mirrors.appending(name).totalSize()
        case .log(let name): try paths.logs.appending(name).totalSize()
        }
    }

    /// The bytes that went; `nil` if it was not there.
    private func delete(_ content: StoreContent) throws -> UInt64? {
        switch content {
        case .blob(let digest):
            let path = paths.blob(digest)
            guard let status = try path.status() else { return nil }
            return try path.unlink() ? UInt64(status.st_size) : nil
        case .record(let kind, let key):
            try removeRecord(kind: kind, key: key)
            return 0
        case .package(let name):
            return try discardFolder(name, in: paths.packages)
        case .tree(let id):
            return try discardFolder(id.hex, in: paths.environments)
        case .base(let digest):
            return try discardFolder(digest.hex, in: paths.bases)
        case .mirror(let name):
            return try discardFolder(name, in: paths.mirrors)
        case .log(let name):
            return try discardFolder(name, in: paths.logs)
        }
    }

    /// A folder goes as a whole: it is renamed away first, so that nobody sees half of it.
    private func discardFolder(_ name: String, in parent: FilePath) throws -> UInt64? {
        guard let component = FilePath.Component(name), component.kind == .regular else { return nil }
        let path = parent.appending(component)
        guard try path.status() != nil else { return nil }
        try paths.temporary.makeFolder()
        let grave = paths.temporary.appending(NewFile.uniqueName())
        try path.rename(to: grave)
        return try grave.removeAll()
    }

    private static func inUse(_ environment: SHA256Digest, _ holders: [String], forcible: Bool) -> StoreError {
        StoreError(
            .inUse, environment.hex, "is used by \(holders.joined(separator: ", "))",
            advice: forcible ? "release it there first, or say --force" : "wait until that has ended")
    }
}

extension StoreContent {
    /// Trees go before the packages that they link to.
    fileprivate var order: Int {
        switch self {
        case .tree: 0
        case .package: 1
        case .base: 2
        case .record: 3
        case .mirror, .log: 4
        case .blob: 5
        }
    }
}

extension FilePath {
    /// Whether it was last changed before that second.
    fileprivate func isOlder(than limit: Int64) throws -> Bool {
        guard let status = try status() else { return false }
        return Int64(status.st_mtim.tv_sec) < limit
    }
}
