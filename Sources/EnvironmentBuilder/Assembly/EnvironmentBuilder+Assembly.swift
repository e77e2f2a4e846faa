internal import ContentStore
internal import Cryptography
internal import ImageSpec
internal import JSONDocument
internal import PythonPackaging
internal import Recipes
internal import SourceBuilds
internal import SystemPackage
internal import Units
internal import Workers

extension EnvironmentBuilder {
    /// The environment that a lock gives a platform. Its files must be in the store.
    ///
    /// - Throws: `RecipesError` (`wrongTarget`, `unsupported`), `UnitsError`, `ArchiveError`.
    func assemble(_ located: LocatedLock, platform: TargetPlatform, python: PythonVersion) async throws -> Environment {
        let selected = try located.lock.selection(for: platform, python: python, file: located.path.string)
        let artifacts = try await artifacts(of: selected, located, platform: platform, python: python)
        let units = try await stage(.describing, total: selected.count) {
            let catalog = UnitCatalog(store: store, workers: workers)
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

    /// The artifacts that a lock names for a platform; of what it names as sources, the wheels that are built of them.
    private func artifacts(
        of selected: [Lock.Selected], _ located: LocatedLock, platform: TargetPlatform, python: PythonVersion
    ) async throws -> [UnitCatalog.Artifact] {
        let sources = try sourceWheels(for: located, python: python)
        var artifacts: [UnitCatalog.Artifact] = []
        for package in selected {
            let directURL = located.lock.directURL(of: package)
            switch package.content {
            case .wheel, .egg:
                artifacts.append(
                    UnitCatalog.Artifact(
                        try BuiltFilename(package.file.name), digest: package.file.sha256, directURL: directURL))
            case .source(let locked):
                let source = StoredSource(
                    project: package.name, version: package.version, filename: package.file.name,
                    digest: package.file.sha256)
                var tools = locked
                if tools == nil {
                    tools = try await sources.requirements(of: source)
                    observer(
                        .warning(
                            "the lock does not say what \(source.filename) is built with: another day's build may differ"
                        ))
                }
                let wheel = try await sources.wheel(of: source, with: tools ?? [])
                try wheel.check(for: platform, python: python)
                artifacts.append(UnitCatalog.Artifact(wheel.filename, digest: wheel.digest, directURL: directURL))
            }
        }
        return artifacts
    }

    /// What builds the sources of a lock.
    func sourceWheels(for located: LocatedLock, python: PythonVersion) throws -> SourceWheels {
        let recipe = located.lock.recipe
        return SourceWheels(
            self, try index(for: recipe, in: located.recipeFolder), python: python,
            constraints: recipe?.python.buildConstraints ?? [], in: located.folder)
    }

    /// Seconds since 1970 that stand for "now" in what is built; none that a zip does not know.
    var epoch: Int64 {
        get throws {
            max(Int64(try Timestamp.epoch(environmentVariable("SOURCE_DATE_EPOCH"))), WheelBuild.standardEpoch)
        }
    }
}

extension Lock {
    /// The content of `direct_url.json` (PEP 610) for a file that the recipe names by URL; `nil` for any other.
    fileprivate func directURL(of package: Selected) -> String? {
        let request = recipe?.python.packages.first { $0.requirement.name == package.name && $0.requirement.url != nil }
        guard request != nil, let url = package.file.url else { return nil }
        let hash = JSON.object(["sha256": .string(package.file.sha256.hex)] as [String: JSON])
        let document = JSON.object(["archive_info": .object(["hashes": hash]), "url": .string(withoutCredentials(url))])
        return String(decoding: document.bytes, as: UTF8.self)
    }
}
