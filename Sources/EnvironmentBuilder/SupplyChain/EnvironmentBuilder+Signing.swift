public import Cryptography
internal import FileSystem
public import ImageSpec
internal import Layers
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
    /// Signs an image of a layout, unless the key has signed it under that name before.
    ///
    /// - Parameter name: what the image goes by, without tag and digest: `registry.example/team/image`.
    /// - Returns: the image's digest, and whether a signature was added.
    /// - Throws: `LayersError`, `SupplyChainError`; ``BuilderError`` for an archive.
    public func sign(
        _ reference: ImageReference, as name: String, with key: SigningKey
    ) async throws -> (digest: SHA256Digest, isNew: Bool) {
        let layout = try layout(of: reference)
        return try await blocking {
            let image = try layout.image(tag: reference.tag)
            var signatures = try Self.signatures(of: image.digest, in: layout, name: "\(reference)")
            guard signatures.sign(SimpleSigning(reference: name, digest: image.digest), with: key) else {
                return (image.digest, false)
            }
            try layout.put(
                signatures.manifest, type: ImageSignatures.artifactType, contents: signatures.contents,
                tag: ImageSignatures.tag(of: image.digest))
            return (image.digest, true)
        }
    }

    /// Holds an image to its signature, its manifests, configurations and layers to their digests, and tells what is said
    /// of it.
    ///
    /// - Parameters:
    ///   - name: what it must have been signed as; anything if `nil`.
    ///   - key: whoever must have signed it; nobody if `nil`.
    /// - Throws: `SupplyChainError` where it is not signed so, `LayersError` where something is not what its digest says.
    public func verify(
        image reference: ImageReference, as name: String? = nil, key: VerificationKey?
    ) async throws -> ImageReport {
        let layout = try layout(of: reference)
        let observer = self.observer
        return try await stage(.verifying) {
            try await blocking {
                let image = try layout.image(tag: reference.tag)
                let signatures = try Self.signatures(of: image.digest, in: layout, name: "\(reference)")
                let payload = try key.map {
                    try signatures.verify(image: image.digest, reference: name, with: $0, name: "\(reference)")
                }
                var contents: [Descriptor] = []
                try Self.collect(image, in: layout, depth: 0, into: &contents)
                for (done, blob) in contents.enumerated() {
                    observer(.progressed(.verifying, done: done, total: contents.count))
                    try layout.check(blob)
                }
                return ImageReport(
                    digest: image.digest, signedAs: payload?.reference, blobs: contents.count,
                    bytes: contents.reduce(0) { $0 + $1.size },
                    statements: try layout.referrers(of: image.digest).map { entry in
                        ImageReport.Statement(
                            type: entry.descriptor.artifactType ?? "", digest: entry.descriptor.digest,
                            trust: try Self.trust(in: entry.manifest, layout, key))
                    })
            }
        }
    }

    private func layout(of reference: ImageReference) throws -> OCILayout {
        switch reference {
        case .layout(let path, _): OCILayout(FilePath(path))
        case .archive: throw Self.cannotHold(reference)
        }
    }

    private static func signatures(
        of image: SHA256Digest, in layout: OCILayout, name: String
    ) throws -> ImageSignatures {
        guard let entry = try layout.manifest(tag: ImageSignatures.tag(of: image)) else { return ImageSignatures() }
        return try ImageSignatures(
            ImageManifest(parsing: layout.document(entry), name: name), name: name, content: layout.document)
    }

    /// Every blob that an image is made of, each once.
    private static func collect(
        _ entry: Descriptor, in layout: OCILayout, depth: Int, into contents: inout [Descriptor]
    ) throws {
        guard depth < 4 else {
            throw SupplyChainError(.malformed, layout.path.string, "nests indexes too deeply", advice: nil)
        }
        func add(_ blob: Descriptor) {
            if !contents.contains(where: { $0.digest == blob.digest }) { contents.append(blob) }
        }
        add(entry)
        let bytes = try layout.document(entry)
        if MediaType.canonical(entry.mediaType) == MediaType.index {
            for manifest in try ImageIndex(parsing: bytes, name: entry.digest.prefixed).manifests {
                try collect(manifest, in: layout, depth: depth + 1, into: &contents)
            }
        } else {
            let manifest = try ImageManifest(parsing: bytes, name: entry.digest.prefixed)
            for blob in [manifest.configuration] + manifest.layers { add(blob) }
        }
    }

    private static func trust(
        in manifest: ImageManifest, _ layout: OCILayout, _ key: VerificationKey?
    ) throws -> ImageReport.Statement.Trust {
        guard let layer = manifest.layers.first, layer.mediaType == Envelope.mediaType, let key else {
            return .unsigned
        }
        let envelope = try Envelope(parsing: layout.document(layer), name: layer.digest.prefixed)
        return envelope.isSigned(by: key) ? .signed : .otherKey
    }
}
