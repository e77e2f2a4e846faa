public import Cryptography
internal import JSONDocument

/// What refers to a blob: its type, digest and size (OCI image-spec, descriptor.md).
public struct Descriptor: Sendable, Hashable {
    public var mediaType: String
    public var digest: SHA256Digest
    /// In bytes.
    public var size: UInt64
    public var annotations: [String: String]
    /// What the referred image runs on; in an index.
    public var platform: Platform?
    /// What an artifact is: the type of its manifest (OCI 1.1). In lists of referrers.
    public var artifactType: String?
    /// Fields that Chidori does not use, as they came.
    var other: [String: JSON] = [:]

    public init(
        mediaType: String, digest: SHA256Digest, size: UInt64, annotations: [String: String] = [:],
        platform: Platform? = nil, artifactType: String? = nil
    ) {
        self.mediaType = mediaType
        self.digest = digest
        self.size = size
        self.annotations = annotations
        self.platform = platform
        self.artifactType = artifactType
    }

    /// The descriptor of a document in its canonical form.
    public init(mediaType: String, of document: [UInt8]) {
        self.init(mediaType: mediaType, digest: SHA256Digest(of: document), size: UInt64(document.count))
    }

    init(_ json: JSON, document: String) throws {
        var fields = try JSONFields(json, document: document)
        mediaType = try fields.required("mediaType", fields.string("mediaType"))
        let text = try fields.required("digest", fields.string("digest"))
        guard let digest = SHA256Digest(prefixed: text) else {
            throw ImageSpecError(
                .unsupported, document, "has the digest \(text.debugDescription); only sha256 is known")
        }
        self.digest = digest
        guard let size = UInt64(exactly: try fields.required("size", fields.integer("size"))) else {
            throw fields.fault("size", "is negative")
        }
        self.size = size
        annotations = try fields.texts("annotations") ?? [:]
        platform = try fields.take("platform").map(Platform.init)
        artifactType = try fields.string("artifactType")
        other = fields.rest
    }

    /// Whether the blob is at places of its own, and not to be handed on (`urls`, of Docker's and OCI's "foreign" and
    /// "nondistributable" layers).
    public var isForeign: Bool {
        other["urls"] != nil || mediaType.contains(".foreign.") || mediaType.contains(".nondistributable.")
    }

    var json: JSON {
        var fields = other
        fields.set("mediaType", mediaType)
        fields.set("digest", digest.prefixed)
        fields.set("size", JSON.integer(Int64(clamping: size)))
        fields.set("annotations", annotations)
        fields.set("platform", platform?.json)
        fields.set("artifactType", artifactType)
        return .object(fields)
    }
}
