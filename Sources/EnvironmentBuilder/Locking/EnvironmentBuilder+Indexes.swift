internal import PythonIndex
internal import PythonPackaging
internal import Recipes
internal import SystemPackage
internal import Transfer

extension EnvironmentBuilder {
    /// The indexes and places that a recipe and the settings name, or else those of the machine's pip.
    ///
    /// - Parameter folder: what the recipe's relative paths start from.
    func index(for recipe: Recipe?, in folder: FilePath, policy: CachePolicy = .normal) throws -> PythonIndex {
        let environment = processEnvironment()
        var wishes = IndexConfiguration.Wishes(environment: environment)
        wishes.indexURL = settings.indexURL
        wishes.extraIndexURLs = settings.extraIndexURLs
        wishes.findLinks = settings.findLinks
        wishes.folder = folder
        if let recipe {
            wishes.recipeFindLinks = recipe.python.findLinks
            wishes.usesDefaultIndex = recipe.python.usesDefaultIndex
            wishes.indexes = recipe.python.indexes.map { index in
                .init(
                    name: index.name, url: index.url, packages: Set(index.packages), isDefault: index.isDefault)
            }
        }
        return PythonIndex(
            transfer: try transfer(), store: store,
            policy: settings.offline ? .offline : policy, wishes: wishes)
    }

    /// The URL of a file that a recipe names by its URL, or by a path from its folder, a fragment (`#sha256=…`) kept.
    static func fileURL(_ place: String, from folder: FilePath) -> String {
        guard !place.contains("://"), !place.hasPrefix("file:") else { return place }
        let path = place.prefix { $0 != "#" }
        return ResourceURL.file(folder.pushing(FilePath(String(path)))).text + place.dropFirst(path.count)
    }
}
