public import ContentStore
public import Cryptography
public import ImageSpec

/// An image that environments are put on. Its manifest, its configuration and all its layers are blobs of the store.
public struct BaseImage: Sendable, Equatable {
    /// What it was made from, for labels and messages: `debian12-python3.11`, `oci:/images:python`.
    public let name: String
    /// The manifest's digest, which the image is known by.
    public let digest: SHA256Digest
    public let manifest: ImageManifest
    public let configuration: ImageConfiguration
    /// The interpreter's path inside, where it is known.
    public let python: String?
    /// The digest of the lock it was built from, for its architecture.
    let lock: SHA256Digest?
    /// The files that it was built from, since archives drop old versions.
    let artifacts: [SHA256Digest]
    /// What the store knows it by, where it came from a registry.
    var registryKey: String?

    /// Whether it was built from a lock, of packages whose digests that names; not an image that somebody else made.
    public var isBuiltHere: Bool { lock != nil }

    /// Everything of the store that an environment on this base needs.
    public var contents: [StoreContent] {
        let blobs = [digest, manifest.configuration.digest] + manifest.layers.map(\.digest) + artifacts
        let records: [StoreContent] =
            (lock.map { [.record(BaseImages.kind, key: $0.hex)] } ?? [])
            + (registryKey.map { [.record(BaseImages.registryKind, key: $0)] } ?? [])
        return blobs.map { .blob($0) } + records + [.base(digest)]
    }

    /// What images that stand on it say of where it is from. The folder of a layout is this machine's own affair, and
    /// would make other bytes of the same image elsewhere: its last name and the tag are told.
    public var label: String {
        if name.hasPrefix("docker://") { return String(name.dropFirst("docker://".count)) }
        guard name.hasPrefix("oci:") else { return name }
        let place = name.dropFirst("oci:".count)
        return place.pathNames.last ?? String(place)
    }

    public var platform: Platform { configuration.platform }
}
