internal import Synchronization
public import SystemPackage

/// Content-addressed files and what is known about them, in one data folder that many processes share.
///
/// - **Blobs** are files named by their SHA-256. They are written under a temporary name, made durable and renamed, and
///   never change afterwards. The file system is the truth about them.
/// - **Records** are small documents derived from blobs or indexes, by kind and key, in SQLite.
/// - **Environments** list what they need; **leases** say who uses them; collection removes what no environment needs.
/// - **Locks** between processes are `flock`s under `locks/`: the kernel releases them when their holder dies.
///
/// Making a store touches nothing: folders are made when something is written, the index is opened when it is asked.
/// All functions block for as long as the disk takes; asynchronous callers enter through `Workers`. Every function
/// throws ``StoreError``.
public final class ContentStore: Sendable {
    let paths: StorePaths
    let notice: @Sendable (StoreNotice) -> Void
    let index: Index
    let machineTime: @Sendable () -> MachineTime
    let sweepWasConsidered = Atomic(false)
    /// Whether there was something to be deleted whenever contents were kept: what a build then relies on is spared.
    let mayBeDiscarded = Atomic(false)

    /// A store in `root`, which need not exist yet.
    ///
    /// - Parameters:
    ///   - notice: told what a person may want to know while the store works: a long wait, a rebuilt index. It is called
    ///     in the midst of that work, and must not use the store itself.
    ///   - clock: the machine's clocks.
    public init(
        at root: FilePath, notice: @escaping @Sendable (StoreNotice) -> Void = { _ in },
        clock: @escaping @Sendable () -> MachineTime = { .now }
    ) {
        let paths = StorePaths(root: root.lexicallyNormalized())
        self.paths = paths
        self.notice = notice
        machineTime = clock
        index = Index(paths: paths, notice: notice) { try Self.restoreEnvironments(into: $0, from: paths) }
    }

    /// Closes the index, so that others may change it; the next use opens it again. A process that ends need not.
    public func closeIndex() {
        index.close()
    }

    /// The data folder.
    public var root: FilePath { paths.root }
    /// Where unpacked packages lie: `volume/packages`.
    public var packagesFolder: FilePath { paths.packages }
    /// Where environment trees lie: `volume/envs`.
    public var environmentsFolder: FilePath { paths.environments }
    /// Where base images lie unpacked, by their digests: `bases`.
    public var basesFolder: FilePath { paths.bases }
}
