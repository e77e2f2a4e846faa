internal import Cryptography
internal import GRDB
internal import SQLite
internal import SystemPackage

extension ContentStore {
    /// Removes what a policy takes: environments that nobody uses, what no environment needs, what builds printed.
    ///
    /// Builds go on beside it and never wait for it. It may be killed at any moment: the next one goes on. One process
    /// collects at a time; another waits.
    ///
    /// - Parameter isStopped: asked now and then; once it is so, the rest is left for another time.
    /// - Throws: `.diskFull` where the disk has no room for notes (``freeing(_:)``).
    @discardableResult
    public func collect(
        _ policy: CollectionPolicy, until isStopped: () -> Bool = { false }
    ) throws -> CollectionReport {
        let lock = try lock(Self.collectingKey, doing: Self.collecting)
        defer { lock.release() }
        try sweep()
        var view = try StoreView(of: self, policy)
        let plan = try view.plan(policy)
        var report = CollectionReport()
        var rest = plan.loose[...]
        // Noted and deleted by turns: notes take room too.
        while !rest.isEmpty, !isStopped() {
            try index.write { try Self.discard(rest.prefix(Self.mostNotes), in: $0) }
            rest = rest.dropFirst(Self.mostNotes)
            report.freed.add(try deleteDiscarded(&view.needs, until: isStopped))
        }
        var forgotten = 0
        var pace = Pace()
        for id in plan.environments where !isStopped() {
            guard let environment = view.environment(id) else { continue }
            do {
                forgotten += try forget(
                    id, evenIfHeldBy: { $0.isTag && policy.namedFor != nil }, unlessUsedAfter: view.lastUse(of: id),
                    forcible: false)
                report.removed.append(environment)
                pace.rest()
            } catch let error as StoreError where [.inUse, .missing].contains(error.code) {
                // Somebody has come to use it since it was looked at, or has removed it.
                continue
            }
            guard forgotten >= Self.mostNotes else { continue }
            report.freed.add(try deleteDiscarded(&view.needs, until: isStopped))
            forgotten = 0
        }
        // Also what earlier ones had to leave.
        report.freed.add(try deleteDiscarded(&view.needs, until: isStopped))
        report.size = plan.size
        try view.rememberSizes(except: plan)
        return report
    }

    /// How many notes are made before what they tell is deleted: some milliseconds' worth.
    private static let mostNotes = 2000

    /// What ``collect(_:)`` would do. Nothing is changed.
    public func rehearse(_ policy: CollectionPolicy) throws -> CollectionReport {
        var view = try StoreView(of: self, policy)
        let plan = try view.plan(policy)
        var report = CollectionReport()
        report.size = plan.size
        report.removed = plan.environments.compactMap { view.environment($0) }
        let discarded = try allDiscarded().filter { !view.needs.contains($0) }
        for content in Set(plan.loose + plan.freed + discarded) {
            if case .record(let kind, let key) = content {
                if try record(kind: kind, key: key) != nil { report.freed.count(content, bytes: 0) }
            } else if let bytes = try view.bytes(of: content) {
                report.freed.count(content, bytes: bytes)
            }
        }
        return report
    }
}

extension Lease.Holder {
    fileprivate var isTag: Bool { if case .tag = self { true } else { false } }
}

/// A store as a collection finds it.
private struct StoreView {
    private let store: ContentStore
    private let clock: StoreClock
    private let environments: [SHA256Digest: StoredEnvironment]
    private let lastUses: [SHA256Digest: Int64]
    private let leases: [SHA256Digest: [Lease]]
    var needs: Needs
    private var sizes: StoreSizes

    init(of store: ContentStore, _ policy: CollectionPolicy) throws {
        self.store = store
        clock = try store.clock()
        lastUses = try store.lastUses()
        leases = Dictionary(grouping: try store.leases(), by: \.environment)
        environments = Dictionary(try store.environments().map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        needs = try store.index.read { try Needs($0) }
        let paths = store.paths
        // They are many; without a limit only those of what goes are asked for.
        sizes =
            policy.size == nil
            ? StoreSizes(paths) : try store.index.read { try StoreSizes(paths, remembered: $0) }
    }

    func environment(_ id: SHA256Digest) -> StoredEnvironment? { environments[id] }

    func lastUse(of id: SHA256Digest) -> Int64? { lastUses[id] }

    mutating func bytes(of content: StoreContent) throws -> UInt64? { try sizes.bytes(of: content) }

    mutating func rememberSizes(except plan: CollectionPlan) throws {
        try sizes.remember(in: store.index, except: Set(plan.loose + plan.freed))
    }

    mutating func plan(_ policy: CollectionPolicy) throws -> CollectionPlan {
        var loose: [CollectionPlan.Loose] = []
        var size: UInt64?
        for content in try store.paths.stored() {
            let isNeeded = needs.contains(content)
            if policy.size != nil { size = try (size ?? 0) + (sizes.bytes(of: content) ?? 0) }
            if !isNeeded, let written = try store.paths.written(content) {
                loose.append(CollectionPlan.Loose(content: content, written: clock.time(ofFile: written)))
            }
        }
        for (record, written) in try store.recordTimes() where !needs.contains(record) {
            loose.append(CollectionPlan.Loose(content: record, written: clock.time(ofFile: written)))
        }
        if policy.size != nil { size = size ?? 0 }
        let candidates = try environments.values.map { environment in
            let leases = leases[environment.id] ?? []
            return CollectionPlan.Environment(
                id: environment.id, used: lastUses[environment.id] ?? clock.time,
                hasName: leases.contains { $0.holder.isTag },
                isHeld: try leases.contains { try !$0.holder.isTag && store.isLive($0) }
                    || !store.isIdle(environment.id))
        }
        return try CollectionPlan(
            policy, now: clock.time, environments: candidates, loose: loose, needs: needs, size: size
        ) { try sizes.bytes(of: $0) ?? 0 }
    }
}

extension ContentStore {
    /// Every derived document, with the time at which it was written by the machine's clock.
    fileprivate func recordTimes() throws -> [(StoreContent, Int64)] {
        try index.read { database in
            try SQLStatement(database, "SELECT kind, key, written FROM records").all { row in
                (.record(RecordKind(row.text(0)), key: row.text(1)), row.integer(2))
            }
        }
    }
}

extension StorePaths {
    /// Everything of the store that lies on disk under its lasting name.
    fileprivate func stored() throws -> [StoreContent] {
        var found: [StoreContent] = []
        for folder in try blobs.entries() {
            for name in try blobs.appending(folder).entries() where name.hasPrefix(folder) {
                if let digest = SHA256Digest(hex: name), digest.hex == name { found.append(.blob(digest)) }
            }
        }
        found += try packages.entries().map(StoreContent.package)
        found += try environments.entries().compactMap { SHA256Digest(hex: $0) }.map(StoreContent.tree)
        found += try bases.entries().compactMap { SHA256Digest(hex: $0) }.map(StoreContent.base)
        found += try mirrors.entries().map(StoreContent.mirror)
        found += try logs.entries().map(StoreContent.log)
        return found
    }

    /// The second in which something on disk was last changed; `nil` if it is not there any more.
    fileprivate func written(_ content: StoreContent) throws -> Int64? {
        try path(of: content)?.written()
    }
}
