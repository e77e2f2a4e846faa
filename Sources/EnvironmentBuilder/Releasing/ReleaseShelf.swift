internal import Cryptography
internal import ImageSpec
internal import Layers
internal import Recipes
internal import Registry
internal import SupplyChain
internal import Workers

/// A place that releases stand at, each image under a tag of its own.
protocol ReleaseShelf: Sendable {
    /// What a tag is put behind.
    var repository: String { get }
    /// The releases of a version there, the newest first.
    func releases(of version: String) async throws -> [ReleaseTag]
    /// Which image a release is; `nil` where it is gone.
    func holder(of release: ReleaseTag) async throws -> SHA256Digest?
    /// Which image a moving tag means; `nil` where there is none, or nobody moves it.
    func holder(ofMoving tag: String) async throws -> SHA256Digest?
    /// What an image is known by there.
    func digest(of candidate: ReleaseCandidate) throws -> SHA256Digest
    /// Brings the image there, and what is said of it, under no tag yet.
    ///
    /// - Parameter before: the newest release there, which is probably much the same.
    /// - Returns: what was sent; `nil` where nothing had to be.
    func put(_ candidate: ReleaseCandidate, after before: ReleaseTag?) async throws -> PushReport?
    /// Gives a free tag to the image.
    ///
    /// - Returns: whose the tag is in the end.
    func claim(_ tag: ReleaseTag, _ candidate: ReleaseCandidate) async throws -> SHA256Digest
    /// Signs an image, where there is a key that has not signed it yet.
    func vouch(for image: SHA256Digest) async throws
    /// Moves a tag to an image, and tells whether it was elsewhere.
    func move(_ tag: String, to image: SHA256Digest) async throws -> Bool
    /// Where a release is found; `nil` where nobody needs to be told.
    func reference(_ release: ReleaseTag) -> ImageReference?
}

/// A repository at a registry.
struct RegistryReleases: ReleaseShelf {
    let builder: EnvironmentBuilder
    let client: RegistryClient
    let place: RegistryReference
    let attesting: Attesting

    var repository: String { place.place }

    func releases(of version: String) async throws -> [ReleaseTag] {
        ReleaseTag.all(of: version, among: try await client.tagsNow(of: place))
    }

    func holder(of release: ReleaseTag) async throws -> SHA256Digest? {
        try await client.holder(of: release.description, in: place)
    }

    func holder(ofMoving tag: String) async throws -> SHA256Digest? { try await client.holder(of: tag, in: place) }

    func digest(of candidate: ReleaseCandidate) -> SHA256Digest { candidate.image.set.descriptor.digest }

    func put(_ candidate: ReleaseCandidate, after before: ReleaseTag?) async throws -> PushReport? {
        let set = candidate.image.set
        let report = try await builder.stage(.image) {
            try await builder.push(
                set.descriptor, from: SetContent(set), to: place.with(digest: set.descriptor.digest),
                basedOn: set.bases, after: before?.description)
        }
        let shelf = ImageShelf.repository(place, client)
        let artifacts = try await builder.attestations(
            of: candidate, candidate.environments, about: set.descriptor, attesting)
        let known = try await shelf.statements(about: set.descriptor.digest, attesting.key?.verification)
        try await shelf.attach(Self.missing(artifacts, among: known))
        try await vouch(for: set.descriptor.digest)
        return report
    }

    /// What is still to be said. A try that came this far before has left some of it; but others may have put theirs there
    /// too, so what nobody signs is the same only byte by byte.
    static func missing(_ artifacts: [Artifact], among known: [ImageReport.Statement]) -> [Artifact] {
        artifacts.filter { artifact in
            !known.contains { known in
                artifact.isEnvelope
                    ? known.type == artifact.type && known.trust == .signed
                    : known.digest == artifact.descriptor.digest && known.trust != .otherSubject
            }
        }
    }

    func claim(_ tag: ReleaseTag, _ candidate: ReleaseCandidate) async throws -> SHA256Digest {
        try await client.claim(tag.description, for: digest(of: candidate), in: place)
    }

    func vouch(for image: SHA256Digest) async throws {
        guard let key = attesting.key else { return }
        _ = try await builder.sign(.registry(place.with(digest: image)), as: repository, with: key)
    }

    func move(_ tag: String, to image: SHA256Digest) async throws -> Bool {
        try await client.move(tag, to: image, in: place)
    }

    func reference(_ release: ReleaseTag) -> ImageReference? { .registry(place.with(tag: release.description)) }
}

extension EnvironmentBuilder {
    func attestations(
        of candidate: ReleaseCandidate, _ environments: [BasedEnvironment], about image: Descriptor,
        _ attesting: Attesting
    ) async throws -> [Artifact] {
        try await attestations(
            of: environments, candidate.located, base: candidate.recipe.base, beside: candidate.located.recipeFolder,
            about: image, attesting)
    }

    func releaseShelf(_ request: ReleaseRequest, of name: String) async throws -> any ReleaseShelf {
        let attesting = Attesting(key: request.key, builder: request.builder)
        switch request.place {
        case .registry(let place):
            return RegistryReleases(
                builder: self, client: try await registry(for: place), place: place, attesting: attesting)
        case .store:
            return StoredReleases(builder: self, name: name, attesting: attesting)
        }
    }
}

extension Artifact {
    /// Whether somebody vouches for its content.
    fileprivate var isEnvelope: Bool { manifest.layers.first?.mediaType == Envelope.mediaType }
}
