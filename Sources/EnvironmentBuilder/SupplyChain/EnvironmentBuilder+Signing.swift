internal import ContentStore
public import Cryptography
public import ImageSpec
internal import Layers
internal import Registry
internal import SupplyChain
internal import SystemPackage
internal import Workers

/// An image that somebody vouches for.
public struct SignedImage: Sendable, Equatable {
    public let digest: SHA256Digest
    /// Manifests and indexes that make the image, itself among them.
    public let manifests: Int
    /// How many of them the key had not signed under that name before.
    public let added: Int
}

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
    /// Manifests and indexes that make the image, itself among them.
    public let manifests: Int
    /// Those that the key has not signed themselves. The image's signature vouches for them too, but whoever runs the image
    /// of one platform may look for that one's own. None where no key was given.
    public let unsigned: [SHA256Digest]
    /// Blobs that were read, the manifests with them.
    public let blobs: Int
    /// Their bytes.
    public let bytes: UInt64
    public let statements: [Statement]
}

extension EnvironmentBuilder {
    /// Signs an image: its manifest or index, and every manifest that an index lists, since whoever runs the image of one
    /// platform looks for the signature of that one. What the key has signed under that name before stays as it is.
    ///
    /// - Parameter name: what the image goes by, without tag and digest: `registry.example/team/image`.
    /// - Throws: `LayersError`, `RegistryError`, `SupplyChainError`; ``BuilderError`` for an archive.
    public func sign(
        _ reference: ImageReference, as name: String, with key: SigningKey
    ) async throws -> SignedImage {
        let source = try await open(reference)
        let shelf = try await shelf(of: reference)
        let documents = try await SelectedImage(
            .all, of: source.root, named: reference.description, from: source.content
        ).documents
        let added = try await concurrently(documents, atMost: Self.signedAtOnce) { document in
            let payload = SimpleSigning(reference: name, digest: document.descriptor.digest)
            return try await shelf.update(signaturesOf: payload.digest) { $0.sign(payload, with: key) }
        }
        return SignedImage(digest: source.root.digest, manifests: documents.count, added: added.count { $0 })
    }

    private static let signedAtOnce = 4

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
            let image = try await check(source, reference)
            let contents = image.documents.map(\.descriptor) + image.blobs
            var unsigned: [SHA256Digest] = []
            if let key {
                for document in image.documents {
                    let digest = document.descriptor.digest
                    if digest == source.root.digest { continue }
                    let isSigned = try await shelf.signatures(of: digest).vouches(for: digest, reference: name, key)
                    if !isSigned { unsigned.append(digest) }
                }
            }
            return ImageReport(
                digest: source.root.digest, signedAs: payload?.reference, manifests: image.documents.count,
                unsigned: unsigned, blobs: contents.count, bytes: contents.reduce(0) { $0 + $1.size },
                statements: try await shelf.statements(about: source.root.digest, key))
        }
    }

    /// Reads everything that an image is made of, and gives it, each blob once. What comes from a registry or a file is
    /// compared with its digest as it comes.
    private func check(_ source: ImageSource, _ reference: ImageReference) async throws -> SelectedImage {
        let image = try await SelectedImage(
            .all, of: source.root, named: reference.description, from: source.content)
        for (done, blob) in image.blobs.enumerated() {
            observer(.progressed(.verifying, done: done, total: image.blobs.count))
            if case .layout(let path, _) = reference {
                try await blocking { try OCILayout(FilePath(path)).check(blob) }
            } else {
                _ = try await source.content.source(of: blob)
            }
        }
        return image
    }
}
