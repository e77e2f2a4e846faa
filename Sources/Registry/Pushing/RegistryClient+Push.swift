internal import Cryptography
public import ImageSpec
internal import Synchronization
internal import Transfer
internal import Workers

extension RegistryClient {
    /// Pushes an image: blobs that the repository lacks, from another repository of the registry where that has them, then
    /// the manifests, the tag last. Until then nobody sees any of it; what was pushed before stays where it is.
    ///
    /// - Parameters:
    ///   - root: of the manifest or index; its bytes, and those of the manifests that it lists, are in `content` too.
    ///   - reference: where to; without a tag or digest, as `latest`. A digest must be the root's.
    ///   - repositories: others at the same registry that may have some of the blobs.
    ///   - tag: of an image in the repository that is probably much the same, where `reference` is not its name.
    /// - Throws: ``RegistryError``, `ImageSpecError`, `TransferError`, `CancellationError`, and what `content` throws.
    public func push(
        _ root: Descriptor, from content: some ImageContent, to reference: RegistryReference,
        mounting repositories: [String] = [], after tag: String? = nil,
        observe: @escaping RegistryObserver = { _ in }
    ) async throws -> PushReport {
        if let digest = reference.digest, digest != root.digest {
            throw RegistryError(
                .mismatch, reference.description,
                "names another image than \(root.digest.prefixed), which is to be pushed",
                advice: "leave the digest out, or push the image that it means")
        }
        var graph = ImageGraph(name: reference.description)
        try await graph.add(try await content.document(root), .all) { try await content.document($0) }
        let endpoint = try writing(reference)
        let others = repositories.filter { $0 != endpoint.repository }
        let scopes = Self.scopes(endpoint, mounting: others)
        // Where it is and the token, before all blobs ask for them at once.
        _ = try await authenticator.authorization(at: endpoint, for: scopes)

        let before = try tag.map { try writing(reference.with(tag: $0)) } ?? endpoint
        let present = try await presentImage(at: before, deep: graph.documents.count > 1, scopes: scopes)
        // Who pushes the same image again may have lost something of it.
        var vouched = present.root == root.digest ? [] : present.blobs
        var failures = 0
        while true {
            do {
                return try await push(
                    graph, root, from: content, as: reference.name, to: endpoint, scopes: scopes, mounting: others,
                    present: present.root, vouched: vouched, observe: observe)
            } catch let error as RegistryError where Self.mayPass(error, isVouched: !vouched.isEmpty) {
                if vouched.isEmpty {
                    failures += 1
                    guard let pause = settings.transfer.retry.pause(afterFailures: failures) else { throw error }
                    try await Task.sleep(for: pause)
                }
                vouched = []
            }
        }
    }

    /// Whether a push that ended so may go well when it is made again: what the image before needed may have been lost,
    /// and where others send the same blobs at the same moment, some registries do not find one that is just being put in
    /// its place.
    private static func mayPass(_ error: RegistryError, isVouched: Bool) -> Bool {
        error.code == .lacksContent || (isVouched && [.refused, .notFound].contains(error.code))
    }

    /// - Parameters:
    ///   - name: of the root: a tag or its digest.
    ///   - present: the digest of what the name meant before.
    ///   - vouched: blobs that the repository has, and is not asked about.
    private func push(
        _ graph: ImageGraph, _ root: Descriptor, from content: some ImageContent, as name: String,
        to endpoint: RegistryEndpoint, scopes: [RegistryScope], mounting repositories: [String],
        present: SHA256Digest?, vouched: Set<SHA256Digest>, observe: @escaping RegistryObserver
    ) async throws -> PushReport {
        let sent = ByteCounter()
        let arrivals = try await concurrently(graph.blobs.largestFirst, atMost: settings.parallel) { blob in
            let arrival =
                vouched.contains(blob.digest)
                ? .present
                : try await self.push(
                    blob, from: content, to: endpoint, scopes: scopes, mounting: repositories, sent: sent,
                    observe: observe)
            observe(.arrived(blob, arrival))
            return arrival
        }
        var report = PushReport(root)
        for arrival in arrivals {
            switch arrival {
            case .present: report.present += 1
            case .mounted: report.mounted += 1
            case .transferred: report.sent += 1
            }
        }
        report.bytes = sent.value
        for document in graph.documents {
            let digest = document.descriptor.digest
            if digest == root.digest {
                // It took its time to bring the blobs: the name may mean something else by now.
                if present == digest, try await head(manifest: name, at: endpoint, scopes: scopes)?.digest == digest {
                    continue
                }
            } else if try await head(manifest: digest.prefixed, at: endpoint, scopes: scopes)?.digest == digest {
                continue
            }
            try await put(document, as: digest == root.digest ? name : digest.prefixed, at: endpoint)
            report.isNew = true
        }
        return report
    }

    /// One token for everything: the repository, and what may be taken from others.
    static func scopes(_ endpoint: RegistryEndpoint, mounting repositories: [String]) -> [RegistryScope] {
        [RegistryScope(endpoint.repository, .pullAndPush)] + repositories.map { RegistryScope($0, .pull) }
    }

    /// Sees to it that a repository has a blob.
    ///
    /// - Parameter sent: counts the bytes that go over the network.
    func push(
        _ blob: Descriptor, from content: some ImageContent, to endpoint: RegistryEndpoint, scopes: [RegistryScope],
        mounting repositories: [String], sent: ByteCounter, observe: @escaping RegistryObserver
    ) async throws -> RegistryEvent.Arrival {
        if try await has(blob, at: endpoint, scopes: scopes) { return .present }
        guard !blob.isForeign else {
            throw RegistryError(
                .unsupported, endpoint.reference.description,
                "would have a layer (\(blob.mediaType)) that is not to be handed on",
                advice: "use a base whose layers are all at its registry")
        }
        var upload = BlobUpload(client: self, blob: blob, endpoint: endpoint, scopes: scopes, observe: observe)
        if let repository = try await upload.begin(mounting: repositories) { return .mounted(from: repository) }
        let bytes = try await upload.send(try await content.source(of: blob))
        sent.add(bytes)
        return .transferred(bytes)
    }

    /// Whether a repository has a blob, whole.
    func has(_ blob: Descriptor, at endpoint: RegistryEndpoint, scopes: [RegistryScope]) async throws -> Bool {
        let access = try await authenticator.access(of: endpoint)
        let response = try await send(
            Request(
                try access.url(endpoint.repository, "blobs/\(blob.digest.prefixed)"), method: .head,
                acceptsCompression: false),
            to: endpoint, for: scopes)
        switch response.status {
        case 200...299:
            guard let size = response.headers["Content-Length"].flatMap({ UInt64($0) }) else { return true }
            return size == blob.size
        case 404: return false
        default: throw failure(response, endpoint.reference.place, endpoint)
        }
    }
}

/// Counts bytes from several tasks.
final class ByteCounter: Sendable {
    private let count = Atomic<UInt64>(0)

    func add(_ bytes: UInt64) { count.add(bytes, ordering: .relaxed) }
    func raise(to bytes: UInt64) { count.max(bytes, ordering: .relaxed) }
    var value: UInt64 { count.load(ordering: .relaxed) }
}
