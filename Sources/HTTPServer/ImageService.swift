public import Cryptography
public import SystemPackage

/// What the server asks of whoever makes and keeps images, to offer them as a registry does.
///
/// Repositories have names as the distribution spec has them. What a repository does not offer it does not have: blobs
/// are those that an image of it needs, and no others, whatever else is kept.
public protocol ImageService: Sendable {
    /// The repositories that are for everybody. There may be others, for those who know their names.
    func repositories() async throws -> [String]

    /// The tags of a repository; `nil` where there is none of that name.
    func tags(of repository: String) async throws -> [String]?

    /// What a tag or digest stands for. An image that is not there yet is made, once, however many ask.
    ///
    /// - Parameters:
    ///   - asker: `TENANT/USER`, who pulls, and gets a fair share of what is made.
    ///   - patience: how long to wait for one that is being made.
    /// - Throws: a `Diagnostic` where it cannot be made.
    func manifest(
        _ reference: ManifestReference, of repository: String, for asker: String, patience: Duration
    ) async throws -> ManifestAnswer

    /// Where a blob lies that an image of the repository needs; `nil` where none does, or it is not there.
    func blob(_ digest: SHA256Digest, of repository: String) async throws -> FilePath?

    /// The manifests whose subject has that digest; `nil` where there is no such repository.
    func referrers(to subject: SHA256Digest, in repository: String) async throws -> [Referrer]?
}

/// What stands behind the name of a repository.
public enum ManifestReference: Hashable, Sendable {
    case tag(String)
    case digest(SHA256Digest)
}

public enum ManifestAnswer: Sendable {
    case manifest(ServedManifest)
    /// It is being made.
    ///
    /// - Parameters:
    ///   - build: by which it is known among the server's builds.
    ///   - message: how far it is.
    case making(build: String, message: String)
    case unknownRepository
    case unknownManifest
}

/// A manifest, byte for byte.
public struct ServedManifest: Hashable, Sendable {
    public var digest: SHA256Digest
    public var mediaType: String
    public var bytes: [UInt8]

    public init(digest: SHA256Digest, mediaType: String, bytes: [UInt8]) {
        self.digest = digest
        self.mediaType = mediaType
        self.bytes = bytes
    }
}

/// A manifest that refers to another one (OCI distribution-spec, "Listing Referrers").
public struct Referrer: Hashable, Sendable {
    public var manifest: ServedManifest
    /// What it is, as a client may ask for it.
    public var artifactType: String
    public var annotations: [String: String]

    public init(manifest: ServedManifest, artifactType: String, annotations: [String: String]) {
        self.manifest = manifest
        self.artifactType = artifactType
        self.annotations = annotations
    }
}
