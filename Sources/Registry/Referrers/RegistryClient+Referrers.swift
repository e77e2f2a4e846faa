public import Cryptography
public import ImageSpec
internal import JSONDocument
internal import Transfer

/// What refers to an image: its signatures, SBOMs, provenance (OCI 1.1).
///
/// A registry that keeps lists of referrers says so when it takes one (`OCI-Subject`). For any other the list is an index
/// under the tag `sha256-<hex>`, which its writers keep (distribution-spec §referrers tag schema).
extension RegistryClient {
    /// The manifests that name an image as their subject; empty where there are none.
    ///
    /// - Parameter artifactType: only those of this type.
    /// - Throws: ``RegistryError``, `ImageSpecError`, `TransferError`, `CancellationError`.
    public func referrers(
        of subject: SHA256Digest, in repository: RegistryReference, artifactType: String? = nil
    ) async throws -> [Descriptor] {
        let reference = repository.with(digest: subject)
        let all = try await reading(reference) { endpoint in
            if let known = try await self.listed(of: subject, artifactType, at: endpoint) { return known }
            return try await self.fallbackList(of: subject, at: endpoint)?.manifests ?? []
        }
        guard let artifactType else { return all }
        return all.filter { $0.artifactType == artifactType }
    }

    /// Pushes an artifact: its blobs, then its manifest by its digest, or under a tag. Where it has a subject it is among
    /// that one's referrers afterwards, whoever else adds some at the same moment.
    ///
    /// - Parameters:
    ///   - content: the blobs that the manifest names: its configuration and its layers.
    ///   - repository: where to. A tag counts; a digest must be the manifest's.
    /// - Throws: as ``push(_:from:to:mounting:observe:)``.
    @discardableResult
    public func push(
        artifact manifest: ImageManifest, from content: some ImageContent, to repository: RegistryReference
    ) async throws -> Descriptor {
        let document = RegistryManifest(mediaType: MediaType.manifest, manifest.bytes)
        let name = repository.tag ?? document.descriptor.digest.prefixed
        if let digest = repository.digest, digest != document.descriptor.digest {
            throw RegistryError(
                .mismatch, repository.description, "names another manifest than the one that is to be pushed",
                advice: "leave the digest out")
        }
        let endpoint = try writing(repository)
        try await push(blobsOf: manifest, from: content, to: endpoint)
        let isListed = try await put(document, as: name, at: endpoint)
        if let subject = manifest.subject, !isListed {
            var entry = document.descriptor
            entry.artifactType = manifest.artifactType ?? manifest.configuration.mediaType
            entry.annotations = manifest.annotations
            try await list(entry, asReferrerOf: subject.digest, at: endpoint)
        }
        return document.descriptor
    }

    /// Sees to it that a repository has what an artifact's manifest names.
    func push(
        blobsOf manifest: ImageManifest, from content: some ImageContent, to endpoint: RegistryEndpoint
    ) async throws {
        let scopes = Self.scopes(endpoint, mounting: [])
        for blob in [manifest.configuration] + manifest.layers {
            _ = try await push(
                blob, from: content, to: endpoint, scopes: scopes, mounting: [], sent: ByteCounter(),
                observe: { _ in })
        }
    }

    // MARK: - Registries that keep lists

    /// The registry's own list; `nil` where it keeps none.
    private func listed(
        of subject: SHA256Digest, _ artifactType: String?, at endpoint: RegistryEndpoint
    ) async throws -> [Descriptor]? {
        let access = try await authenticator.access(of: endpoint)
        let url = try access.url(endpoint.repository, "referrers/\(subject.prefixed)")
            .adding(query: artifactType.map { [("artifactType", $0)] } ?? [])
        var found: [Descriptor] = []
        let isThere = try await pages(from: url, at: endpoint, isOptional: true) { fields in
            found += try ImageIndex(
                parsing: JSON.object(fields).bytes, name: "the referrers of \(subject.prefixed)"
            ).manifests
        }
        return isThere ? found : nil
    }

    // MARK: - The fallback list

    /// The tag of the fallback list: `sha256-<hex>`.
    static func fallbackTag(_ subject: SHA256Digest) -> String { "sha256-\(subject.hex)" }

    private func fallbackList(of subject: SHA256Digest, at endpoint: RegistryEndpoint) async throws -> ImageIndex? {
        let place = endpoint.with(endpoint.reference.with(tag: Self.fallbackTag(subject)))
        do {
            return try Self.list(try await manifest(at: place), at: place)
        } catch let error as RegistryError where error.code == .notFound {
            return nil
        }
    }

    private static func list(_ document: RegistryManifest, at place: RegistryEndpoint) throws -> ImageIndex {
        guard document.isIndex else {
            throw RegistryError(
                .unsupported, place.reference.description, "is no index, though its tag is that of a list of referrers",
                advice: "delete the tag, or see who has put it there")
        }
        return try ImageIndex(parsing: document.bytes, name: place.reference.description)
    }

    /// Adds an entry to the fallback list.
    private func list(
        _ entry: Descriptor, asReferrerOf subject: SHA256Digest, at endpoint: RegistryEndpoint
    ) async throws {
        let place = endpoint.with(endpoint.reference.with(tag: Self.fallbackTag(subject)))
        _ = try await update(place, adding: entry.digest.prefixed) { known in
            var index = try known.map { try Self.list($0, at: place) } ?? ImageIndex(manifests: [])
            guard !index.manifests.contains(where: { $0.digest == entry.digest }) else { return nil }
            index.manifests.append(entry)
            return RegistryManifest(mediaType: MediaType.index, index.bytes)
        }
    }
}
