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

    /// The image's signatures; none where there are none.
    func signatures(of image: SHA256Digest) async throws -> ImageSignatures {
        let tag = ImageSignatures.tag(of: image)
        switch self {
        case .layout(let layout):
            return try await blocking {
                guard let entry = try layout.manifest(tag: tag) else { return ImageSignatures() }
                let name = "\(layout.path):\(tag)"
                return try ImageSignatures(
                    ImageManifest(parsing: layout.document(entry), name: name), name: name, content: layout.document)
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
            var contents: [SHA256Digest: [UInt8]] = [:]
            for layer in try ImageSignatures.payloads(manifest, name: "\(place)") where contents[layer.digest] == nil {
                contents[layer.digest] = try await client.bytes(of: layer, in: repository)
            }
            return try ImageSignatures(manifest, name: "\(place)") { contents[$0.digest] ?? [] }
        case .none: return ImageSignatures()
        }
    }

    /// Keeps an image's signatures, in place of those that were there.
    func put(_ signatures: ImageSignatures, of image: SHA256Digest) async throws {
        let tag = ImageSignatures.tag(of: image)
        switch self {
        case .layout(let layout):
            try await blocking {
                try layout.put(
                    signatures.manifest, type: ImageSignatures.artifactType, contents: signatures.contents, tag: tag)
            }
        case .repository(let repository, let client):
            try await client.push(
                artifact: signatures.manifest, from: BytesContent(signatures.contents), to: repository.with(tag: tag))
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
