internal import Cryptography
public import ImageSpec
internal import Transfer

/// Documents under a tag that several write, each of whom adds something of its own: signatures, lists of referrers.
extension RegistryClient {
    /// Changes the artifact under a tag, and sees to it that the change stays there, whoever else makes another one at the
    /// same moment.
    ///
    /// - Parameters:
    ///   - place: the artifact's repository and tag.
    ///   - what: what is added, for messages.
    ///   - change: given the artifact that is there, the one that is to be there, with its blobs; `nil` where nothing is
    ///     missing. It is asked again where others have changed the artifact meanwhile.
    /// - Returns: whether anything was written.
    /// - Throws: as ``push(_:from:to:mounting:observe:)``, and what `change` throws; ``RegistryError`` (`refused`) where
    ///   others overwrite it over and over.
    @discardableResult
    public func update(
        artifact place: RegistryReference, adding what: String,
        _ change: (ImageManifest?) async throws -> (manifest: ImageManifest, content: any ImageContent)?
    ) async throws -> Bool {
        let endpoint = try writing(place)
        return try await update(endpoint, adding: what) { known in
            let known = try known.map { try ImageManifest(parsing: $0.bytes, name: place.description) }
            guard let next = try await change(known) else { return nil }
            try await push(blobsOf: next.manifest, from: next.content, to: endpoint)
            return RegistryManifest(mediaType: MediaType.manifest, next.manifest.bytes)
        }
    }

    /// Changes the document that an endpoint's tag means.
    ///
    /// No registry can compare and swap, so of two who write at once the later one may take the earlier one's part away.
    /// Whoever has written waits until all who had read before it have written too, looks again, and adds its part anew
    /// where that is gone. What was read too long ago is not written: others rely on that. The pauses are random, so that
    /// two do not meet for ever, and longer at a registry that takes long to answer.
    ///
    /// - Parameter change: given the document that is there, the one that is to be there; `nil` where nothing is missing.
    ///   May take its time.
    /// - Returns: whether anything was written.
    func update(
        _ endpoint: RegistryEndpoint, adding what: String,
        _ change: (RegistryManifest?) async throws -> RegistryManifest?
    ) async throws -> Bool {
        let clock = ContinuousClock()
        var quickest = Duration.seconds(3600)
        var prepared: (base: SHA256Digest?, document: RegistryManifest)?
        var hasWritten = false
        var hasWaited = false
        for _ in 0..<Self.rounds {
            let begin = clock.now
            let there = try await documentNow(at: endpoint)
            let base = there?.descriptor.digest
            quickest = min(quickest, clock.now - begin)
            let pause = max(settings.settlingTime, quickest * 4)
            let isReady = prepared.map { $0.base == base } ?? false
            if !isReady {
                prepared = try await change(there).map { (base, $0) }
                if prepared == nil, hasWaited { return hasWritten }
            }
            if let document = prepared?.document {
                if clock.now - begin < pause / 2 {
                    try await put(document, as: endpoint.reference.name, at: endpoint)
                    (hasWritten, prepared) = (true, nil)
                } else if !isReady {
                    // What the preparation took is not taken again.
                    continue
                }
            }
            hasWaited = true
            try await Task.sleep(for: pause * Double.random(in: 1...2))
        }
        throw RegistryError(
            .refused, endpoint.reference.description, "does not keep \(what): others overwrite it",
            advice: "try again when nobody else writes there")
    }

    /// What a tag means at the registry itself; `nil` where it means nothing.
    private func documentNow(at endpoint: RegistryEndpoint) async throws -> RegistryManifest? {
        do {
            return try await manifest(at: endpoint)
        } catch let error as RegistryError where error.code == .notFound {
            return nil
        }
    }

    private static let rounds = 50
}
