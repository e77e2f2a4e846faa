internal import ContentStore
internal import Cryptography
internal import ImageSpec
internal import Layers
internal import Recipes
internal import Registry
internal import SystemPackage
internal import Workers

extension ContentStore {
    /// By an environment's name, a line for each release: its tag, and the image.
    static let releases: RecordKind = "release.1"
}

/// A release of the data folder.
public struct StoredRelease: Sendable, Hashable {
    /// `VERSION-REVISION`.
    public let tag: String
    public let image: KeptImage
}

/// The data folder's own releases, which its server offers as `env/NAME:VERSION-REVISION`.
///
/// A release is a name of its environment, `NAME:VERSION-REVISION`, which keeps that in the store: `env list` shows it, and
/// `env remove` takes it away. As long as one of a name's releases is there, no number is given again.
struct StoredReleases: ReleaseShelf {
    let builder: EnvironmentBuilder
    let name: String
    let attesting: Attesting

    var repository: String { "env/\(name)" }

    func releases(of version: String) async throws -> [ReleaseTag] {
        try await blocking { ReleaseTag.all(of: version, among: try builder.everReleased(name).map(\.tag)) }
    }

    func holder(of release: ReleaseTag) async throws -> SHA256Digest? {
        try await blocking { try builder.release(release.description, of: name)?.image.manifest }
    }

    func digest(of candidate: ReleaseCandidate) throws -> SHA256Digest { try one(candidate).image.descriptor.digest }

    func put(_ candidate: ReleaseCandidate, after before: ReleaseTag?) async throws -> PushReport? {
        let (based, image) = try one(candidate)
        let artifacts = try await builder.attestations(of: candidate, [based], about: image.descriptor, attesting)
        try await blocking {
            let kept = try builder.keep(
                MadeImage(set: ImageSet([image]), images: [image], made: 0, conflicts: []), of: based.environment,
                .based, baseName: candidate.recipe.base ?? "", candidate.located)
            try builder.attach(artifacts, to: kept)
        }
        return nil
    }

    func claim(_ tag: ReleaseTag, _ candidate: ReleaseCandidate) async throws -> SHA256Digest {
        let (based, image) = try one(candidate)
        let kept = KeptImage(
            environment: based.environment.id.digest, lock: candidate.located.digest, form: .based,
            manifest: image.descriptor.digest)
        return try await blocking { try builder.claim(tag, of: name, for: kept) }
    }

    /// Images of the store are not signed: whoever may write there may sign.
    func vouch(for image: SHA256Digest) {}

    func holder(ofMoving tag: String) -> SHA256Digest? { nil }

    /// The moving tags of a server mean what was built last.
    func move(_ tag: String, to image: SHA256Digest) -> Bool { false }

    func reference(_ release: ReleaseTag) -> ImageReference? { nil }

    /// A server's repository has one platform: that of the environment which has the name.
    private func one(_ candidate: ReleaseCandidate) throws -> (based: BasedEnvironment, image: Image) {
        let pairs = Array(zip(candidate.environments, candidate.image.images))
        guard let pair = pairs.first(where: { HostMachine.current.runs($0.0.environment.platform) }) ?? pairs.first
        else {
            throw BuilderError(
                .noWheel, candidate.located.path.string, "is for no platform", advice: "lock the recipe again")
        }
        return pair
    }
}

extension EnvironmentBuilder {
    /// The releases of a name that are in the store, in the order in which they were made.
    public func releases(of name: String) throws -> [StoredRelease] {
        try everReleased(name).filter { try isThere($0, of: name) }
    }

    /// A release that is in the store.
    public func release(_ tag: String, of name: String) throws -> StoredRelease? {
        guard let release = try everReleased(name).first(where: { $0.tag == tag }), try isThere(release, of: name)
        else { return nil }
        return release
    }

    /// Those that were taken away too.
    func everReleased(_ name: String) throws -> [StoredRelease] {
        guard let record = try store.record(kind: ContentStore.releases, key: name) else { return [] }
        return String(decoding: record, as: UTF8.self).split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ", maxSplits: 1)
            guard words.count == 2, let image = KeptImage(line: words[1]) else { return nil }
            return StoredRelease(tag: String(words[0]), image: image)
        }
    }

    private func isThere(_ release: StoredRelease, of name: String) throws -> Bool {
        try store.environment(tagged: "\(name):\(release.tag)")?.id == release.image.environment
    }

    /// Gives a tag to an image, unless it was given before.
    ///
    /// - Returns: whose it is.
    func claim(_ tag: ReleaseTag, of name: String, for image: KeptImage) throws -> SHA256Digest {
        try store.exclusively("releases", doing: "releasing \(name)") {
            var known = try everReleased(name)
            if let given = known.first(where: { $0.tag == tag.description }) { return given.image.manifest }
            known.append(StoredRelease(tag: tag.description, image: image))
            let lines = known.map { "\($0.tag) \($0.image.line)" }.joined(separator: "\n")
            try store.setRecord(kind: ContentStore.releases, key: name, value: Array(lines.utf8))
            try add([.record(ContentStore.releases, key: name)], to: image.environment)
            try store.lease(image.environment, to: .tag("\(name):\(tag)"))
            return image.manifest
        }
    }
}
