public import ContentStore
internal import Cryptography
internal import Glibc
public import Recipes
public import SystemPackage
internal import Units

/// Somebody who uses an environment.
public struct LivingLease: Sendable, Hashable {
    public let holder: Lease.Holder
    /// Seconds until it counts no longer; `nil` for as long as it is not released.
    public let remaining: Int64?
}

/// An environment that the store knows, as lists show it: by the name that was asked for, or the first of its names.
public struct EnvironmentSummary: Sendable {
    public let stored: StoredEnvironment
    public let manifest: EnvironmentManifest
    /// What it is by each of its tags, in their order.
    public let names: [EnvironmentName]
    /// Who uses it, of those who still do, and for how long yet.
    public let leases: [LivingLease]
    /// Seconds since it was last used, as exactly as an hour.
    public let unusedFor: Int64
    /// Where it lies on the volume, if it does.
    public let path: FilePath?
    /// Bytes of each of its jars, in the order of the class path; `nil` for one that is not in the store any more.
    public let jarSizes: [UInt64?]

    public var id: EnvironmentID { manifest.id }
    /// Who uses it, of those who still do.
    public var holders: [Lease.Holder] { leases.map(\.holder) }
    /// The names by which it is known.
    public var tags: [String] { names.map(\.tag) }
    /// Whether a newer build has taken its name, and it has no other.
    public var isSuperseded: Bool { tags.isEmpty && !hasLostNames }
    /// Whether it has no name because the store had lost its index, and with it all names.
    public var hasLostNames: Bool { tags.isEmpty && holders.contains(.unknown) }

    /// By name, version and age.
    fileprivate var order: (String, String, Int64, String) {
        (stored.name, stored.version, stored.created, stored.id.hex)
    }
}

extension EnvironmentBuilder {
    /// Every environment that the store knows, by name.
    public func summaries() throws -> [EnvironmentSummary] {
        let leases = Dictionary(grouping: try store.leases(), by: \.environment)
        let (now, uses) = (try store.time(), try store.lastUses())
        let summaries = try store.environments().compactMap { stored -> EnvironmentSummary? in
            // One that was removed since the list was made is not listed.
            guard let manifest = try store.manifest(of: stored.id) else { return nil }
            let leases = leases[stored.id] ?? []
            return try summary(
                stored, manifest, as: names(of: stored, leases).first, leases: leases,
                unusedFor: now - (uses[stored.id] ?? now), now: now)
        }
        return summaries.sorted { $0.order < $1.order }
    }

    /// One environment, by name, tag or the beginning of its id.
    public func summary(_ reference: String) throws -> EnvironmentSummary {
        let (stored, name) = try found(reference)
        guard let manifest = try store.manifest(of: stored.id) else {
            throw BuilderError(
                .unknownEnvironment, subject: stored.id.hex, message: "has just been removed",
                advice: "look again with `chidori env list`")
        }
        let now = try store.time()
        return try summary(
            stored, manifest, as: name, leases: store.leases(of: stored.id),
            unusedFor: now - (store.lastUses()[stored.id] ?? now), now: now)
    }

    private func summary(
        _ stored: StoredEnvironment, _ bytes: [UInt8], as name: EnvironmentName?, leases: [Lease], unusedFor: Int64,
        now: Int64
    ) throws -> EnvironmentSummary {
        let manifest = try EnvironmentManifest(parsing: bytes, name: "the store's record of \(stored.name)")
        let path = volumePath(of: manifest.id)
        let isPublished = access(path.appending("chidori.json").string, F_OK) == 0
        return EnvironmentSummary(
            stored: stored.known(as: name), manifest: manifest.known(as: name), names: try names(of: stored, leases),
            leases: try leases.filter(store.isLive).map { lease in
                LivingLease(holder: lease.holder, remaining: lease.until.map { $0 - now })
            },
            unusedFor: max(0, unusedFor), path: isPublished ? path : nil,
            jarSizes: try manifest.jars.map { try store.size(of: $0.artifact) })
    }

    /// What removing came to.
    public struct Removal: Sendable {
        public let environment: StoredEnvironment
        /// The names that went.
        public let tags: [String]
        /// The names that the environment still has; if there are any, it stays.
        public let remaining: [String]
        public let freed: StoreCollection
    }

    /// Removes an environment and what only it used. A name of one that has others takes only that name away.
    ///
    /// - Parameters:
    ///   - reference: a name, or the beginning of an id, which means the environment under all its names.
    ///   - forced: in spite of leases other than its names.
    /// - Throws: `StoreError` (`inUse`), which says by whom.
    public func remove(_ reference: String, forced: Bool) throws -> Removal {
        try store.freeing { try removing(reference, forced: forced) }
    }

    private func removing(_ reference: String, forced: Bool) throws -> Removal {
        let summary = try summary(reference)
        let remaining = summary.tags.contains(reference) ? summary.tags.filter { $0 != reference } : []
        guard remaining.isEmpty else {
            try store.release(.tag(reference), of: summary.stored.id)
            return Removal(
                environment: summary.stored, tags: [reference], remaining: remaining, freed: StoreCollection())
        }
        let freed = try store.remove(
            summary.stored.id, releasing: Set(summary.tags.map(Lease.Holder.tag)), forced: forced)
        return Removal(environment: summary.stored, tags: summary.tags, remaining: [], freed: freed)
    }
}
