public import ImageSpec

/// An image, or those of several platforms, with everything that belongs to it, found from its root.
public struct SelectedImage: Sendable {
    /// The manifest or index that stands for it.
    public let root: Descriptor
    /// Manifests and indexes with their bytes, the root last.
    public let documents: [RegistryManifest]
    /// Configurations and layers, each once.
    public let blobs: [Descriptor]

    /// Chooses from what `content` has.
    ///
    /// - Parameters:
    ///   - root: of the index or manifest to choose from.
    ///   - name: what messages call the image.
    /// - Throws: ``RegistryError`` (`noPlatform`, `tooLarge`, `unsupported`, `damaged`), `ImageSpecError`, and what
    ///   `content` throws.
    public init(
        _ platforms: PlatformChoice, of root: Descriptor, named name: String, from content: some ImageContent
    ) async throws {
        var graph = ImageGraph(name: name)
        try await graph.add(try await content.document(root), platforms) { try await content.document($0) }
        self.root = graph.chosen ?? root
        if let chosen = graph.chosen {
            documents = graph.documents.filter { $0.descriptor.digest == chosen.digest }
        } else {
            documents = graph.documents
        }
        blobs = graph.blobs
    }
}
