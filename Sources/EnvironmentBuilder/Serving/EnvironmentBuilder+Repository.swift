internal import ContentStore
public import Cryptography
internal import ImageSpec
internal import JSONDocument
internal import Workers

extension ContentStore {
    static let repositories: RecordKind = "repository.1"
    static let referrers: RecordKind = "referrers.1"
}

/// What was given out under the name of a repository stays there for as long as its environment is in the store: whoever
/// has begun to pull an image goes on when the tag has moved, and so does whoever wrote its digest down.
extension EnvironmentBuilder {
    /// How many images a repository remembers.
    private static let mostImages = 64

    /// The images that were given out under a repository's name, the newest first.
    public func images(in repository: String) throws -> [KeptImage] {
        guard let record = try store.record(kind: ContentStore.repositories, key: repository) else { return [] }
        return String(decoding: record, as: UTF8.self).split(separator: "\n").compactMap { KeptImage(line: $0) }
    }

    /// Notes that an image is given out under a repository's name.
    public func offer(_ image: KeptImage, in repository: String) throws {
        if try images(in: repository).first == image { return }
        try store.exclusively("repositories", doing: "noting what \(repository) offers") {
            var images = try images(in: repository)
            images.removeAll { $0 == image }
            images.insert(image, at: 0)
            let lines = images.prefix(Self.mostImages).map(\.line).joined(separator: "\n")
            try store.setRecord(kind: ContentStore.repositories, key: repository, value: Array(lines.utf8))
        }
        try add([.record(ContentStore.repositories, key: repository)], to: image.environment)
    }

    // MARK: - Referrers

    /// Keeps artifacts that refer to an image, its bills of materials and its provenance, for as long as the image's
    /// environment is in the store. They are offered wherever the image is. One of each kind is kept, the first.
    func attach(_ artifacts: [Artifact], to image: KeptImage) throws {
        let key = image.manifest.hex
        var blobs: Set<SHA256Digest> = []
        try store.exclusively("repositories", doing: "attaching to an image") {
            var known = try referrers(to: image.manifest)
            let types = Set(try known.compactMap { try manifest($0)?.artifactType })
            let count = known.count
            for artifact in artifacts {
                let digest = artifact.descriptor.digest
                if !known.contains(digest) {
                    if types.contains(artifact.type) { continue }
                    known.append(digest)
                }
                for blob in artifact.blobs { blobs.insert(try store.insert(blob).digest) }
            }
            guard known.count > count else { return }
            let lines = known.map(\.hex).joined(separator: "\n")
            try store.setRecord(kind: ContentStore.referrers, key: key, value: Array(lines.utf8))
        }
        guard !blobs.isEmpty else { return }
        try add(
            blobs.sorted().map(StoreContent.blob) + [.record(ContentStore.referrers, key: key)], to: image.environment)
    }

    /// The manifests that refer to a manifest.
    public func referrers(to subject: SHA256Digest) throws -> [SHA256Digest] {
        guard let record = try store.record(kind: ContentStore.referrers, key: subject.hex) else { return [] }
        return String(decoding: record, as: UTF8.self).split(separator: "\n").compactMap { SHA256Digest(hex: $0) }
    }

    /// A manifest as it is in the store; `nil` if it is not.
    public func manifest(_ digest: SHA256Digest) throws -> StoredManifest? {
        guard try store.contains(digest) else { return nil }
        return StoredManifest(digest: digest, bytes: try store.bytes(of: digest))
    }
}

/// A manifest with what a registry tells of it.
public struct StoredManifest: Sendable, Hashable {
    public let digest: SHA256Digest
    public let bytes: [UInt8]
    public let mediaType: String
    /// What it holds, if it says so, else the type of its configuration (OCI distribution-spec, "Listing Referrers").
    public let artifactType: String
    public let annotations: [String: String]

    init(digest: SHA256Digest, bytes: [UInt8]) {
        self.digest = digest
        self.bytes = bytes
        let fields = (try? JSON(parsing: bytes))?.fields ?? [:]
        func text(_ value: JSON?) -> String? { if case .string(let text)? = value { text } else { nil } }
        mediaType = text(fields["mediaType"]) ?? "application/vnd.oci.image.manifest.v1+json"
        artifactType = text(fields["artifactType"]) ?? text(fields["config"]?.fields?["mediaType"]) ?? ""
        annotations = (fields["annotations"]?.fields ?? [:]).compactMapValues(text)
    }
}
