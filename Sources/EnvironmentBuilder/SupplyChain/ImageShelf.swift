internal import Cryptography
internal import ImageSpec
internal import Layers
internal import Registry
internal import SupplyChain
internal import SystemPackage
internal import Workers

/// The place beside an image for what is said of it: a layout's folder, or the image's repository.
enum ImageShelf {
    case layout(OCILayout)
    case repository(RegistryReference, RegistryClient)
    /// A file with one image has no such place.
    case none(ImageReference)

    /// The signatures of a manifest; none where there are none.
    func signatures(of image: SHA256Digest) async throws -> ImageSignatures {
        let tag = ImageSignatures.tag(of: image)
        switch self {
        case .layout(let layout):
            return try await blocking {
                guard let entry = try layout.manifest(tag: tag) else { return ImageSignatures() }
                let manifest = try ImageManifest(parsing: layout.document(entry), name: "\(layout.path):\(tag)")
                return try Self.signatures(manifest, in: layout, tag)
            }
        case .repository(let repository, let client):
            let place = repository.with(tag: tag)
            let document: RegistryManifest
            do {
                document = try await client.manifest(place)
            } catch let error as RegistryError where error.code == .notFound {
                return ImageSignatures()
            }
            let manifest = try ImageManifest(parsing: document.bytes, name: "\(place)")
            return try await Self.signatures(manifest, at: place, client)
        case .none: return ImageSignatures()
        }
    }

    private static func signatures(
        _ manifest: ImageManifest, in layout: OCILayout, _ tag: String
    ) throws -> ImageSignatures {
        try ImageSignatures(manifest, name: "\(layout.path):\(tag)", content: layout.document)
    }

    private static func signatures(
        _ manifest: ImageManifest, at place: RegistryReference, _ client: RegistryClient
    ) async throws -> ImageSignatures {
        var contents: [SHA256Digest: [UInt8]] = [:]
        for layer in try ImageSignatures.payloads(manifest, name: "\(place)") where contents[layer.digest] == nil {
            contents[layer.digest] = try await client.bytes(of: layer, in: place.with())
        }
        return try ImageSignatures(manifest, name: "\(place)") { contents[$0.digest] ?? [] }
    }

    /// Changes the signatures of a manifest. What others add at the same moment stays there.
    ///
    /// - Parameter change: tells whether it has changed anything; asked again where others were faster.
    /// - Returns: whether anything was written.
    func update(
        signaturesOf image: SHA256Digest, _ change: @escaping @Sendable (inout ImageSignatures) -> Bool
    ) async throws -> Bool {
        let tag = ImageSignatures.tag(of: image)
        switch self {
        case .layout(let layout):
            return try await blocking {
                try layout.update(tag: tag, type: ImageSignatures.artifactType) { known in
                    var signatures = try known.map { try Self.signatures($0, in: layout, tag) } ?? ImageSignatures()
                    return change(&signatures) ? (signatures.manifest, signatures.contents) : nil
                }
            }
        case .repository(let repository, let client):
            let place = repository.with(tag: tag)
            return try await client.update(artifact: place, adding: "the signature") { known in
                var signatures = ImageSignatures()
                if let known { signatures = try await Self.signatures(known, at: place, client) }
                return change(&signatures) ? (signatures.manifest, BytesContent(signatures.contents)) : nil
            }
        case .none(let reference): throw EnvironmentBuilder.cannotHold(reference)
        }
    }

    /// Keeps artifacts beside the image that they are about.
    func attach(_ artifacts: [Artifact]) async throws {
        switch self {
        case .layout(let layout): try await blocking { try layout.attach(artifacts) }
        case .repository(let repository, let client):
            for artifact in artifacts {
                try await client.push(
                    artifact: artifact.manifest, from: BytesContent(artifact.blobs), to: repository.with())
            }
        case .none(let reference): throw EnvironmentBuilder.cannotHold(reference)
        }
    }

    /// What is said of an image, and whether a key vouches for it.
    ///
    /// - Parameter image: the digest of its index or manifest. A statement about one of an index's images is none about the
    ///   index: that may list others too.
    func statements(
        about image: SHA256Digest, _ key: VerificationKey?
    ) async throws -> [ImageReport.Statement] {
        var statements: [ImageReport.Statement] = []
        for entry in try await referrers(of: image) {
            let manifest = try ImageManifest(parsing: try await document(entry), name: entry.digest.prefixed)
            statements.append(
                ImageReport.Statement(
                    type: entry.artifactType ?? manifest.artifactType ?? "", digest: entry.digest,
                    trust: try await trust(in: manifest, about: image, key)))
        }
        return statements
    }

    private func trust(
        in manifest: ImageManifest, about image: SHA256Digest, _ key: VerificationKey?
    ) async throws -> ImageReport.Statement.Trust {
        guard manifest.subject?.digest == image else { return .otherSubject }
        guard let key, let layer = manifest.layers.first, layer.mediaType == Envelope.mediaType else {
            return .unsigned
        }
        let envelope = try Envelope(parsing: try await document(layer), name: layer.digest.prefixed)
        guard envelope.isSigned(by: key) else { return .otherKey }
        return envelope.subjects.contains(image) ? .signed : .otherSubject
    }

    private func referrers(of image: SHA256Digest) async throws -> [Descriptor] {
        switch self {
        case .layout(let layout): try await blocking { try layout.referrers(of: image).map(\.descriptor) }
        case .repository(let repository, let client): try await client.referrers(of: image, in: repository)
        case .none: []
        }
    }

    private func document(_ blob: Descriptor) async throws -> [UInt8] {
        switch self {
        case .layout(let layout): return try await blocking { try layout.document(blob) }
        case .repository(let repository, let client):
            if MediaType.canonical(blob.mediaType) == MediaType.manifest {
                return try await client.manifest(repository.with(digest: blob.digest)).bytes
            }
            return try await client.bytes(of: blob, in: repository)
        case .none(let reference): throw EnvironmentBuilder.cannotHold(reference)
        }
    }
}

extension EnvironmentBuilder {
    func shelf(of reference: ImageReference) async throws -> ImageShelf {
        switch reference {
        case .layout(let path, _): .layout(OCILayout(FilePath(path)))
        case .archive: .none(reference)
        case .registry(let place): .repository(place, try await registry(for: place))
        }
    }
}
