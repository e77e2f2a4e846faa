internal import ContentStore
public import Cryptography
public import EnvironmentBuilder
internal import EnvironmentSupply
internal import JobModel
internal import Recipes
internal import Synchronization
public import SystemPackage
internal import Workers

/// What a tag or digest of a repository stands for.
public enum ImageAnswer: Sendable {
    case manifest(StoredManifest)
    /// It is being made, or the environment that it is of.
    case making(Build)
    case unknownRepository
    case unknownManifest
}

/// The environments as images that a registry offers.
extension BuildService {
    /// The repositories that are for everybody: an admin's names. What was made of a recipe that somebody sent is found by
    /// its id.
    public func repositories() async throws -> [String] {
        let named = try await blocking { try self.builder.tags().map(\.tag) }
        let recipes = try await blocking { self.recipeNames() }
        let names =
            named.map { "\(ImageRepository.environments)/\($0)" } + recipes.map { "\(ImageRepository.recipes)/\($0)" }
        let offered = names.filter { $0.utf8.allSatisfy { $0 != UInt8(ascii: "@") && $0 != UInt8(ascii: ":") } }
        return offered + offered.map { "\(ImageRepository.imageVolumes)/\($0)" }
    }

    /// The tags of a repository; `nil` where there is none of that name.
    public func tags(of repository: String) async throws -> [String]? {
        guard let repository = ImageRepository(repository) else { return nil }
        return try await blocking { try self.target(of: repository)?.tags }
    }

    /// What a tag stands for. What is not there yet is made, once, however many ask.
    ///
    /// - Parameters:
    ///   - asker: `TENANT/USER`, who gets a fair share of the builds.
    ///   - patience: how long to wait for it.
    /// - Throws: what stands against making it. Within a minute of a failure nothing is tried again.
    public func image(
        tagged tag: String, of repository: String, for asker: String = puller, patience: Duration
    ) async throws -> ImageAnswer {
        let deadline = ContinuousClock.now + patience
        guard let repository = ImageRepository(repository) else { return .unknownRepository }
        var found = try await blocking { try self.target(of: repository) }
        if found == nil, case .named(let name) = repository.source,
            let build = try await building(environment: name, tag)
        {
            guard try await isOver(build.id, before: deadline) else { return .making(underWay(build.id)) }
            found = try await blocking { try self.target(of: repository) }
        }
        guard var target = found else { return .unknownRepository }
        guard target.tags.contains(tag) else { return .unknownManifest }
        if let release = target.releases.first(where: { $0.tag == tag }) {
            try await blocking { try self.builder.offer(release.image, in: repository.name) }
            return try await self.manifest(of: release.image, in: repository, for: asker, patience: patience)
        }
        if case .recipe(let name) = repository.source {
            if let build = try await environment(ofRecipe: name, &target, for: asker, deadline) {
                return .making(build)
            }
        }
        guard let environment = target.environment, let origin = target.origin else {
            throw EnvironmentSupplyError(
                .cannotBuild, repository.name, "is of an earlier Chidori, which did not keep what it was built of",
                advice: "build it again with `chidori env build`")
        }
        let known = try await blocking {
            try self.builder.keptImage(of: environment, lock: origin.lock, repository.form)
        }
        let image: KeptImage
        if let known {
            image = known
        } else {
            let id = Build.ID(imageOf: environment, lock: origin.lock, repository.form)
            try checkNotFailed(id)
            let task = try await beginImage(of: environment, origin, repository, id, for: asker)
            guard let made = try await result(of: task, id, until: deadline) else { return .making(underWay(id)) }
            image = made
        }
        return try await blocking {
            try self.using(image) {
                try self.builder.offer(image, in: repository.name)
                return try self.builder.manifest(image.manifest)
            }.map(ImageAnswer.manifest) ?? .unknownManifest
        }
    }

    /// What a digest stands for: an image that was given out under the repository's name, or what refers to one.
    ///
    /// - Parameters:
    ///   - asker: as with tags; an image of which something was lost is made again.
    ///   - patience: as with tags.
    public func image(
        withDigest digest: SHA256Digest, of repository: String, for asker: String = puller, patience: Duration
    ) async throws -> ImageAnswer {
        guard let known = ImageRepository(repository) else { return .unknownRepository }
        let offered = try await blocking { try self.builder.images(in: repository) }
        guard let image = offered.first(where: { $0.manifest == digest }) else {
            return try await blocking {
                if try self.manifests(in: repository).contains(digest), let found = try self.builder.manifest(digest) {
                    return .manifest(found)
                }
                return try self.target(of: known) == nil ? .unknownRepository : .unknownManifest
            }
        }
        return try await manifest(of: image, in: known, for: asker, patience: patience)
    }

    /// The manifest of an image that was made before; it is made again where something of it was lost.
    private func manifest(
        of image: KeptImage, in repository: ImageRepository, for asker: String, patience: Duration
    ) async throws -> ImageAnswer {
        let isThere = try await blocking { try self.builder.store.environment(image.environment) != nil }
        guard isThere else { return .unknownManifest }
        if try await blocking({ try !self.builder.isWhole(image) }) {
            guard let origin = try await blocking({ try self.origin(of: image, in: repository) }) else {
                return .unknownManifest
            }
            let id = Build.ID(imageOf: image.environment, lock: image.lock, image.form)
            try checkNotFailed(id)
            let task = try await beginImage(of: image.environment, origin, repository, id, for: asker)
            guard let made = try await result(of: task, id, until: .now + patience) else {
                return .making(underWay(id))
            }
            guard made.manifest == image.manifest else { return .unknownManifest }
        }
        return try await blocking {
            try self.using(image) { try self.builder.manifest(image.manifest) }.map(ImageAnswer.manifest)
                ?? .unknownManifest
        }
    }

    /// Where a blob lies that an image of a repository needs, one that was given out under its name; `nil` where none does.
    public func blob(_ digest: SHA256Digest, of repository: String) async throws -> FilePath? {
        guard ImageRepository(repository) != nil else { return nil }
        return try await blocking {
            // Most are an image's own.
            let images = try self.builder.images(in: repository).map(\.manifest)
            let isNeeded =
                try images.contains { try self.blobs(of: $0).contains(digest) }
                || self.manifests(in: repository).contains { try self.blobs(of: $0).contains(digest) }
            return try isNeeded && self.builder.store.contains(digest) ? self.builder.store.blobPath(digest) : nil
        }
    }

    /// The manifests that refer to one of a repository; `nil` where there is no such repository.
    public func referrers(to subject: SHA256Digest, in repository: String) async throws -> [StoredManifest]? {
        guard let known = ImageRepository(repository) else { return nil }
        return try await blocking {
            guard try self.manifests(in: repository).contains(subject) else {
                return try self.target(of: known) == nil ? nil : []
            }
            return try self.builder.referrers(to: subject).compactMap { try self.builder.manifest($0) }
        }
    }

    // MARK: - What there is

    /// What stands behind a repository now.
    private struct Target {
        var environment: SHA256Digest?
        var origin: EnvironmentOrigin?
        /// What the environment is called there; `nil` by its id.
        var name: String?
        var tags: [String]
        /// What was released under the name, each under a tag of its own, which it keeps.
        let releases: [StoredRelease]

        /// - Parameter version: also the tag of that one.
        init(
            _ environment: SHA256Digest?, named name: String?, _ origin: EnvironmentOrigin?, version: String?,
            releases: [StoredRelease] = []
        ) {
            self.environment = environment
            self.name = name
            self.origin = origin
            tags = ["latest"]
            if let version, version != "latest", ImageRepository.isTag(version) { tags.append(version) }
            // A version that looks like a release is none.
            let own = tags
            self.releases = releases.filter { !own.contains($0.tag) }
            tags += self.releases.map(\.tag)
        }
    }

    private func target(of repository: ImageRepository) throws -> Target? {
        switch repository.source {
        case .environment(let id):
            guard try builder.store.environment(id) != nil else { return nil }
            return Target(id, named: nil, try builder.origin(of: id, named: nil), version: nil)
        case .named(let name):
            guard let id = try builder.store.environment(tagged: name)?.id else { return nil }
            let origin = try builder.origin(of: id, named: name)
            let releases = repository.form == .based ? try builder.releases(of: name) : []
            return Target(id, named: name, origin, version: origin?.version, releases: releases)
        case .recipe(let name):
            guard let path = recipe(named: name), case .recipe(let recipe) = try builder.read(path).content else {
                return nil
            }
            return Target(nil, named: recipe.name, nil, version: recipe.version)
        }
    }

    /// Does something while an image's environment is in use, which a pull is: what is pulled is the last to be collected.
    private func using<Result>(_ image: KeptImage, _ body: () throws -> Result) throws -> Result {
        let use = try builder.store.use(image.environment)
        defer { use.release() }
        return try body()
    }

    /// What an image was made of, where that still has its name.
    private func origin(of image: KeptImage, in repository: ImageRepository) throws -> EnvironmentOrigin? {
        let names = try [target(of: repository)?.name, nil]
        return try names.compactMap { try builder.origin(of: image.environment, named: $0) }
            .first { $0.lock == image.lock }
    }

    /// The build under way that gives an environment its name, with that tag.
    private func building(environment name: String, _ tag: String) async throws -> Build? {
        let builds = state.withLock { state in
            state.running.keys.compactMap { state.builds[$0] }.filter { $0.kind == .named }
        }
        guard !builds.isEmpty else { return nil }
        return try await blocking {
            builds.first { build in
                guard let repository = ImageRepository("\(ImageRepository.recipes)/\(build.name)"),
                    // One that cannot be read gives nothing.
                    let target = try? self.target(of: repository)
                else { return false }
                return target.name == name && target.tags.contains(tag)
            }
        }
    }

    /// Finds the environment that a recipe gives, and has it built where it is not there, and where the recipe or its lock
    /// is not as it was.
    ///
    /// - Returns: the build that is under way, where it takes longer.
    private func environment(
        ofRecipe name: String, _ target: inout Target, for asker: String, _ deadline: ContinuousClock.Instant
    ) async throws -> Build? {
        let order = BuildOrder(.named(name))
        var made = try await made(of: order.reference)
        if made == nil {
            try checkNotFailed(order.id)
            let task = try await begin(order, for: asker).task
            made = try await result(of: task, order.id, until: deadline)
            if made == nil { return underWay(order.id) }
        } else if let made {
            // What is there is no more let through than what would be made.
            try await audit(made.id, of: order.reference)
        }
        guard let found = made.flatMap({ SHA256Digest(hex: $0.id) }) else { return nil }
        let called = target.name
        target.environment = found
        target.origin = try await blocking { try self.builder.origin(of: found, named: called) }
        return nil
    }

    /// The manifests that a repository offers: those given out under its name, and what refers to them.
    private func manifests(in repository: String) throws -> [SHA256Digest] {
        var found: [SHA256Digest] = []
        var next = try builder.images(in: repository).map(\.manifest)
        while !next.isEmpty {
            found += next
            next = try next.flatMap(builder.referrers).filter { !found.contains($0) }
        }
        return found
    }

    private func blobs(of manifest: SHA256Digest) throws -> Set<SHA256Digest> {
        if let known = manifests.withLock({ $0[manifest] }) { return known }
        guard try builder.store.contains(manifest) else { return [] }
        let blobs = Set(try builder.blobs(of: manifest))
        manifests.withLock { manifests in
            if manifests.count >= Self.mostManifests { manifests = [:] }
            manifests[manifest] = blobs
        }
        return blobs
    }

    private static let mostManifests = 1000
}
