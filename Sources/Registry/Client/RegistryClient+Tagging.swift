public import Cryptography
public import ImageSpec
internal import Transfer

/// Tags of manifests that a repository has already. All of it asks the registry itself: what a mirror remembers of tags
/// may be old.
extension RegistryClient {
    /// The tags of a repository at this moment, sorted; none where there is no such repository yet.
    ///
    /// - Throws: ``RegistryError``, `TransferError`.
    public func tagsNow(of repository: RegistryReference) async throws -> [String] {
        do {
            return try await tags(at: try writing(repository.with()))
        } catch let error as RegistryError where error.code == .notFound {
            return []
        }
    }

    /// What a tag means at this moment; `nil` where there is no such tag.
    ///
    /// - Throws: ``RegistryError``, `TransferError`.
    public func holder(of tag: String, in repository: RegistryReference) async throws -> SHA256Digest? {
        let endpoint = try writing(repository.with(tag: tag))
        if let known = try await head(manifest: tag, at: endpoint) { return known.digest }
        do {
            return try await manifest(at: endpoint).descriptor.digest
        } catch let error as RegistryError where error.code == .notFound {
            return nil
        }
    }

    /// Gives a tag to a manifest of the repository, whatever had it before.
    ///
    /// - Returns: whether that changed anything.
    /// - Throws: ``RegistryError``, `TransferError`.
    @discardableResult
    public func move(
        _ tag: String, to manifest: SHA256Digest, in repository: RegistryReference
    ) async throws -> Bool {
        if try await holder(of: tag, in: repository) == manifest { return false }
        let endpoint = try writing(repository.with(tag: tag))
        try await put(try await document(manifest, in: repository), as: tag, at: endpoint)
        return true
    }

    /// Gives a tag that nobody has to a manifest of the repository, unless somebody else does so at the same moment.
    ///
    /// Registries know no "only if it is not there". So whoever has written a tag waits until all who saw it free before
    /// have written too, and looks whose it is: the last one's, and each sees that (Fischer's algorithm). What was seen too
    /// long ago is not acted upon, and a write that is not answered in time is given up and looked after: others rely on
    /// both.
    ///
    /// - Returns: whose the tag is in the end.
    /// - Throws: ``RegistryError``, `TransferError`.
    public func claim(
        _ tag: String, for manifest: SHA256Digest, in repository: RegistryReference
    ) async throws -> SHA256Digest {
        let endpoint = try writing(repository.with(tag: tag))
        let document = try await document(manifest, in: repository)
        let clock = ContinuousClock()
        for _ in 0..<Self.claims {
            let begin = clock.now
            if let holder = try await holder(of: tag, in: repository) { return holder }
            guard clock.now - begin < settings.claimTime / 4 else { continue }
            do {
                try await put(document, as: tag, at: endpoint, until: begin + settings.claimTime * 0.75)
            } catch let error as RegistryError where [.refused, .denied].contains(error.code) {
                // Where tags stay what they are, somebody was faster.
                if let holder = try await holder(of: tag, in: repository) { return holder }
                throw error
            }
            try await Task.sleep(for: settings.claimTime)
            if let holder = try await holder(of: tag, in: repository) { return holder }
        }
        throw RegistryError(
            .refused, "\(repository.place):\(tag)", "does not stay, or the registry is too slow to tell whose it is",
            advice: "try again; if it persists, see who deletes tags there")
    }

    private static let claims = 10

    /// Puts a manifest under a tag, and does not wait longer for the answer than others count on.
    private func put(
        _ manifest: RegistryManifest, as tag: String, at endpoint: RegistryEndpoint,
        until deadline: ContinuousClock.Instant
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.put(manifest, as: tag, at: endpoint) }
            group.addTask { try await Task.sleep(until: deadline) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func document(_ manifest: SHA256Digest, in repository: RegistryReference) async throws -> RegistryManifest {
        try await self.manifest(at: try writing(repository.with(digest: manifest)))
    }
}
