internal import PythonPackaging
internal import Recipes
internal import SystemPackage

/// A package of a lock that has moved on.
public struct OutdatedPackage: Sendable {
    public let name: String
    /// What the lock has.
    public let locked: String
    /// What locking anew would give; `nil` where the package would go.
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
        let fresh = try await lock(recipe, in: located.recipeFolder, upgrade: .all).lock
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
}
