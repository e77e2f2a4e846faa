internal import JSONDocument

/// The fixed parts of a folder that holds images (OCI image-spec, image-layout.md).
public enum ImageLayout {
    /// The file that marks a layout, and its content.
    public static let markerName = "oci-layout"
    public static let marker = Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8)
    /// The file that lists the images.
    public static let indexName = "index.json"
    /// The folder of the blobs, each under its hexadecimal digest.
    public static let blobs = "blobs/sha256"

    /// Throws `unsupported` unless the marker is of version 1.
    public static func check(marker bytes: [UInt8], name: String) throws {
        var fields = try JSONFields(JSON(parsing: bytes, name: name), document: name)
        let version = try fields.required("imageLayoutVersion", fields.string("imageLayoutVersion"))
        guard version.hasPrefix("1.") else {
            throw ImageSpecError(.unsupported, name, "is an image layout of version \(version); version 1 is known")
        }
    }
}

/// Keys of annotations and labels (OCI image-spec, annotations.md).
public enum Annotation {
    public static let created = "org.opencontainers.image.created"
    public static let title = "org.opencontainers.image.title"
    public static let version = "org.opencontainers.image.version"
    public static let description = "org.opencontainers.image.description"
    public static let revision = "org.opencontainers.image.revision"
    public static let baseName = "org.opencontainers.image.base.name"
    public static let baseDigest = "org.opencontainers.image.base.digest"
    /// In a layout's index: the tag.
    public static let referenceName = "org.opencontainers.image.ref.name"
}
