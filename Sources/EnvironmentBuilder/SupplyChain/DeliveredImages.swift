internal import ContentStore
public import Cryptography
internal import FoundationEssentials
public import ImageSpec
internal import PythonPackaging
public import Recipes
internal import SystemPackage

/// An image that was made of an environment, by its digest and where it was written or pushed to.
public struct RememberedImage: Sendable, Hashable {
    public let digest: SHA256Digest
    /// `oci:DIR:TAG`, `docker://HOST/NAME:TAG`.
    public let reference: String
}

extension ContentStore {
    static let images: RecordKind = "images.1"
}

extension EnvironmentBuilder {
    /// Keeps in mind which image was made of environments, so that it can be told which images contain a file.
    ///
    /// Blocks, while another process notes one of its own.
    ///
    /// - Parameter reference: a path is taken from the current folder.
    public func remember(
        image: SHA256Digest, as reference: ImageReference, of environments: [EnvironmentID]
    ) throws {
        let image = RememberedImage(digest: image, reference: Self.absolute(reference).description)
        for environment in environments where try !images(of: environment).contains(image) {
            try store.exclusively("images", doing: "noting an image of \(environment)") {
                // A place that was written to again holds the new image alone.
                let known = try images(of: environment).filter { $0.reference != image.reference } + [image]
                let lines = known.map { "\($0.digest.hex) \($0.reference)\n" }.joined()
                try store.setRecord(kind: ContentStore.images, key: environment.description, value: Array(lines.utf8))
            }
        }
    }

    /// Keeps in mind where an image went that was made of environments of the data folder.
    ///
    /// - Parameters:
    ///   - copy: what is there now: the image, or the one of its index for a platform.
    ///   - image: as it was known before.
    ///   - platform: for which the copy was chosen.
    func remember(
        copy: SHA256Digest, of image: SHA256Digest, for platform: Platform?, as reference: ImageReference
    ) throws {
        for environment in try store.environments() {
            if copy != image, let platform, let own = try? TargetPlatform(environment.platform),
                !Platform(machine: own.architecture.rawValue).fits(platform)
            {
                continue
            }
            let id = EnvironmentID(environment.id)
            let known = try images(of: id).map(\.digest) + keptImages(of: environment.id)
            guard known.contains(image) || known.contains(copy) else { continue }
            try remember(image: copy, as: reference, of: [id])
        }
    }

    /// The manifests of an environment's images that are in the store, whole or not: its releases, and what was pulled.
    private func keptImages(of environment: SHA256Digest) throws -> [SHA256Digest] {
        try (store.contents(of: environment) ?? []).compactMap { content in
            guard case .record(ContentStore.keptImages, let key) = content,
                let record = try store.record(kind: ContentStore.keptImages, key: key)
            else { return nil }
            return KeptImageRecord(record: record)?.manifest
        }
    }

    /// The images that were made of an environment.
    public func images(of environment: EnvironmentID) throws -> [RememberedImage] {
        guard let record = try store.record(kind: ContentStore.images, key: environment.description) else { return [] }
        return record.split(separator: 0x0A).compactMap { line in
            let words = String(decoding: line, as: UTF8.self).split(separator: " ", maxSplits: 1)
            guard words.count == 2, let digest = SHA256Digest(hex: words[0]) else { return nil }
            return RememberedImage(digest: digest, reference: String(words[1]))
        }
    }

    /// The same place from any folder.
    private static func absolute(_ reference: ImageReference) -> ImageReference {
        let current = FilePath(FileManager.default.currentDirectoryPath)
        func whole(_ path: String) -> String { current.pushing(FilePath(path)).lexicallyNormalized().string }
        return switch reference {
        case .layout(let path, let tag): .layout(path: whole(path), tag: tag)
        case .archive(let path, let tag): .archive(path: whole(path), tag: tag)
        case .registry: reference
        }
    }
}
