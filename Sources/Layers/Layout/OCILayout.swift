internal import ImageSpec
public import SystemPackage

/// A folder of images (OCI image-spec, image-layout.md).
public struct OCILayout: Sendable {
    public let path: FilePath

    public init(_ path: FilePath) {
        self.path = path
    }

    /// The list of images; `nil` where there is no layout yet.
    func index() throws -> ImageIndex? {
        guard let bytes = try Files.read(path.appending(ImageLayout.indexName)) else { return nil }
        guard let marker = try Files.read(path.appending(ImageLayout.markerName)) else {
            throw LayersError(
                .badLayout, path.string, "has an index.json but no oci-layout file",
                advice: "name a folder that is an image layout, or one that does not exist yet")
        }
        try ImageLayout.check(marker: marker, name: path.appending(ImageLayout.markerName).string)
        return try ImageIndex(parsing: bytes, name: path.appending(ImageLayout.indexName).string)
    }
}
