internal import ContentStore
internal import Cryptography
internal import JSONDocument
internal import PythonPackaging
internal import Recipes
internal import SystemPackage
internal import Units
internal import Workers

extension EnvironmentBuilder {
    /// The environment that a lock gives a platform. Its files must be in the store.
    ///
    /// - Throws: `RecipesError` (`wrongTarget`, `unsupported`), `UnitsError`, `ArchiveError`.
    func assemble(_ located: LocatedLock, platform: TargetPlatform, python: PythonVersion) async throws -> Environment {
        let selected = try located.lock.selection(for: platform, python: python, file: located.path.string)
        let units = try await stage(.describing, total: selected.count) {
            let catalog = UnitCatalog(store: store, workers: workers)
            let artifacts = try selected.map { package in
                UnitCatalog.Artifact(
                    try BuiltFilename(package.wheel.name), digest: package.wheel.sha256,
                    directURL: located.lock.directURL(of: package))
            }
            return try await blocking { try catalog.units(of: artifacts, python: python) }
        }
        let recipe = located.lock.recipe
        let variables = recipe?.environment ?? [:]
        return Environment(
            id: EnvironmentID(
                python: python, platform: platform, environment: variables, units: units.map(\.treeDigest)),
            name: located.name, version: recipe?.version, python: python, platform: platform, variables: variables,
            lock: located.digest, units: units)
    }
}

extension Lock {
    /// The content of `direct_url.json` (PEP 610) for a wheel that the recipe names by URL; `nil` for any other.
    fileprivate func directURL(of package: Selected) -> String? {
        let request = recipe?.python.packages.first { $0.requirement.name == package.name && $0.requirement.url != nil }
        guard request != nil, let url = package.wheel.url else { return nil }
        let hash = JSON.object(["sha256": .string(package.wheel.sha256.hex)] as [String: JSON])
        let document = JSON.object(["archive_info": .object(["hashes": hash]), "url": .string(withoutCredentials(url))])
        return String(decoding: document.bytes, as: UTF8.self)
    }
}
