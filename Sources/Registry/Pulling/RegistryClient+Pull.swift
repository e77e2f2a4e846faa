public import ContentStore
internal import Cryptography
public import ImageSpec
internal import Synchronization
internal import SystemPackage
internal import Transfer
internal import Workers

/// Which of an index's images are meant.
public enum PlatformChoice: Sendable, Equatable {
    case one(Platform)
    case all
}

/// An image that was brought into a store.
public struct PulledImage: Sendable {
    /// What the reference named: an index, or a manifest.
    public let root: Descriptor
    /// What was chosen: the manifest for the platform, or the root where all were.
    public let chosen: Descriptor
    /// Every manifest and index that belongs to what was chosen, and the root.
    public let documents: [Descriptor]
    /// Configurations and layers, each once.
    public let blobs: [Descriptor]
    /// Bytes that came over the network.
    public let received: UInt64
}

extension RegistryClient {
    /// Brings an image into a store: its documents and blobs, every one checked against its digest and size. What is in
    /// the store is not fetched again, and what was broken off is gone on with.
    ///
    /// The caller keeps the store from being collected meanwhile.
    ///
    /// - Throws: ``RegistryError``, `ImageSpecError`, `TransferError`, `StoreError`, `CancellationError`. What came whole
    ///   stays in the store.
    public func pull(
        _ reference: RegistryReference, _ platforms: PlatformChoice, into store: ContentStore,
        observe: @escaping RegistryObserver = { _ in }
    ) async throws -> PulledImage {
        let root = try await manifest(reference)
        var graph = ImageGraph(name: reference.description)
        try await graph.add(root, platforms) { descriptor in
            try await self.document(descriptor, of: reference, store)
        }
        let received = ByteCounter()
        let blobs = graph.blobs
        _ = try await concurrently(blobs.largestFirst, atMost: settings.parallel) { blob in
            let count = try await self.pull(blob, of: reference, into: store, observe: observe)
            received.add(count)
        }
        let documents = graph.documents
        try await blocking {
            for document in documents {
                try store.insert(document.bytes, expecting: document.descriptor.digest)
            }
        }
        return PulledImage(
            root: root.descriptor, chosen: graph.chosen ?? root.descriptor, documents: documents.map(\.descriptor),
            blobs: blobs, received: received.value)
    }

    /// A manifest that an index names, from the store where it is there.
    private func document(
        _ descriptor: Descriptor, of reference: RegistryReference, _ store: ContentStore
    ) async throws -> RegistryManifest {
        let known = try await blocking { () throws -> [UInt8]? in
            guard try store.contains(descriptor.digest) else { return nil }
            return try store.bytes(of: descriptor.digest, limit: UInt64(RegistryManifest.limit))
        }
        if let known { return RegistryManifest(mediaType: descriptor.mediaType, known) }
        let manifest = try await manifest(reference.with(digest: descriptor.digest))
        guard UInt64(manifest.bytes.count) == descriptor.size else {
            throw RegistryError(
                .mismatch, reference.description,
                "has a manifest of \(manifest.bytes.count) bytes where its index says \(descriptor.size)",
                advice: "push the image anew")
        }
        return manifest
    }

    /// Brings one blob into the store.
    ///
    /// - Returns: the bytes that came over the network.
    @discardableResult
    func pull(
        _ blob: Descriptor, of reference: RegistryReference, into store: ContentStore,
        observe: @escaping RegistryObserver
    ) async throws -> UInt64 {
        guard !blob.isForeign else {
            throw RegistryError(
                .unsupported, reference.description,
                "has a layer (\(blob.mediaType)) that its registry does not hand on",
                advice: "use an image whose layers are all at the registry")
        }
        if try await blocking({ try store.contains(blob.digest) }) {
            observe(.arrived(blob, .present))
            return 0
        }
        let doing = "pulling \(reference.place)"
        return try await store.exclusively(awaiting: "blob-" + blob.digest.hex, doing: doing) {
            if try await blocking({ try store.contains(blob.digest) }) {
                observe(.arrived(blob, .present))
                return 0
            }
            return try await self.reading(reference) { endpoint in
                try await self.download(blob, from: endpoint, into: store, observe: observe)
            }
        }
    }

    private func download(
        _ blob: Descriptor, from endpoint: RegistryEndpoint, into store: ContentStore,
        observe: @escaping RegistryObserver
    ) async throws -> UInt64 {
        let access = try await authenticator.access(of: endpoint)
        let url = try access.url(endpoint.repository, "blobs/\(blob.digest.prefixed)")
        let path = try await blocking { try store.partialPath(blob.digest.hex) }
        let scopes = [RegistryScope(endpoint.repository, .pull)]
        var download = Download(url, to: path, digest: blob.digest, size: blob.size)
        download.authorization = try await authenticator.authorization(at: endpoint, for: scopes)
        let told = Mutex<UInt64>(0)
        let reached = ByteCounter()
        let progress: @Sendable (DownloadProgress) -> Void = { progress in
            reached.raise(to: progress.received)
            let isWorthTelling = told.withLock { told in
                guard progress.received >= told + 256 << 10 || progress.received == blob.size else { return false }
                told = progress.received
                return true
            }
            if isWorthTelling { observe(.receiving(blob, bytes: progress.received)) }
        }
        var refusals = 0
        var before: UInt64 = 0
        var result: Downloaded?
        while result == nil {
            do {
                result = try await transfer.download(download, progress: progress)
            } catch let error as TransferError where error.code == .status(401) {
                // The token has ended meanwhile, or the blob needs one though the manifest did not. A long download may
                // outlive any number of tokens; what brings it no further does so a few times alone.
                refusals = reached.value > before ? 1 : refusals + 1
                before = reached.value
                guard refusals <= Self.mostRefusals else { throw error }
                let probe = try await send(Request(url, method: .head), to: endpoint, for: scopes)
                guard probe.isSuccess || probe.status == 404 else {
                    throw failure(probe, endpoint.reference.place, endpoint)
                }
                download.authorization = try await authenticator.authorization(at: endpoint, for: scopes)
            } catch let error as TransferError where error.code == .status(404) {
                throw RegistryError(
                    .notFound, endpoint.reference.description,
                    "lacks its blob \(blob.digest.prefixed) at \(endpoint.host)", advice: "push the image anew",
                    cause: error)
            }
        }
        guard let done = result else { throw CancellationError() }
        _ = try await blocking {
            try store.adopt(path, expecting: blob.digest, size: blob.size, hashed: done.digest)
        }
        let count = done.size - done.resumed
        observe(.arrived(blob, .transferred(count)))
        return count
    }

    /// How often in a row a blob may be refused for want of a token.
    private static let mostRefusals = 10
}
