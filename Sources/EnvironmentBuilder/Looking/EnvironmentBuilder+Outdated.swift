internal import MavenPackaging
internal import MavenResolver
internal import PythonPackaging
internal import Recipes
internal import SystemPackage

/// A package or jar of a lock that has moved on.
public struct OutdatedPackage: Sendable {
    public let name: String
    /// What the lock has.
    public let locked: String
    /// Of a package what locking anew would give, `nil` where it would go; of a jar the latest version that its
    /// repositories list.
    public let newest: String?
    /// Whether the recipe itself asks for it.
    public let isDirect: Bool
}

extension EnvironmentBuilder {
    /// What locking a lock's recipe anew would change.
    public func outdated(_ located: LocatedLock) async throws -> [OutdatedPackage] {
        guard let recipe = located.lock.recipe else {
            throw BuilderError(
                .noRecipe, subject: located.path.string, message: "was made by another tool, and names no recipe",
                advice: "name a lock that `chidori env lock` made")
        }
        var packages = recipe
        packages.jars = Recipe.Jars()
        let fresh = try await lock(packages, in: located.recipeFolder, upgrade: .all).lock
        let newest = Dictionary(grouping: fresh.packages, by: \.name).mapValues { $0.compactMap(\.version).max() }
        let direct = Set(recipe.python.packages.map(\.requirement.name))
        return located.lock.packages.compactMap { package in
            guard let version = package.version else { return nil }
            let latest = newest[package.name] ?? nil
            if latest == version { return nil }
            return OutdatedPackage(
                name: package.name.description, locked: version.description, newest: latest?.description,
                isDirect: direct.contains(package.name))
        }
    }
    /// The jars of a lock of which repositories list later versions: releases, unless the lock has a pre-release. Of
    /// Spark's own modules those of the environment's Spark alone.
    public func outdatedJars(_ located: LocatedLock) async throws -> [OutdatedPackage] {
        guard let recipe = located.lock.recipe, !located.lock.jars.isEmpty else { return [] }
        let modules = Set(located.lock.jars.map(\.coordinate.module))
        let listings = try await mavenResolver(refreshing: true).listings(
            of: modules, for: jarRequest(recipe, spark: nil, in: located.recipeFolder))
        let spark = located.lock.packages.first { $0.name.description == "pyspark" }?.version?.description
        let fit = SparkFit(spark: spark)
        return located.lock.jars.compactMap { jar in
            let (module, version) = (jar.coordinate.module, jar.coordinate.version)
            let newest = listings[module]?.newest(after: version) { fit.fits(ModuleVersion(module, $0)) }
            return newest.map {
                OutdatedPackage(name: jar.name, locked: version, newest: $0, isDirect: recipe.jars.asks(for: module))
            }
        }.sorted { $0.name < $1.name }
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
