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

    public var platform: Platform { configuration.platform }
}
