public import Cryptography
public import ImageSpec
public import SystemPackage

extension OCILayout {
    /// The image that a tag names; without a tag, the only one there is.
    ///
    /// What is said of images is none itself.
    ///
    /// - Throws: ``LayersError`` (`notFound`, `badLayout`), `ImageSpecError`.
    public func image(tag: String?) throws -> Descriptor {
        guard let index = try index() else {
            throw LayersError(
                .notFound, path.string, "is no image layout: it has no index.json",
                advice: "name the folder of an OCI image layout")
        }
        return try Self.image(tag: tag, in: index, name: path.string)
    }

    /// Where a blob lies, if it is there.
    public func blobPath(_ digest: SHA256Digest) -> FilePath {
        path.appending(ImageLayout.blobs).appending(digest.hex)
    }

    static func image(tag: String?, in index: ImageIndex, name: String) throws -> Descriptor {
        let images = index.manifests.filter { $0.artifactType == nil }
        let tags = images.compactMap { $0.annotations[Annotation.referenceName] }
        func choice() -> String { tags.isEmpty ? "name no tag" : "it has: \(tags.joined(separator: ", "))" }
        if let tag {
            if let match = index.manifests.first(where: { $0.annotations[Annotation.referenceName] == tag }) {
                return match
            }
            throw LayersError(.notFound, name, "has no image of the tag \(tag)", advice: choice())
        }
        guard let only = images.first, images.count == 1 else {
            throw LayersError(
                .notFound, name, images.isEmpty ? "holds no image" : "holds several images",
                advice: images.isEmpty ? "name another layout" : "name one by its tag; \(choice())")
        }
        return only
    }
}
