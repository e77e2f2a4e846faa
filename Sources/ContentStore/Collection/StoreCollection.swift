/// What a collection has freed, or would.
public struct StoreCollection: Sendable, Equatable {
    /// Blobs.
    public private(set) var files = 0
    /// Unpacked packages.
    public private(set) var packages = 0
    /// Environments' trees on the volume.
    public private(set) var trees = 0
    /// Unpacked bases.
    public private(set) var bases = 0
    /// Mirrors of git repositories.
    public private(set) var mirrors = 0
    /// Logs of builds.
    public private(set) var logs = 0
    /// Derived documents.
    public private(set) var documents = 0
    /// The bytes of the deleted files.
    public private(set) var bytes: UInt64 = 0
    /// How many of all that are left for a later collection, because a build that may need them is running.
    public private(set) var deferred = 0

    public init(deferred: Int = 0) {
        self.deferred = deferred
    }

    /// How many were deleted, of whatever kind.
    public var items: Int { files + packages + trees + bases + mirrors + logs + documents }

    public mutating func add(_ other: StoreCollection) {
        files += other.files
        packages += other.packages
        trees += other.trees
        bases += other.bases
        mirrors += other.mirrors
        logs += other.logs
        documents += other.documents
        bytes += other.bytes
        // Each tells all that wait, so the same ones count once.
        deferred = max(deferred, other.deferred)
    }

    mutating func count(_ content: StoreContent, bytes: UInt64) {
        switch content {
        case .blob: files += 1
        case .package: packages += 1
        case .tree: trees += 1
        case .base: bases += 1
        case .mirror: mirrors += 1
        case .log: logs += 1
        case .record: documents += 1
        }
        self.bytes += bytes
    }
}
