public import ImageSpec
internal import SystemPackage

extension OCILayout {
    /// Keeps artifacts beside the images that they say something about. In a layout they stand in the list of images,
    /// without a tag (as `oras` has it); their manifests tell whose they are. One that is there already stays.
    ///
    /// - Throws: ``LayersError`` (`badLayout`) where the layout does not have such an image.
    public func attach(_ artifacts: [Artifact]) throws {
        let blobs = artifacts.flatMap { $0.blobs.map { ImageBlob($0) } }
        try change(adding: blobs) { index in
            var index = try index ?? missing()
            for artifact in artifacts
            where !index.manifests.contains(where: { $0.digest == artifact.descriptor.digest }) {
                index.manifests.append(artifact.descriptor)
            }
            return index
        }
    }

    /// Keeps a manifest under a tag, in place of the one that had it.
    ///
    /// - Parameters:
    ///   - type: what kind of artifact it is.
    ///   - contents: what it names, where that is not there yet.
    public func put(_ manifest: ImageManifest, type: String, contents: [[UInt8]], tag: String) throws {
        let bytes = manifest.bytes
        var descriptor = Descriptor(mediaType: MediaType.manifest, of: bytes)
        descriptor.artifactType = type
        try change(adding: [ImageBlob(bytes)] + contents.map { ImageBlob($0) }) { index in
            Self.add(descriptor, tag: tag, to: try index ?? missing())
        }
    }

    private func missing() throws -> ImageIndex {
        throw LayersError(
            .badLayout, path.string, "is no image layout", advice: "write the image there first")
    }
}
