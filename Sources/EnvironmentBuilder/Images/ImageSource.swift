internal import ContentStore
internal import Cryptography
internal import ImageSpec
internal import Layers
internal import Registry
internal import SystemPackage
internal import Workers

/// An image somewhere, to be looked at or copied.
struct ImageSource {
    let root: Descriptor
    let content: AnyImageContent
    /// The files of a layout belong to others, and nobody has compared them with their digests.
    let isForeign: Bool
}

extension ImageSource {
    /// The configuration of an image; `nil` of an artifact, which has none of an image.
    func configuration(of manifest: ImageManifest, named name: String) async throws -> ImageConfiguration? {
        guard MediaType.canonical(manifest.configuration.mediaType) == MediaType.configuration else { return nil }
        return try ImageConfiguration(parsing: try await content.small(manifest.configuration), name: name)
    }
}

extension ImageConfiguration {
    /// Holds an image by itself, which no index tells of, to the platform that was asked for.
    ///
    /// - Throws: `RegistryError` (`noPlatform`).
    func check(isFor wanted: Platform?, named name: String) throws {
        guard let wanted, !platform.fits(wanted) else { return }
        throw RegistryError(
            .noPlatform, name, "is one image, for \(platform), and none for \(wanted)",
            advice: "leave --platform out, or name an image for \(wanted)")
    }
}

/// The content of an image from any kind of place.
struct AnyImageContent: ImageContent {
    private let find: @Sendable (Descriptor) async throws -> BlobSource

    init(_ find: @escaping @Sendable (Descriptor) async throws -> BlobSource) {
        self.find = find
    }

    func source(of blob: Descriptor) async throws -> BlobSource { try await find(blob) }
}

extension EnvironmentBuilder {
    /// Finds the image that a reference means. Of one at a registry nothing but its root is fetched yet.
    func open(_ reference: ImageReference) async throws -> ImageSource {
        switch reference {
        case .layout(let path, let tag):
            let layout = OCILayout(FilePath(path))
            let root = try await blocking { try layout.image(tag: tag) }
            return ImageSource(
                root: root, content: AnyImageContent { .file(layout.blobPath($0.digest)) }, isForeign: true)
        case .archive(let path, let tag):
            let store = store
            let root = try await blocking { try OCIArchive.read(FilePath(path), tag: tag, into: store) }
            return ImageSource(
                root: root, content: AnyImageContent { .file(store.blobPath($0.digest)) }, isForeign: false)
        case .registry(let place):
            let client = try await registry(for: place)
            let document = try await client.manifest(place)
            let remote = RegistryContent(
                place, client: client, store: store, observe: observe { .downloaded(file: $0, size: $1) })
            return ImageSource(
                root: document.descriptor,
                content: AnyImageContent { blob in
                    if blob.digest == document.descriptor.digest { return .bytes(document.bytes) }
                    return try await remote.source(of: blob)
                }, isForeign: false)
        }
    }
}
