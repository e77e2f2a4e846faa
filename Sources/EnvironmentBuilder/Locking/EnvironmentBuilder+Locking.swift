internal import ContentStore
internal import Cryptography
internal import Diagnostics
internal import PythonIndex
internal import PythonPackaging
public import PythonResolver
public import Recipes
public import SystemPackage
internal import Transfer
internal import Workers

/// A lock that was just made.
public struct LockOutcome: Sendable {
    public let lock: Lock
    /// What kept newer versions out, by package and platform.
    public let resolutions: [String: [KeptOutVersions]]
    public let seconds: Double
}

/// Newer versions of a package that were not chosen, and why.
public struct KeptOutVersions: Sendable, Hashable {
    public let package: String
    /// Newest first.
    public let versions: [String]
    public let reason: String
}

extension EnvironmentBuilder {
    /// Chooses versions and files for a recipe, on each of its platforms.
    ///
    /// - Parameters:
    ///   - folder: what the recipe's relative paths start from.
    ///   - lockFolder: where the lock will lie, if elsewhere.
    ///   - previous: a lock whose versions are kept where they still satisfy.
    ///   - upgrade: which of them are not.
    ///   - direction: which of the versions that satisfy are taken where none is kept.
    ///   - file: the recipe's, which messages name.
    /// - Throws: `ResolverError` where there is no solution, `PythonIndexError`, `TransferError`, ``BuilderError``
    ///   (`unknownPackage`) where a package to upgrade is not there.
    public func lock(
        _ recipe: Recipe, in folder: FilePath, lockedIn lockFolder: FilePath? = nil, previous: Lock? = nil,
        upgrade: Upgrade = .packages([]), direction: ResolutionRequest.Direction = .highest,
        writtenIn file: FilePath? = nil
    ) async throws -> LockOutcome {
        let watch = Stopwatch()
        try admit(recipe)
        try checkPlaces(of: recipe, in: folder, writtenIn: file)
        let policy: CachePolicy =
            switch upgrade {
            case .all, .releases: .refresh(nil)
            case .packages([], _): .normal
            case .packages(let names, _): .refresh(Set(names))
            }
        if let previous, previous.matches(recipe) { try upgrade.check(against: [previous], recipe) }
        warn(ofUnknown: recipe.python.version)
        try await checkRepositories(of: recipe, in: folder)
        let index = try index(for: recipe, in: folder, policy: policy)
        let lockFolder = lockFolder ?? folder
        let sources = SourceWheels(
            self, index, python: recipe.python.version, constraints: recipe.python.buildConstraints,
            keeping: upgrade.keptSources(of: previous), in: lockFolder)
        let provider = IndexProvider(index, store: store, sources: sources) { Self.fileURL($0, from: folder) }
        let resolver = Resolver(provider)
        let preferences = upgrade.preferences(from: previous)
        let kept = try await store.keepContents(awaiting: "locking \(recipe.name)")
        defer { kept.release() }
        var answers: [Lock.Answer] = []
        var keptOut: [String: [KeptOutVersions]] = [:]
        try await stage(.resolving, total: recipe.platforms.count) {
            for platform in recipe.platforms {
                var request = ResolutionRequest(recipe, platform: platform, keeping: preferences)
                request.direction = direction
                var resolution = try await resolver.resolve(request)
                try await addDigests(to: &resolution.packages, from: index)
                var packages: [Lock.Package] = []
                for chosen in resolution.packages {
                    if let found = sources.tree(of: chosen.file) {
                        var package = try Lock.Package(chosen, place: FilePlace(), asked: recipe.python)
                        package.sourceDistribution = nil
                        package.tree = found.tree
                        package.buildRequirements = try await sources.requirements(of: found.source)
                        try await sources.check(found.source, for: platform)
                        packages.append(package)
                        continue
                    }
                    var package = try Lock.Package(
                        chosen, place: place(of: chosen, folder, lockFolder), asked: recipe.python)
                    if package.sourceDistribution != nil {
                        let source = try await sources.bring(chosen.file, of: chosen.name)
                        package.buildRequirements = try await sources.requirements(of: source)
                        try await sources.check(source, for: platform)
                    }
                    packages.append(package)
                    try await warn(ofLinksIn: chosen, index)
                }
                answers.append(Lock.Answer(platform: platform, packages: packages))
                keptOut[platform.description] = resolution.packages.flatMap { package in
                    package.newer.map {
                        KeptOutVersions(
                            package: package.name.description, versions: $0.versions.map(\.description),
                            reason: $0.reason)
                    }
                }
                observer(.advanced(.resolving, by: 1, subject: platform.description))
            }
        }
        var lock = Lock(answering: recipe, with: answers)
        lock.createdBy = settings.createdBy
        if lockFolder != folder, recipe.namesRelativePaths {
            lock.recipeFolder = folder.relative(to: lockFolder).string
        }
        if !recipe.jars.packages.isEmpty {
            let located = try LocatedLock(text: lock.toml, path: lockFolder.appending("\(recipe.name).lock.toml"))
            let spark = try await sparkJars(
                of: located, platform: recipe.platforms[0], python: recipe.python.version)
            lock.jars = try await stage(.resolving) {
                try await jars(
                    of: recipe, spark: spark, keeping: upgrade.keptJars(of: previous), in: folder,
                    lockFolder: lockFolder, refreshing: upgrade.refreshesJars)
            }
        }
        try upgrade.check(against: [previous, lock].compactMap(\.self), recipe)
        return LockOutcome(lock: lock, resolutions: keptOut, seconds: watch.seconds)
    }

    /// Fetches files whose digest nobody tells (a plain list of files, a wheel named by its URL or path), so that the lock
    /// has what was there today.
    func addDigests(to packages: inout [Resolution.Package], from index: PythonIndex) async throws {
        let unknown = packages.indices.filter { packages[$0].file.sha256 == nil }
        for number in unknown {
            let package = packages[number]
            let blob = try await index.fetch(Artifact(package.file, of: package.name))
            observer(.detail("\(package.file.filename) has no digest where it lies; it is \(blob.digest.prefixed) now"))
            packages[number].file.sha256 = blob.digest
        }
    }

    /// Eggs of the first setuptools name places to look for packages at, which nobody does any more.
    private func warn(ofLinksIn chosen: Resolution.Package, _ index: PythonIndex) async throws {
        let links = try await index.ignoredLinks(of: chosen.file)
        guard !links.isEmpty else { return }
        observer(
            .warning(
                "\(chosen.file.filename) names places to find packages at, and none is asked: "
                    + "\(links.map(withoutCredentials).joined(separator: ", "))"))
    }

    /// The lock of an input: the file itself, or the one beside a recipe, made or renewed as the policy allows.
    ///
    /// - Throws: ``BuilderError`` (`staleLock`), and what locking throws.
    public func lock(for input: EnvironmentInput, policy: LockPolicy) async throws -> LocatedLock {
        guard case .recipe(let recipe) = input.content else {
            let located = try located(input)
            try checkTarget(of: located)
            return located
        }
        let path = input.lockPath
        let text = try TextFile.readIfPresent(path)
        let existing = try text.map { try LocatedLock(text: $0, path: path) }
        if let existing { try admit(existing.lock) }
        var changes = existing?.lock.staleness(against: recipe)
        if let existing, policy != .asWritten, changes?.isEmpty == true {
            changes = try await changedPlaces(of: existing.lock, in: existing.folder, for: recipe)
        }
        if let existing, let changes, changes.isEmpty || policy == .asWritten {
            try checkTarget(of: existing)
            if !changes.isEmpty { observer(.warning(stale(path, input, changes).description)) }
            return try answering(recipe, existing, mayWrite: policy == .lockIfNeeded)
        }
        guard policy == .lockIfNeeded else { throw stale(path, input, changes) }
        // A lock is committed, and others build from it: it is made for what the recipe says, not for other targets or
        // fewer because one build wants one of them.
        try checkTarget(of: recipe, at: input.path)
        let outcome = try await lock(
            recipe, in: input.folder, previous: existing?.lock, writtenIn: input.path)
        _ = try write(outcome.lock, to: path)
        observer(
            .locked(
                path: path.string, packages: outcome.lock.packages.count, jars: outcome.lock.jars.count,
                existing.map { EnvironmentDifference(from: $0.lock, to: outcome.lock) }))
        return try LocatedLock(text: outcome.lock.toml, path: path)
    }

    /// A lock with its recipe's policy, of which nothing follows for what is locked: it is noted, where anything may be.
    private func answering(_ recipe: Recipe, _ existing: LocatedLock, mayWrite: Bool) throws -> LocatedLock {
        var located = existing
        if mayWrite, existing.lock.recipe?.audit != recipe.audit {
            var lock = existing.lock
            lock.recipe?.audit = recipe.audit
            _ = try write(lock, to: existing.path)
            located = try LocatedLock(text: lock.toml, path: existing.path)
        }
        located.policy = recipe.audit
        return located
    }

    /// - Throws: ``BuilderError`` (`staleLock`) unless the lock answers the recipe.
    public func check(
        _ lock: Lock?, answers recipe: Recipe, at path: FilePath, for input: EnvironmentInput
    ) async throws {
        var changes = lock?.staleness(against: recipe)
        if let lock, changes?.isEmpty == true {
            changes = try await changedPlaces(of: lock, in: path.removingLastComponent(), for: recipe)
        }
        if changes?.isEmpty == true { return }
        throw stale(path, input, changes)
    }

    private func stale(_ path: FilePath, _ input: EnvironmentInput, _ changes: [Lock.Change]?) -> BuilderError {
        guard let changes else {
            return BuilderError(
                .staleLock, subject: path.string, message: "is missing",
                advice: "make it with `chidori env lock \(input.path)`")
        }
        let list = changes.map(indented).joined()
        return BuilderError(
            .staleLock, subject: path.string, message: "does not answer \(input.path) any more:\(list)",
            advice: "renew it with `chidori env lock \(input.path)`")
    }

    /// Reads an input that must be a lock, or a recipe's lock as it is written.
    func located(_ input: EnvironmentInput) throws -> LocatedLock {
        if case .lock(let text) = input.content {
            let located = try LocatedLock(text: text, path: input.path)
            try admit(located.lock)
            return located
        }
        let path = input.lockPath
        guard let text = try TextFile.readIfPresent(path) else {
            throw BuilderError(
                .staleLock, subject: path.string, message: "is missing",
                advice: "make it with `chidori env lock \(input.path)`")
        }
        return try LocatedLock(text: text, path: path)
    }

    /// What the relative paths of an input's recipe start from.
    public func recipeFolder(of input: EnvironmentInput) throws -> FilePath {
        switch input.content {
        case .recipe: input.folder
        case .lock: try located(input).recipeFolder
        }
    }

    /// The lock at a path, if there is one.
    public func lockIfPresent(at path: FilePath) throws -> Lock? {
        try TextFile.readIfPresent(path).map { try LocatedLock(text: $0, path: path).lock }
    }

    /// Writes a text file by rename.
    public func write(_ text: String, to path: FilePath) throws {
        try TextFile.write(text, to: path, isPrivate: settings.isForeign)
    }

    /// Writes a lock, unless the file holds the same text already; tells whether it wrote.
    public func write(_ lock: Lock, to path: FilePath) throws -> Bool {
        let text = lock.toml
        if try TextFile.readIfPresent(path) == text { return false }
        try TextFile.write(text, to: path, isPrivate: settings.isForeign)
        return true
    }

    /// How a lock names the place of a chosen file: not at all on the default index, by its URL on another, and relative
    /// to the lock's folder where it lies on a local disk below the recipe's.
    func place(
        of chosen: Resolution.Package, _ folder: FilePath, _ lockFolder: FilePath
    ) throws -> FilePlace {
        let source = chosen.source
        if source?.kind == .defaultIndex { return FilePlace() }
        let index = source?.kind == .index ? source?.url : nil
        guard let local = try ResourceURL(chosen.file.url).filePath else {
            return FilePlace(index: index, url: withoutCredentials(chosen.file.url))
        }
        let path = local.starts(with: folder) ? local.relative(to: lockFolder) : local
        return FilePlace(index: index, path: path.string)
    }
}
