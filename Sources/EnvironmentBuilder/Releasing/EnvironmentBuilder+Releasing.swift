internal import ContentStore
internal import Cryptography
internal import Diagnostics
internal import ImageSpec
internal import Layers
internal import Preflight
internal import Recipes
internal import Registry
internal import SystemPackage
internal import Workers

/// An image that is ready to be released, and what it was made of.
struct ReleaseCandidate: Sendable {
    let located: LocatedLock
    let recipe: Recipe
    let version: String
    let environments: [BasedEnvironment]
    let image: MadeImage
}

extension EnvironmentBuilder {
    /// Releases a recipe's image: locks, audits, checks, builds, tests, and, where the image is none that was released as
    /// this version before, pushes, attests, signs and tags it, the moving tags last.
    ///
    /// A tag `VERSION-REVISION` that is there names an image with all that is said of it: an end before leaves the tags as
    /// they were, and the next try goes on. An image that was released before changes nothing but moving tags that were
    /// left behind; where later ones were released since, they stay at those, unless the request moves them back.
    ///
    /// - Parameters:
    ///   - policy: whether the lock may be made or renewed on the way.
    ///   - tested: is told of each test.
    /// - Throws: ``BuilderError`` (`unreleasable`, `conflicts`, `testsFailed`, `noContainer`), `SupplyChainError`
    ///   (`vulnerable`), and whatever a step throws.
    public func release(
        _ input: EnvironmentInput, policy: LockPolicy, _ request: ReleaseRequest,
        tested: @escaping @Sendable (TestOutcome) -> Void
    ) async throws -> Release {
        let watch = Stopwatch()
        if case .recipe(let recipe) = input.content { _ = try version(of: recipe, input) }
        if case .registry(let place) = request.place { try admit([.registry(place)]) }
        let located = try await lock(for: input, policy: policy)
        guard let recipe = located.lock.recipe else {
            throw BuilderError(
                .noRecipe, located.path.string, "names no recipe, which says the version and the tests",
                advice: "release the recipe, or a lock that `chidori env lock` has made of one")
        }
        let version = try version(of: recipe, input)
        let shelf = try await releaseShelf(request, of: recipe.name)
        // A registry that does not know us says so before anything is built.
        _ = try await pushing { try await shelf.releases(of: version) }
        try await refuseVulnerable(located)
        try await tellUnjudged(located)
        try await refuseConflicts(input)
        let kept = try await store.keepContents(awaiting: "releasing \(recipe.name)")
        defer { kept.release() }
        let candidate = try await candidate(located, recipe, version, request)
        let digest = try shelf.digest(of: candidate)

        var tests: [TestOutcome]?
        var push: PushReport?
        var outcome = Release.Outcome.unchanged
        let releases = try await shelf.releases(of: version)
        var release = try await earlier(digest, among: releases, on: shelf)
        if release == nil {
            tests = try await test(candidate, request, tested: tested)
            let next = try ReleaseTag.next(of: version, among: releases.map(\.description))
            if request.isRehearsal {
                return Release(
                    name: recipe.name, tag: next, repository: shelf.repository, digest: digest, outcome: .planned,
                    moved: [], left: [], tests: tests, push: nil, seconds: watch.seconds)
            }
            push = try await shelf.put(candidate, after: releases.first)
            release = try await claim(next, for: digest, candidate, on: shelf)
            outcome = .released
        }
        guard let release else { throw CancellationError() }
        var moved: [String] = []
        if !request.isRehearsal {
            try await shelf.vouch(for: digest)
            moved =
                try await request.movesBack
                ? move(tags(of: release, request), to: digest, on: shelf) : settle(release, request, on: shelf)
            try await confirm(release, digest, on: shelf)
            try await blocking { [self] in
                let ids = candidate.environments.map(\.environment.id)
                if let place = shelf.reference(release) { try remember(image: digest, as: place, of: ids) }
            }
        }
        let left = request.movesBack ? [] : try await left(release, digest, releases, request, on: shelf)
        return Release(
            name: recipe.name, tag: release, repository: shelf.repository, digest: digest, outcome: outcome,
            moved: moved, left: left, tests: tests, push: push, seconds: watch.seconds)
    }

    // MARK: - Steps

    private func version(of recipe: Recipe, _ input: EnvironmentInput) throws -> String {
        guard let version = recipe.version else {
            throw BuilderError(
                .unreleasable, input.path.string, "has no version, which the tag of a release begins with",
                advice: "give the recipe a `version`, such as \"1.0\"")
        }
        do {
            try ReleaseTag.check(version)
        } catch let error as ImageSpecError {
            throw BuilderError(
                .unreleasable, input.path.string, "has the \(error.subject), which \(error.message)",
                advice: error.advice,
                cause: error)
        }
        return version
    }

    private func refuseConflicts(_ input: EnvironmentInput) async throws {
        let report = try await check(input)
        guard report.hasConflict else { return }
        var ids: [String] = []
        for finding in report.targets.flatMap(\.findings)
        where finding.isOpen && finding.severity == .conflict && !ids.contains(finding.id) { ids.append(finding.id) }
        let more = ids.count > 5 ? ", and \(ids.count - 5) more" : ""
        throw BuilderError(
            .conflicts, report.name,
            "has \(counted(ids.count, "conflict")) that its recipe does not accept: "
                + ids.prefix(5).joined(separator: "; ") + more,
            advice: "`chidori env check \(input.path)` tells what to do about each")
    }

    /// Makes the image, for each platform of the lock.
    private func candidate(
        _ located: LocatedLock, _ recipe: Recipe, _ version: String, _ request: ReleaseRequest
    ) async throws -> ReleaseCandidate {
        try admit(located.lock)
        let environments = try await environments(of: located)
        try checkDistinct(environments.map(\.platform))
        // A rehearsal leaves the name with what it means.
        let isNamed = !request.isRehearsal
        try await blocking { [self] in try keepOrigin(located, of: environments, isNamed: isNamed) }
        let build = BuildRequest(trustsBase: request.trustsBase)
        let based = try await based(environments, located, build, wantsBytecode: recipe.bytecode)
        let image = try await image(
            of: based, recipe: recipe, compression: recipe.image.compression == .zstd ? .zstd : .gzip, isNamed: isNamed)
        return ReleaseCandidate(
            located: located, recipe: recipe, version: version, environments: based, image: image)
    }

    /// Under which tag an image was released before, the newest first.
    private func earlier(
        _ digest: SHA256Digest, among releases: [ReleaseTag], on shelf: some ReleaseShelf
    ) async throws -> ReleaseTag? {
        // Mostly it is the newest.
        for start in stride(from: 0, to: releases.count, by: 8) {
            let some = Array(releases[start..<min(start + 8, releases.count)])
            let holders = try await concurrently(some, atMost: 8) { try await shelf.holder(of: $0) }
            if let index = holders.firstIndex(of: digest) { return some[index] }
        }
        return nil
    }

    /// Gives the image a tag that no other has.
    private func claim(
        _ next: ReleaseTag, for digest: SHA256Digest, _ candidate: ReleaseCandidate, on shelf: some ReleaseShelf
    ) async throws -> ReleaseTag {
        var tag = next
        while try await shelf.claim(tag, candidate) != digest {
            observer(.detail("\(shelf.repository):\(tag) was taken meanwhile"))
            tag = try ReleaseTag(version: tag.version, revision: tag.revision + 1)
        }
        return tag
    }

    /// Looks once more whose the tag is: a request for it that somebody made long ago may have arrived only now.
    private func confirm(_ release: ReleaseTag, _ digest: SHA256Digest, on shelf: some ReleaseShelf) async throws {
        let holder = try await shelf.holder(of: release)
        guard holder != digest else { return }
        throw BuilderError(
            .unreleasable, "\(shelf.repository):\(release)",
            holder.map { "was given to another image (\($0.prefixed)) meanwhile" } ?? "was taken away meanwhile",
            advice: "release again: the image gets the next revision")
    }

    /// Moves the tags that follow the newest release of a version. Whoever moves them last looks once more, so that of
    /// several releases at once the newest has them in the end.
    private func settle(
        _ release: ReleaseTag, _ request: ReleaseRequest, on shelf: some ReleaseShelf
    ) async throws -> [String] {
        var moved: [String] = []
        while let newest = try await shelf.releases(of: release.version).first {
            // A later release has them, or will.
            if moved.isEmpty, newest.revision > release.revision { break }
            guard let digest = try await shelf.holder(of: newest) else { break }
            for tag in try await move(tags(of: release, request), to: digest, on: shelf) where !moved.contains(tag) {
                moved.append(tag)
            }
            if try await shelf.releases(of: release.version).first == newest { break }
        }
        return moved
    }

    /// Which moving tags mean another image, where later ones than this were released.
    private func left(
        _ release: ReleaseTag, _ digest: SHA256Digest, _ releases: [ReleaseTag], _ request: ReleaseRequest,
        on shelf: some ReleaseShelf
    ) async throws -> [Release.LeftTag] {
        guard let newest = releases.first, newest.revision > release.revision,
            try await shelf.holder(ofMoving: release.version) != digest
        else { return [] }
        var left: [Release.LeftTag] = []
        for tag in tags(of: release, request) {
            guard let holder = try await shelf.holder(ofMoving: tag), holder != digest else { continue }
            left.append(
                Release.LeftTag(
                    tag: tag, digest: holder, release: try await earlier(holder, among: releases, on: shelf)))
        }
        return left
    }

    /// The tags that move to a release, in the order in which they do.
    private func tags(of release: ReleaseTag, _ request: ReleaseRequest) -> [String] {
        [release.version] + (request.movesLatest ? [ReleaseTag.latest] : [])
    }

    /// - Returns: those that were elsewhere.
    private func move(_ tags: [String], to image: SHA256Digest, on shelf: some ReleaseShelf) async throws -> [String] {
        var moved: [String] = []
        for tag in tags where try await shelf.move(tag, to: image) { moved.append(tag) }
        return moved
    }
}
