internal import JSONDocument

/// An image for one platform: its configuration and its layers, the lowest first (OCI image-spec, manifest.md).
public struct ImageManifest: Sendable, Hashable {
    public var configuration: Descriptor
    public var layers: [Descriptor]
    public var annotations: [String: String]
    /// What the artifact is, where it is no image (OCI 1.1).
    public var artifactType: String?
    /// The manifest that this one is about: a signature's image, for one (OCI 1.1). It is then listed as its referrer.
    public var subject: Descriptor?
    /// Fields that Chidori does not use, as they came.
    var other: [String: JSON] = [:]

    public init(
        configuration: Descriptor, layers: [Descriptor], annotations: [String: String] = [:],
        artifactType: String? = nil, subject: Descriptor? = nil
    ) {
        self.configuration = configuration
        self.layers = layers
        self.annotations = annotations
        self.artifactType = artifactType
        self.subject = subject
    }

    /// Reads a manifest of OCI's or Docker's. Throws ``ImageSpecError``; `name` is what it calls the document.
    public init(parsing bytes: [UInt8], name: String) throws {
        var fields = try JSONFields(JSON(parsing: bytes, name: name), document: name)
        guard try fields.integer("schemaVersion") == 2 else {
            throw ImageSpecError(.unsupported, name, "is no manifest of schema version 2")
        }
        if let type = try fields.string("mediaType"), MediaType.canonical(type) != MediaType.manifest {
            throw ImageSpecError(.malformed, name, "is a \(type), no image manifest")
        }
        configuration = try Descriptor(
            fields.required("config", fields.take("config")), document: "\(name), config")
        layers = try fields.required("layers", fields.array("layers")).enumerated().map {
            try Descriptor($0.element, document: "\(name), layer \($0.offset)")
        }
        annotations = try fields.texts("annotations") ?? [:]
        artifactType = try fields.string("artifactType")
        subject = try fields.take("subject").map { try Descriptor($0, document: "\(name), subject") }
        other = fields.rest
    }

    /// The document in its canonical form.
    public var bytes: [UInt8] {
        var fields = other
        fields.set("schemaVersion", .integer(2))
        fields.set("mediaType", MediaType.manifest)
        fields.set("config", configuration.json)
        // A manifest without layers still has the list.
        fields["layers"] = .array(layers.map(\.json))
        fields.set("annotations", annotations)
        fields.set("artifactType", artifactType)
        fields.set("subject", subject?.json)
        return JSON.object(fields).bytes
    }
}
