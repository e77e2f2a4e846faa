internal import JSONDocument

/// A list of manifests: one image's for several platforms, or the tags of a layout (OCI image-spec, image-index.md).
public struct ImageIndex: Sendable, Hashable {
    public var manifests: [Descriptor]
    public var annotations: [String: String]
    /// Fields that Chidori does not use, as they came.
    var other: [String: JSON] = [:]

    public init(manifests: [Descriptor], annotations: [String: String] = [:]) {
        self.manifests = manifests
        self.annotations = annotations
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
        other = fields.rest
    }

    /// The document in its canonical form.
    public var bytes: [UInt8] {
        var fields = other
        fields.set("schemaVersion", .integer(2))
        fields.set("mediaType", MediaType.index)
        fields["manifests"] = .array(manifests.map(\.json))
        fields.set("annotations", annotations)
        return JSON.object(fields).bytes
    }
}
