internal import PythonIndex
internal import PythonPackaging
internal import Recipes
internal import SystemPackage
internal import Transfer

extension EnvironmentBuilder {
    /// The indexes and places that a recipe and the settings name, or else those of the machine's pip.
    ///
    /// - Parameter folder: what the recipe's relative paths start from.
    func index(for recipe: Recipe?, in folder: FilePath, policy: CachePolicy = .normal) -> PythonIndex {
        let environment = processEnvironment()
        var wishes = IndexConfiguration.Wishes(environment: environment)
        wishes.indexURL = settings.indexURL
        wishes.extraIndexURLs = settings.extraIndexURLs
        wishes.findLinks = settings.findLinks
        wishes.folder = folder
        if let recipe {
            wishes.usesDefaultIndex = recipe.python.usesDefaultIndex
            wishes.recipeFindLinks = recipe.python.findLinks
            wishes.indexes = recipe.python.indexes.compactMap { index in
                guard let root = try? ResourceURL(index.url) else { return nil }
                return IndexConfiguration.Index(
                    name: index.name, root: root, packages: Set(index.packages), isDefault: index.isDefault)
            }
        }
        return PythonIndex(
            transfer: Transfer(.ofUser(environment: environment)), store: store,
            policy: settings.offline ? .offline : policy, wishes: wishes)
    }
}
