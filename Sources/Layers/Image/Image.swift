public import Cryptography
public import ImageSpec
public import SystemPackage
public import Units

/// A blob that an image needs, and where its bytes are.
public struct ImageBlob: Sendable {
    public enum Source: Sendable {
        case bytes([UInt8])
        case file(FilePath)
    }

    public var digest: SHA256Digest
    /// In bytes.
    public var size: UInt64
    public var source: Source

    public init(digest: SHA256Digest, size: UInt64, source: Source) {
        self.digest = digest
        self.size = size
        self.source = source
    }

    /// A document at hand.
    public init(_ bytes: [UInt8]) {
        self.init(digest: SHA256Digest(of: bytes), size: UInt64(bytes.count), source: .bytes(bytes))
    }
}

/// A finished image for one platform.
public struct Image: Sendable {
    public var platform: Platform
    public var manifest: ImageManifest
    public var configuration: ImageConfiguration
    /// The layers above the base.
    public var layers: [Layer]
    /// What several of the plan's packages own.
    public var conflicts: [PathOwnership.PackageConflict]
    /// The manifest's type, digest and size.
    public var descriptor: Descriptor
    /// Everything the image needs: the manifest first, the configuration, and each layer once.
    public var blobs: [ImageBlob]
}

/// The image that another one stands on. Its layers are blobs of the store.
public struct ImageBase: Sendable, Equatable {
    /// What people call it.
    public var name: String
    /// The digest of its manifest.
    public var digest: SHA256Digest
    public var manifest: ImageManifest
    public var configuration: ImageConfiguration

    public init(name: String, digest: SHA256Digest, manifest: ImageManifest, configuration: ImageConfiguration) {
        self.name = name
        self.digest = digest
        self.manifest = manifest
        self.configuration = configuration
    }
}
