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

    /// Changes the artifact under a tag. Writers of one layout take turns, so that none takes away what another adds.
    ///
    /// - Parameters:
    ///   - type: what kind of artifact it is.
    ///   - change: given the manifest that has the tag, the one that is to have it, and what that names; `nil` where nothing
    ///     is missing.
    /// - Returns: whether anything was written.
    public func update(
        tag: String, type: String, _ change: (ImageManifest?) throws -> (manifest: ImageManifest, contents: [[UInt8]])?
    ) throws -> Bool {
        try self.change { index in
            let index = try index ?? missing()
            let entry = index.manifests.first { $0.annotations[Annotation.referenceName] == tag }
            let known = try entry.map { try ImageManifest(parsing: document($0), name: "\(path):\(tag)") }
            guard let next = try change(known) else { return nil }
            let bytes = next.manifest.bytes
            var descriptor = Descriptor(mediaType: MediaType.manifest, of: bytes)
            descriptor.artifactType = type
            return (
                [ImageBlob(bytes)] + next.contents.map { ImageBlob($0) }, Self.add(descriptor, tag: tag, to: index)
            )
        }
    }

    private func missing() throws -> ImageIndex {
        throw LayersError(
            .badLayout, path.string, "is no image layout", advice: "write the image there first")
    }
}
