internal import JSONDocument

/// A list of manifests: one image's for several platforms, or the tags of a layout (OCI image-spec, image-index.md).
public struct ImageIndex: Sendable, Hashable {
    public var manifests: [Descriptor]
    public var annotations: [String: String]
    /// What the artifact is, where it is no image (OCI 1.1).
    public var artifactType: String?
    /// The manifest that this one is about: a signature's image, for one (OCI 1.1). It is then listed as its referrer.
    public var subject: Descriptor?
    /// Fields that Chidori does not use, as they came.
    var other: [String: JSON] = [:]

    public init(
        manifests: [Descriptor], annotations: [String: String] = [:],
        artifactType: String? = nil, subject: Descriptor? = nil
    ) {
        self.manifests = manifests
        self.annotations = annotations
        self.artifactType = artifactType
        self.subject = subject
    }

    /// Reads an index of OCI's or Docker's. Throws ``ImageSpecError``; `name` is what it calls the document.
    public init(parsing bytes: [UInt8], name: String) throws {
        var fields = try JSONFields(JSON(parsing: bytes, name: name), document: name)
        guard try fields.integer("schemaVersion") == 2 else {
            throw ImageSpecError(.unsupported, name, "is no index of schema version 2")
        }
        if let type = try fields.string("mediaType"), MediaType.canonical(type) != MediaType.index {
            throw ImageSpecError(.malformed, name, "is a \(type), no image index")
        }
        manifests = try fields.required("manifests", fields.array("manifests")).enumerated().map {
            try Descriptor($0.element, document: "\(name), manifest \($0.offset)")
        }
        annotations = try fields.texts("annotations") ?? [:]
        artifactType = try fields.string("artifactType")
        subject = try fields.take("subject").map { try Descriptor($0, document: "\(name), subject") }
        other = fields.rest
    }

    /// The entry for a platform; `nil` if there is none. Where several are, the variant decides: the one asked for, one
    /// without, then the first. An index of one entry that names no platform has that.
    public func manifest(for platform: Platform) -> Descriptor? {
        if manifests.count == 1, let only = manifests.first, only.platform == nil { return only }
        let fitting = manifests.filter {
            $0.platform?.os == platform.os && $0.platform?.architecture == platform.architecture
        }
        // containerd and skopeo both take arm64 without a variant for v8.
        let wanted = platform.variant ?? (platform.architecture == "arm64" ? "v8" : nil)
        return fitting.first { $0.platform?.variant == wanted } ?? fitting.first { $0.platform?.variant == nil }
            ?? (platform.variant == nil ? fitting.first : nil)
    }

    /// The document in its canonical form.
    public var bytes: [UInt8] {
        var fields = other
        fields.set("schemaVersion", .integer(2))
        fields.set("mediaType", MediaType.index)
        fields["manifests"] = .array(manifests.map(\.json))
        fields.set("annotations", annotations)
        fields.set("artifactType", artifactType)
        fields.set("subject", subject?.json)
        return JSON.object(fields).bytes
    }
}
