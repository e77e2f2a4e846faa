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
        let artifacts =
            try await artifacts(of: selected, located, platform: platform, python: python)
            + located.lock.jars.map(UnitCatalog.Artifact.init(_:))
        let units = try await units(of: artifacts, python: python)
        let recipe = located.lock.recipe
        let variables = recipe?.environment ?? [:]
        return Environment(
            id: EnvironmentID(
                python: python, platform: platform, environment: variables, units: units.map(\.treeDigest)),
            name: located.name, version: recipe?.version, python: python, platform: platform, variables: variables,
            lock: located.digest, units: units,
            jarPaths: Dictionary(located.lock.jars.map { ($0.name, $0.path) }) { first, _ in first })
    }

    /// Looks into what a lock of ours gives its platforms as it is, its wheels, eggs and jars: a broken one is told when
    /// it comes, and the first build finds its units described.
    func describe(_ located: LocatedLock) async throws {
        guard located.lock.recipe != nil else { return }
        let python = try python(for: located)
        var artifacts = located.lock.jars.map(UnitCatalog.Artifact.init(_:))
        var seen: Set<UnitCatalog.Artifact> = []
        for platform in platforms(of: located) {
            for package in try located.lock.selection(for: platform, python: python, file: located.path.string) {
                switch package.content {
                case .wheel(let file), .egg(let file):
                    let artifact = try located.lock.artifact(file, of: package)
                    if seen.insert(artifact).inserted { artifacts.append(artifact) }
                case .source, .tree: continue
                }
            }
        }
        _ = try await units(of: artifacts, python: python)
    }

    private func units(of artifacts: [UnitCatalog.Artifact], python: PythonVersion) async throws -> [Unit] {
        try await stage(.describing, total: artifacts.count) {
            let catalog = UnitCatalog(store: store, workers: workers)
            return try await blocking { try catalog.units(of: artifacts, python: python) }
        }
    }

    /// The artifacts that a lock names for a platform; of what it names as sources, the wheels that are built of them.
    func artifacts(
        of selected: [Lock.Selected], _ located: LocatedLock, platform: TargetPlatform, python: PythonVersion
    ) async throws -> [UnitCatalog.Artifact] {
        var artifacts: [UnitCatalog.Artifact?] = []
        var sources: [LockedSource] = []
        for package in selected {
            switch package.content {
            case .wheel(let file), .egg(let file):
                artifacts.append(try located.lock.artifact(file, of: package))
                continue
            case .source(let file, let tools):
                sources.append(
                    LockedSource(package: package, index: artifacts.count, tools: tools) { _ in
                        StoredSource(file, of: package)
                    })
            case .tree(let tree, let tools):
                sources.append(
                    LockedSource(package: package, index: artifacts.count, tools: tools) {
                        try await $0.source(of: tree, package.name, package.version)
                    })
            }
            artifacts.append(nil)
        }
        // Most locks have none to build.
        if sources.isEmpty { return artifacts.compactMap(\.self) }
        // Most builds use one processor.
        let atOnce = min(sources.count, workers.count)
        let builder = try sourceWheels(for: located, python: python, atOnce: atOnce)
        let wheels = try await concurrently(sources, atMost: atOnce) { [self] source in
            try located.lock.recipe?.checkMayBuild(source.package.name, at: located.path)
            let wheel = try await self.wheel(of: try await source.bring(builder), with: source.tools, builder)
            try wheel.check(for: platform, python: python)
            return UnitCatalog.Artifact(
                wheel.filename, digest: wheel.digest, directURL: located.lock.directURL(of: source.package))
        }
        for (source, wheel) in zip(sources, wheels) { artifacts[source.index] = wheel }
        return artifacts.compactMap(\.self)
    }

    /// - Parameter locked: what the lock says that the source is built with.
    private func wheel(
        of source: StoredSource, with locked: [Lock.BuildRequirement]?, _ builder: SourceWheels
    ) async throws -> BuiltWheel {
        if let locked { return try await builder.wheel(of: source, with: builder.tools(locked, for: source)) }
        let tools = try await builder.requirements(of: source)
        observer(
            .warning("the lock does not say what \(source.name) is built with: another day's build may differ"))
        return try await builder.wheel(of: source, with: tools)
    }

    /// What builds the sources of a lock.
    func sourceWheels(for located: LocatedLock, python: PythonVersion, atOnce: Int = 1) throws -> SourceWheels {
        let recipe = located.lock.recipe
        return SourceWheels(
            self, try index(for: recipe, in: located.recipeFolder), python: python,
            constraints: recipe?.python.buildConstraints ?? [], in: located.folder, atOnce: atOnce)
    }

    /// Seconds since 1970 that stand for "now" in what is built; none that a zip does not know.
    var epoch: Int64 {
        get throws {
            max(Int64(try Timestamp.epoch(environmentVariable("SOURCE_DATE_EPOCH"))), WheelBuild.standardEpoch)
        }
    }
}

/// What a lock names as a source.
private struct LockedSource: Sendable {
    let package: Lock.Selected
    /// Its place among the packages.
    let index: Int
    let tools: [Lock.BuildRequirement]?
    let bring: @Sendable (SourceWheels) async throws -> StoredSource
}

extension Recipe {
    /// What a recipe does not let be built is not built because a lock names it: building runs code.
    ///
    /// - Throws: ``BuilderError`` (`staleLock`).
    fileprivate func checkMayBuild(_ package: PackageName, at path: FilePath) throws {
        let isAllowed =
            switch python.sourceDistributions {
            case .any: true
            case .listed: python.packages.contains { $0.requirement.name == package }
            case .never: false
            }
        guard !isAllowed else { return }
        throw BuilderError(
            .staleLock, path.string,
            "names a source of \(package), which its recipe does not let be built (`sdists: \(python.sourceDistributions.rawValue)`)",
            advice: "lock again; or change the recipe, and read what you build")
    }
}

extension Lock {
    /// A wheel or egg that is installed as it is.
    fileprivate func artifact(_ file: File, of package: Selected) throws -> UnitCatalog.Artifact {
        UnitCatalog.Artifact(try BuiltFilename(file.name), digest: file.sha256, directURL: directURL(of: package))
    }

    /// The content of `direct_url.json` (PEP 610) for what the recipe names by URL, or a foreign lock as a tree; `nil` for
    /// any other. What is of this machine stands by its path from the lock: where it lies is nobody's business elsewhere.
    fileprivate func directURL(of package: Selected) -> String? {
        let isDirect =
            recipe?.python.packages.contains { $0.requirement.name == package.name && $0.requirement.url != nil }
            ?? false
        var document: [String: JSON]
        switch package.content {
        case .wheel(let file), .egg(let file), .source(let file, _):
            guard isDirect, let url = file.url.map(withoutCredentials) ?? file.path.map({ "file:\($0)" }) else {
                return nil
            }
            document = [
                "archive_info": .object(["hashes": .object(["sha256": .string(file.sha256.hex)])]),
                "url": .string(url),
            ]
        case .tree(let tree, _):
            switch tree.kind {
            case .repository(let url, let revision, let commit):
                var info: [String: JSON] = ["vcs": "git", "commit_id": .string(commit)]
                info["requested_revision"] = revision.map(JSON.string)
                document = ["vcs_info": .object(info), "url": .string(url)]
            case .folder(let path, _):
                document = ["dir_info": .object([:]), "url": .string("file:\(path)")]
            }
            document["subdirectory"] = tree.subdirectory.map(JSON.string)
        }
        return String(decoding: JSON.object(document).bytes, as: UTF8.self)
    }
}
