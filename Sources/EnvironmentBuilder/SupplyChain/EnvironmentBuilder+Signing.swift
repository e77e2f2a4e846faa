internal import ContentStore
public import Cryptography
public import ImageSpec
internal import Layers
internal import Registry
internal import SupplyChain
internal import SystemPackage
internal import Workers

/// What a look at an image found.
public struct ImageReport: Sendable {
    /// Something that is said of an image beside it.
    public struct Statement: Sendable, Hashable {
        public enum Trust: String, Sendable {
            case signed
            /// Nobody vouches for it.
            case unsigned
            /// By another key.
            case otherKey
            /// About another image, whoever signed it: it counts for nothing here.
            case otherSubject
        }

        /// `application/spdx+json`.
        public var type: String
        public var digest: SHA256Digest
        public var trust: Trust
    }

    public let digest: SHA256Digest
    /// The name that it was signed under; `nil` where no key was given.
    public let signedAs: String?
    /// Blobs that were read, the manifests with them.
    public let blobs: Int
    /// Their bytes.
    public let bytes: UInt64
    public let statements: [Statement]
}

extension EnvironmentBuilder {
    /// Signs an image, unless the key has signed it under that name before.
    ///
    /// - Parameter name: what the image goes by, without tag and digest: `registry.example/team/image`.
    /// - Returns: the image's digest, and whether a signature was added.
    /// - Throws: `LayersError`, `RegistryError`, `SupplyChainError`; ``BuilderError`` for an archive.
    public func sign(
        _ reference: ImageReference, as name: String, with key: SigningKey
    ) async throws -> (digest: SHA256Digest, isNew: Bool) {
        let image = try await open(reference).root
        let shelf = try await shelf(of: reference)
        var signatures = try await shelf.signatures(of: image.digest)
        guard signatures.sign(SimpleSigning(reference: name, digest: image.digest), with: key) else {
            return (image.digest, false)
        }
        try await shelf.put(signatures, of: image.digest)
        return (image.digest, true)
    }

    /// Holds an image to its signature, its manifests, configurations and layers to their digests, and tells what is said
    /// of it.
    ///
    /// - Parameters:
    ///   - name: what it must have been signed as; anything if `nil`.
    ///   - key: whoever must have signed it; nobody if `nil`.
    /// - Throws: `SupplyChainError` where it is not signed so, `LayersError` and `RegistryError` where something is not
    ///   what its digest says.
    public func verify(
        image reference: ImageReference, as name: String? = nil, key: VerificationKey?
    ) async throws -> ImageReport {
        let kept = try await store.keepContents(awaiting: "verifying \(reference)")
        defer { kept.release() }
        return try await stage(.verifying) {
            let source = try await open(reference)
            let shelf = try await shelf(of: reference)
            let signatures = try await shelf.signatures(of: source.root.digest)
            let payload = try key.map {
                try signatures.verify(image: source.root.digest, reference: name, with: $0, name: "\(reference)")
            }
            let contents = try await check(source, reference)
            return ImageReport(
                digest: source.root.digest, signedAs: payload?.reference, blobs: contents.count,
                bytes: contents.reduce(0) { $0 + $1.size },
                statements: try await shelf.statements(about: source.root.digest, key))
        }
    }

    /// Reads everything that an image is made of, and gives it, each blob once. What comes from a registry or a file is
    /// compared with its digest as it comes.
    private func check(_ source: ImageSource, _ reference: ImageReference) async throws -> [Descriptor] {
        let image = try await SelectedImage(
            .all, of: source.root, named: reference.description, from: source.content)
        let contents = image.documents.map(\.descriptor) + image.blobs
        for (done, blob) in image.blobs.enumerated() {
            observer(.progressed(.verifying, done: done, total: image.blobs.count))
            if case .layout(let path, _) = reference {
                try await blocking { try OCILayout(FilePath(path)).check(blob) }
            } else {
                _ = try await source.content.source(of: blob)
            }
        }
        return contents
    }
}
