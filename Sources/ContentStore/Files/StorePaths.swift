internal import Cryptography
internal import SystemPackage

/// Where things lie in a data folder.
struct StorePaths: Sendable {
    let root: FilePath
    /// The content-addressed files, by the first two digits of their digests.
    let blobs: FilePath
    /// Files and folders being written, each locked by its writer.
    let temporary: FilePath
    /// Downloads that were broken off and may be resumed.
    let partials: FilePath
    let locks: FilePath
    /// Blobs that turned out to be damaged, set aside.
    let damaged: FilePath
    let packages: FilePath
    let environments: FilePath
    /// Base images, unpacked.
    let bases: FilePath
    /// Mirrors of git repositories.
    let mirrors: FilePath
    /// What builds printed.
    let logs: FilePath
    let index: FilePath
    let ballast: FilePath
    private let blobPrefix: String

    init(root: FilePath) {
        self.root = root
        blobs = root.appending("blobs/sha256")
        temporary = root.appending("tmp")
        partials = root.appending("partials")
        locks = root.appending("locks")
        damaged = root.appending("damaged")
        packages = root.appending("volume/packages")
        environments = root.appending("volume/envs")
        bases = root.appending("bases")
        mirrors = root.appending("git")
        logs = root.appending("logs/builds")
        index = root.appending("store.sqlite")
        ballast = root.appending("ballast")
        blobPrefix = blobs.string + "/"
    }

    func blob(_ digest: SHA256Digest) -> FilePath {
        let hex = digest.hex
        return FilePath(blobPrefix + hex.prefix(2) + "/" + hex)
    }

    /// Where something lies; `nil` for what is in the index alone.
    func path(of content: StoreContent) -> FilePath? {
        switch content {
        case .blob(let digest): blob(digest)
        case .record: nil
        case .package(let name): packages.below(name)
        case .tree(let id): environments.appending(id.hex)
        case .base(let digest): bases.appending(digest.hex)
        case .mirror(let name): mirrors.below(name)
        case .log(let name): logs.below(name)
        }
    }
}

extension FilePath {
    /// A file of that name right in this folder; `nil` for what is no plain name.
    fileprivate func below(_ name: String) -> FilePath? {
        guard let component = Component(name), component.kind == .regular else { return nil }
        return appending(component)
    }
}
