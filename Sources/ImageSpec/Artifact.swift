/// A document that is kept in a registry beside the image that it says something about: its referrer (OCI image-spec 1.1,
/// manifest.md; distribution-spec §listing referrers).
public struct Artifact: Sendable, Hashable {
    /// What kind it is, and the media type of its content where that has no other: `application/spdx+json`.
    public var type: String
    public var manifest: ImageManifest
    public var content: [UInt8]

    /// - Parameters:
    ///   - subject: the manifest that it is about. Only its type, digest and size are told.
    ///   - mediaType: of the content, where that is another than the artifact's.
    public init(
        type: String, content: [UInt8], mediaType: String? = nil, about subject: Descriptor,
        annotations: [String: String] = [:]
    ) {
        self.type = type
        self.content = content
        let subject = Descriptor(mediaType: subject.mediaType, digest: subject.digest, size: subject.size)
        manifest = ImageManifest(
            configuration: Descriptor(mediaType: MediaType.empty, of: MediaType.emptyDocument),
            layers: [Descriptor(mediaType: mediaType ?? type, of: content)], annotations: annotations,
            artifactType: type, subject: subject)
    }

    /// As an index lists it: a list of referrers, or the images of a layout.
    public var descriptor: Descriptor {
        var descriptor = Descriptor(mediaType: MediaType.manifest, of: manifest.bytes)
        descriptor.artifactType = type
        descriptor.annotations = manifest.annotations
        return descriptor
    }

    /// Everything that it is made of, the manifest first.
    public var blobs: [[UInt8]] { [manifest.bytes, MediaType.emptyDocument, content] }
}
