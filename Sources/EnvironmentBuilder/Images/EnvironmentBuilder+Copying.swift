internal import ContentStore
public import Cryptography
public import ImageSpec
internal import Layers
public import Registry
internal import SystemPackage
internal import Workers

/// An image that was copied.
public struct CopiedImage: Sendable {
    /// Of the manifest or index at the destination.
    public let digest: SHA256Digest
    /// Whether that is in OCI's form, and not of Docker's own.
    public let isOCI: Bool
    /// Bytes of its configurations and layers.
    public let size: UInt64
    /// How many images it has, one for each platform.
    public let images: Int
    /// How many there were to choose from.
    public let choice: Int
    /// What was sent and what was there already, at a registry.
    public let push: PushReport?
    public let seconds: Double
}

extension EnvironmentBuilder {
    /// Copies an image from one place to another: its documents byte by byte, so that its digest stays, its blobs checked
    /// against theirs.
    ///
    /// To a registry only what it lacks is read and sent; layers that lie in another repository of the same registry do
    /// not come here at all, where it mounts them.
    ///
    /// A copy of an image of the data folder's environments is remembered as one of theirs.
    ///
    /// - Parameters:
    ///   - platforms: which of an index's images; one that is chosen is copied without the index.
    ///   - wanted: what an image by itself must be for; whatever it is for if `nil`.
    /// - Throws: `RegistryError`, `LayersError`, `ImageSpecError`, `TransferError`, `StoreError`.
    public func copyImage(
        from source: ImageReference, to destination: ImageReference, _ platforms: PlatformChoice,
        wanted: Platform? = nil
    ) async throws -> CopiedImage {
        let watch = Stopwatch()
        return try await stage(.image) {
            let kept = try await store.keepContents(awaiting: "copying \(source)")
            defer { kept.release() }
            let opened = try await open(source)
            try await check(opened, isFor: wanted, named: source.description)
            let image = try await SelectedImage(
                platforms, of: opened.root, named: source.description, from: opened.content)
            var report: PushReport?
            switch destination {
            case .registry(let place):
                let bases = if case .registry(let from) = source { [from.place] } else { [String]() }
                report = try await push(image.root, from: opened.content, to: place, basedOn: bases)
            case .layout, .archive:
                try await write(try await gather(image, opened), to: destination)
            }
            let platform: Platform? = if case .one(let platform) = platforms { platform } else { nil }
            try await blocking { [self] in
                try remember(copy: image.root.digest, of: opened.root.digest, for: platform, as: destination)
            }
            let manifests = image.documents.filter { !$0.isIndex }.count
            return CopiedImage(
                digest: image.root.digest, isOCI: MediaType.canonical(image.root.mediaType) == image.root.mediaType,
                size: image.blobs.reduce(0) { $0 + $1.size }, images: manifests,
                choice: try await choice(opened, image), push: report, seconds: watch.seconds)
        }
    }

    private func check(_ source: ImageSource, isFor wanted: Platform?, named name: String) async throws {
        guard wanted != nil,
            case .manifest(let manifest) = try await source.content.document(source.root).contents(name: name)
        else { return }
        try await source.configuration(of: manifest, named: name)?.check(isFor: wanted, named: name)
    }

    private func choice(_ source: ImageSource, _ image: SelectedImage) async throws -> Int {
        guard source.root.digest != image.root.digest else { return image.documents.filter { !$0.isIndex }.count }
        let root = try await source.content.document(source.root)
        guard case .index(let index) = try root.contents(name: root.descriptor.digest.prefixed) else { return 1 }
        return index.manifests.count
    }

    /// All of an image, at hand. Files that others may change go through the store, which compares them with their digests.
    private func gather(_ image: SelectedImage, _ source: ImageSource) async throws -> ImageSet {
        let store = store
        let content = source.content
        let isForeign = source.isForeign
        let blobs = try await concurrently(image.blobs, atMost: 6) { blob -> ImageBlob in
            switch try await content.source(of: blob) {
            case .bytes(let bytes):
                return ImageBlob(bytes)
            case .file(let path):
                if isForeign {
                    _ = try await blocking {
                        try store.insert(copying: path, expecting: blob.digest, size: blob.size)
                    }
                }
                return ImageBlob(digest: blob.digest, size: blob.size, source: .file(store.blobPath(blob.digest)))
            }
        }
        return ImageSet(image.root, blobs: image.documents.reversed().map { ImageBlob($0.bytes) } + blobs)
    }
}
