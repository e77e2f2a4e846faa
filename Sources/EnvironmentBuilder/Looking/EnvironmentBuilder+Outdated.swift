internal import MavenPackaging
internal import MavenResolver
internal import PythonPackaging
internal import Recipes
internal import SystemPackage
internal import Workers

/// A package or jar of a lock that has moved on.
public struct OutdatedPackage: Sendable {
    public let name: String
    /// What the lock has.
    public let locked: String
    /// Of a package what locking anew would give, `nil` where it would go; of a jar the latest version that its
    /// repositories list. `nil` also where a repository's branch or tag has moved: nobody has looked into it yet.
    public let newest: String?
    /// Whether the recipe itself asks for it.
    public let isDirect: Bool
    /// Of a repository whose branch or tag has moved, the commit that the lock has and the one that is there now.
    public let commits: (locked: String, newest: String)?

    init(
        name: String, locked: String, newest: String?, isDirect: Bool, commits: (locked: String, newest: String)? = nil
    ) {
        self.name = name
        self.locked = locked
        self.newest = newest
        self.isDirect = isDirect
        self.commits = commits
    }
}

/// What locking anew would change.
public struct OutdatedReport: Sendable {
    /// In the lock's order.
    public let packages: [OutdatedPackage]
    /// Whether every repository could be asked; a warning was told of each that could not.
    public let isComplete: Bool
}

/// What repositories list of a lock's jars, each list by name.
public struct OutdatedJars: Sendable {
    public var outdated: [OutdatedPackage] = []
    /// Those of which no repository lists versions, so that nothing is known of later ones.
    public var unlisted: [String] = []
    /// Those of which the lists could not be had.
    public var unreachable: [String] = []
}

extension EnvironmentBuilder {
    /// What locking a lock's recipe anew would change. Repositories are asked where their branches and tags are now; what
    /// is there is neither fetched nor built.
    public func outdated(_ located: LocatedLock) async throws -> OutdatedReport {
        guard let recipe = located.lock.recipe else {
            throw BuilderError(
                .noRecipe, subject: located.path.string, message: "was made by another tool, and names no recipe",
                advice: "name a lock that `chidori env lock` made")
        }
        let repositories = try await repositories(of: located.lock)
        let missing = Set(repositories.filter(\.isMissing).map(\.package))
        var packages = recipe
        packages.jars = Recipe.Jars()
        packages.python.packages.removeAll { missing.contains($0.requirement.name) }
        let fresh = try await lock(
            packages, in: located.recipeFolder, previous: located.lock, upgrade: .releases
        ).lock
        let newest = Dictionary(grouping: fresh.packages, by: \.name).mapValues { $0.compactMap(\.version).max() }
        let moved = Dictionary(repositories.map { ($0.package, $0) }) { first, _ in first }
        let direct = Set(recipe.python.packages.map(\.requirement.name))
        let found = located.lock.packages.compactMap { package -> OutdatedPackage? in
            guard let version = package.version else { return nil }
            let isDirect = direct.contains(package.name)
            if let commits = moved[package.name]?.commits {
                return OutdatedPackage(
                    name: package.name.description, locked: version.description, newest: nil, isDirect: isDirect,
                    commits: commits)
            }
            let latest = newest[package.name] ?? nil
            if latest == version { return nil }
            // What only a repository asks for that cannot be had is not gone.
            if latest == nil, !missing.isEmpty { return nil }
            return OutdatedPackage(
                name: package.name.description, locked: version.description, newest: latest?.description,
                isDirect: isDirect)
        }
        return OutdatedReport(packages: found, isComplete: repositories.allSatisfy(\.wasAsked))
    }

    /// What is known of a package's repository.
    private struct RepositoryState {
        let package: PackageName
        /// The locked commit and today's, where they differ.
        var commits: (locked: String, newest: String)?
        var wasAsked = true
        /// Whether not even the locked commit is at hand.
        var isMissing = false
    }

    /// Asks the repositories of a lock where their branches and tags are now. One that cannot be asked is a warning.
    private func repositories(of lock: Lock) async throws -> [RepositoryState] {
        var states: [RepositoryState] = []
        for package in lock.packages {
            guard case .repository(let url, let revision, let commit)? = package.tree?.kind else { continue }
            let mirror = GitMirror(of: url, knownAs: url, in: store, for: settings)
            var state = RepositoryState(package: package.name)
            do {
                state.isMissing = true
                try await blocking { try mirror.bring(commit) }
                state.isMissing = false
                if let now = try await blocking({ try mirror.commitNow(of: revision) }), now != commit {
                    state.commits = (commit, now)
                }
            } catch let error as BuilderError {
                state.wasAsked = false
                observer(
                    .warning(
                        "\(package.name) may have moved on: \(error.subject): \(error.message)"))
            }
            states.append(state)
        }
        return states
    }

    /// The jars of a lock of which repositories list later versions: releases, unless the lock has a pre-release. Of
    /// Spark's own modules those of the environment's Spark alone. Lists that cannot be had are told as one warning.
    public func outdatedJars(_ located: LocatedLock) async throws -> OutdatedJars {
        guard let recipe = located.lock.recipe, !located.lock.jars.isEmpty else { return OutdatedJars() }
        let modules = Set(located.lock.jars.map(\.coordinate.module))
        let listings = try await mavenResolver(refreshing: true).listings(
            of: modules, for: jarRequest(recipe, spark: nil, in: located.recipeFolder))
        let spark = located.lock.packages.first { $0.name.description == "pyspark" }?.version?.description
        let fit = SparkFit(spark: spark)
        var failures = listings.compactMap { module, result in
            if case .failure(let error) = result { (module: module, error: error) } else { nil }
        }
        failures.sort { $0.module < $1.module }
        if let first = failures.first {
            let names = failures.map { "\n    \($0.module)" }.joined()
            observer(
                .warning("\(first.error.subject) \(first.error.message); not known are later versions of:\(names)"))
        }
        var answer = OutdatedJars()
        for jar in located.lock.jars {
            let (module, version) = (jar.coordinate.module, jar.coordinate.version)
            switch listings[module] {
            case .success(let listing?):
                guard let newest = listing.newest(after: version, where: { fit.fits(ModuleVersion(module, $0)) })
                else { continue }
                answer.outdated.append(
                    OutdatedPackage(
                        name: jar.name, locked: version, newest: newest, isDirect: recipe.jars.asks(for: module)))
            case .success(nil), nil: answer.unlisted.append(jar.name)
            case .failure: answer.unreachable.append(jar.name)
            }
        }
        answer.outdated.sort { $0.name < $1.name }
        answer.unlisted.sort()
        answer.unreachable.sort()
        return answer
    }
}

extension Recipe.Jars {
    /// Whether a module is one of those that are asked for by name.
    fileprivate func asks(for module: ModuleName) -> Bool {
        packages.contains { package in
            let asked = package.requirement
            if !asked.takesScalaSuffix { return asked.module == module }
            return asked.group == module.group && asked.artifact == ScalaSuffix.split(module.artifact)?.base
        }
    }
}
