internal import ContentStore
internal import MavenPackaging
internal import MavenResolver
internal import Recipes
internal import SystemPackage

/// What the other kind of mediation would choose for a recipe's jars.
public struct MediationComparison: Sendable {
    /// What one kind of mediation chooses of a jar.
    public struct Choice: Sendable, Equatable {
        public let version: String
        /// Coordinates from what the recipe asks for to the one that asks for the jar; empty where that is the recipe.
        public let path: [String]
        /// The versions that lose: each with who asks for it.
        public let lost: [Explanation.Lost]
    }

    /// A jar that the two choose differently.
    public struct Jar: Sendable, Equatable {
        /// `group:artifact`.
        public let name: String
        /// `nil` where the jar is not needed then.
        public let from: Choice?
        public let to: Choice?
    }

    /// The recipe's own kind, and the other one: `nearest`, `latest`.
    public let from: String
    public let to: String
    /// By name.
    public let jars: [Jar]
    /// Of how many jars of the recipe's own kind.
    public let count: Int
}

extension EnvironmentBuilder {
    /// What would change if a recipe chose the versions of its jars by the other kind of mediation.
    ///
    /// Of a recipe the file itself counts, and its lock only for the Spark that it has.
    ///
    /// - Throws: ``BuilderError`` (`noRecipe`) for a foreign lock, (`noJars`); `MavenPackagingError`, `MavenResolverError`.
    public func mediationComparison(of input: EnvironmentInput) async throws -> MediationComparison {
        let recipe = try recipe(of: input)
        guard !recipe.jars.packages.isEmpty else {
            throw BuilderError(
                .noJars, subject: input.path.string, message: "asks for no jars, so that there is nothing to choose",
                advice: "compare locks and environments with `chidori env diff A B`")
        }
        let kept = try await store.keepContents(awaiting: "comparing \(recipe.name)")
        defer { kept.release() }
        let spark = try await sparkJars(for: recipe, of: input)
        let folder = try recipeFolder(of: input)
        var request = try jarRequest(recipe, spark: spark, in: folder)
        let other: MediationKind = recipe.jars.mediation == .nearest ? .latest : .nearest
        let resolver = try mavenResolver(refreshing: false)
        let before = try await resolver.mediate(request)
        request.mediation = other
        let after = try await resolver.mediate(request)
        return MediationComparison(
            from: recipe.jars.mediation.rawValue, to: other.rawValue,
            jars: before.differences(to: after).map { difference in
                MediationComparison.Jar(
                    name: difference.key.shortName, from: difference.before.map(MediationComparison.Choice.init),
                    to: difference.after.map(MediationComparison.Choice.init))
            }, count: before.chosen.count(where: \.isNeededToRun))
    }

    /// The jars of the Spark that a recipe's packages have: by its lock, or where it has none by choosing them anew.
    private func sparkJars(for recipe: Recipe, of input: EnvironmentInput) async throws -> SparkJars? {
        var located: LocatedLock
        do {
            located = try self.located(input)
        } catch let error as BuilderError where error.code == .staleLock {
            var packages = recipe
            packages.jars = Recipe.Jars()
            let outcome = try await lock(packages, in: recipeFolder(of: input))
            located = try LocatedLock(text: outcome.lock.toml, path: input.lockPath)
        }
        return try await sparkJars(of: located, platform: recipe.platforms[0], python: recipe.python.version)
    }
}

extension MediationComparison.Choice {
    fileprivate init(_ artifact: ChosenArtifact) {
        version = artifact.coordinate.version
        path = artifact.path.dropLast().map(\.description)
        lost = artifact.lost.map(Explanation.Lost.init)
    }
}
