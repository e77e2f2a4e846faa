public import ContentStore
internal import FoundationEssentials
public import SystemPackage

/// Brings a lock's package files into the store.
public struct BaseFetcher: Sendable {
    let store: ContentStore
    let offline: Bool
    let sources: FilePath?

    /// - Parameter sources: a file or folder of apt sources in place of the machine's.
    public init(store: ContentStore, offline: Bool = false, sources: FilePath? = nil) {
        self.store = store
        self.offline = offline
        self.sources = sources
    }

    /// The packages of one architecture whose files the store lacks.
    public func missing(_ lock: BaseLock, _ architecture: DebianArchitecture) throws -> [DebianPackage] {
        try lock.part(architecture).packages.filter { try !store.contains($0.digest) }
    }

    /// Fetches what is missing, through apt, and keeps it under the digests of the lock. Blocks.
    ///
    /// - Parameter scratch: an empty folder on the store's own file system, so that files are moved and not copied.
    /// - Throws: ``BaseError``: offline, no sources, a version that is served no longer, or a file that is not what
    ///   the lock says.
    public func fetch(_ lock: BaseLock, _ architecture: DebianArchitecture, scratch: FilePath) throws {
        let wanted = try missing(lock, architecture)
        guard !wanted.isEmpty else { return }
        guard !offline else {
            throw BaseError(
                .unreachable, lock.name, "needs \(wanted.count) package files that are not in the data folder, offline",
                advice: "run the same once without --offline")
        }
        let sources = try AptSources.machine(suites: lock.suites, components: lock.components, override: sources)
        let apt = try AptRoot(in: scratch.appending("apt"), architecture: architecture, sources: sources)
        let files = scratch.appending("files")
        try FileManager.default.createDirectory(atPath: files.string, withIntermediateDirectories: true)
        try apt.download(wanted, into: files)

        for package in wanted {
            do {
                _ = try store.adopt(files.appending(package.downloadName), expecting: package.digest)
            } catch let error as StoreError where error.code == .mismatch {
                throw BaseError(
                    .wrongContent, package.file, "is served with other content than the lock's SHA-256: \(error)",
                    advice:
                        "find out why the archive changed a published file; lock the base again only if it is right",
                    cause: error)
            }
        }
    }
}

extension DebianPackage {
    /// The name that `apt-get download` gives the file: it escapes a version's colon, and the pool's name leaves the
    /// epoch out.
    var downloadName: String {
        let escaped = version.split(separator: ":", omittingEmptySubsequences: false).joined(separator: "%3a")
        return "\(name)_\(escaped)_\(architecture).deb"
    }
}
