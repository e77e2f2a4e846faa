internal import ContentStore
internal import Cryptography
internal import FileSystem
public import ImageSpec
internal import Registry
internal import SystemPackage
internal import Workers

/// What can be told of an image without its layers.
public struct ImageInspection: Sendable {
    /// What the reference names.
    public let root: Descriptor
    /// The entries of an index; empty for an image of one platform.
    public let entries: [Descriptor]
    /// The image that was chosen, or the only one.
    public let image: Image?

    public struct Image: Sendable {
        public let descriptor: Descriptor
        public let manifest: ImageManifest
        /// `nil` for an artifact, whose configuration is none of an image.
        public let configuration: ImageConfiguration?
    }
}

extension EnvironmentBuilder {
    /// Looks at an image, wherever it is. Of an index its entries are told, and the image of a platform where one is asked
    /// for; an image by itself must be for that.
    ///
    /// - Throws: as ``copyImage(from:to:_:)``.
    public func inspectImage(_ reference: ImageReference, platform: Platform?) async throws -> ImageInspection {
        let kept = try await store.keepContents(awaiting: "inspecting \(reference)")
        defer { kept.release() }
        let source = try await open(reference)
        let name = reference.description
        let root = try await source.content.document(source.root)
        switch try root.contents(name: name) {
        case .manifest(let manifest):
            let configuration = try await source.configuration(of: manifest, named: name)
            try configuration?.check(isFor: platform, named: name)
            return ImageInspection(
                root: source.root, entries: [],
                image: .init(descriptor: source.root, manifest: manifest, configuration: configuration))
        case .index(let index):
            guard let platform else { return ImageInspection(root: source.root, entries: index.manifests, image: nil) }
            let chosen = try await SelectedImage(.one(platform), of: source.root, named: name, from: source.content)
            guard case .manifest(let manifest) = try await source.content.document(chosen.root).contents(name: name)
            else { return ImageInspection(root: source.root, entries: index.manifests, image: nil) }
            return ImageInspection(
                root: source.root, entries: index.manifests,
                image: .init(
                    descriptor: chosen.root, manifest: manifest,
                    configuration: try await source.configuration(of: manifest, named: name)))
        }
    }

    /// The tags of a repository.
    ///
    /// - Throws: `RegistryError`, `TransferError`.
    public func imageTags(_ repository: RegistryReference) async throws -> [String] {
        try await registry(for: repository).tags(of: repository)
    }
}
