public import ImageSpec

/// An image for one platform or for several, as one thing with one digest.
public struct ImageSet: Sendable {
    /// The manifest, or the index of the manifests.
    public let descriptor: Descriptor
    /// Everything it needs, each blob once.
    public let blobs: [ImageBlob]
    /// What the bases of its images are called.
    public let bases: [String]

    /// An image whose blobs are at hand.
    ///
    /// - Parameter blobs: everything it needs, each once: the root's own document too.
    public init(_ descriptor: Descriptor, blobs: [ImageBlob]) {
        self.descriptor = descriptor
        self.blobs = blobs
        bases = []
    }

    /// - Parameter images: one for each platform, at least one. They are listed by platform, in whatever order they come.
    public init(_ images: [Image]) {
        precondition(!images.isEmpty, "an image has a platform")
        var blobs: [ImageBlob] = []
        if let only = images.first, images.count == 1 {
            descriptor = only.descriptor
        } else {
            let sorted = images.sorted { $0.platform.description < $1.platform.description }
            let index = ImageIndex(
                manifests: sorted.map { image in
                    var descriptor = image.descriptor
                    descriptor.platform = image.platform
                    return descriptor
                })
            let bytes = index.bytes
            descriptor = Descriptor(mediaType: MediaType.index, of: bytes)
            blobs.append(ImageBlob(bytes))
        }
        var known = Set(blobs.map(\.digest))
        for blob in images.flatMap(\.blobs) where known.insert(blob.digest).inserted { blobs.append(blob) }
        self.blobs = blobs
        bases = images.compactMap { $0.manifest.annotations[Annotation.baseName] }
    }
}
