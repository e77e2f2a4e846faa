internal import ContentStore
internal import Cryptography
internal import MavenPackaging
internal import MavenResolver
internal import PythonIndex
internal import PythonPackaging
internal import Recipes
internal import SystemPackage
internal import Transfer
internal import Units
internal import Workers

extension EnvironmentBuilder {
    /// Chooses the jars of a recipe, and brings into the store what nobody told the digest of.
    ///
    /// - Parameters:
    ///   - spark: what the environment's own Spark has; `nil` where it has none.
    ///   - folder: what the recipe's relative paths start from.
    ///   - lockFolder: what the lock's start from.
    /// - Throws: `MavenPackagingError`, `MavenResolverError`, `TransferError`, `StoreError`.
    func jars(
        of recipe: Recipe, spark: SparkJars?, in folder: FilePath, lockFolder: FilePath, refreshing: Bool
    ) async throws -> [Lock.Jar] {
        if recipe.jars.packages.isEmpty { return [] }
        let resolver = try mavenResolver(refreshing: refreshing)
        let observer = self.observer
        let resolution = try await resolver.resolve(try jarRequest(recipe, spark: spark, in: folder)) { event in
            if case .began(_, let coordinate) = event { observer(.detail("fetching \(coordinate)")) }
        }
        for notice in resolution.notices { observer(.warning(notice.description)) }
        return try resolution.jars.map { jar in
            var file = Lock.File(name: jar.filename, sha256: jar.sha256, size: jar.size)
            if !jar.isFromDefault {
                if let local = try ResourceURL(jar.url).filePath {
                    file.path = (local.starts(with: folder) ? local.relative(to: lockFolder) : local).string
                } else {
                    file.url = jar.url
                }
            }
            return Lock.Jar(
                coordinate: jar.coordinate,
                fileVersion: jar.fileVersion == jar.coordinate.version ? nil : jar.fileVersion, file: file,
                path: jar.path.dropLast().map(\.description))
        }
    }

    /// Brings the jars of a lock into the store, and counts them in.
    func fetchJars(_ located: LocatedLock, into report: inout FetchReport) async throws {
        report.files += located.lock.jars.count
        let missing = try located.lock.jars.filter { try !store.contains($0.file.sha256) }
        if missing.isEmpty { return }
        let files = missing.map { jar in
            let local = jar.file.path.map { ResourceURL.file(located.folder.pushing(FilePath($0))).text }
            return JarFile(
                coordinate: jar.coordinate, fileVersion: jar.fileVersion, url: jar.file.url ?? local,
                sha256: jar.file.sha256, size: jar.file.size)
        }
        let request = try located.lock.recipe.map { try jarRequest($0, spark: nil, in: located.recipeFolder) }
        let observer = self.observer
        let blobs = try await stage(.fetching, total: files.count) {
            try await mavenResolver(refreshing: false).fetch(files, for: request ?? JarRequest(roots: [])) { event in
                switch event {
                case .began: break
                case .received(let number, let bytes, let size):
                    observer(.downloading(file: missing[number].file.name, received: bytes, size: size))
                case .ended(let number, let bytes):
                    observer(.downloaded(file: missing[number].file.name, size: bytes))
                }
            }
        }
        report.fetched += blobs.count
        report.bytes += blobs.reduce(0) { $0 + $1.size }
    }

    private func mavenResolver(refreshing: Bool) throws -> MavenResolver {
        let environment = processEnvironment()
        return MavenResolver(
            transfer: Transfer(try .ofUserAndPip(environment: environment)), store: store,
            policy: settings.offline ? .offline : refreshing ? .refresh : .normal,
            machine: MavenConfiguration.Machine(environment: environment), jobs: settings.jobs ?? 16)
    }

    private func jarRequest(_ recipe: Recipe, spark: SparkJars?, in folder: FilePath) throws -> JarRequest {
        let jars = recipe.jars
        return JarRequest(
            roots: jars.packages.map { JarRequest.Root($0.requirement, exclusions: $0.exclusions) },
            managed: jars.constraints,
            boms: jars.boms.compactMap { bom in bom.version.map { ModuleVersion(bom.module, $0) } },
            repositories: jars.repositories.map { repository in
                let isURL = repository.url.contains("://") || repository.url.hasPrefix("file:")
                let path = folder.pushing(FilePath(repository.url)).lexicallyNormalized()
                let url = isURL ? repository.url : ResourceURL.file(path, isFolder: true).text
                return JarRepository(id: repository.id, url: url)
            },
            mediation: jars.mediation, scala: jars.scala ?? spark?.scala, spark: spark?.version,
            provided: spark?.provided ?? [])
    }

    /// The jars that a lock's PySpark brings, if it has one.
    func sparkJars(of located: LocatedLock, platform: TargetPlatform, python: PythonVersion) async throws -> SparkJars?
    {
        let selected = try located.lock.selection(for: platform, python: python, file: located.path.string)
        guard let spark = selected.first(where: { $0.name.description == "pyspark" }) else { return nil }
        _ = try await fetchMissing(located, [spark], python: python)
        let artifacts = try await artifacts(of: [spark], located, platform: platform, python: python)
        let catalog = UnitCatalog(store: store, workers: workers)
        return try await blocking {
            guard let unit = try catalog.units(of: artifacts, python: python).first else { return nil }
            let place = "\(python.sitePackages)/pyspark/jars"
            guard case .folder(let folder)? = try unit.root.entry(at: place)?.content else { return nil }
            return SparkJars(version: unit.version, files: try folder.entries().map(\.name))
        }
    }
}

extension Lock.Jar {
    /// `group:artifact`; where it is no plain jar, with what else tells it from others.
    fileprivate var name: String {
        let key = coordinate.key
        let isPlain = key.fileExtension == "jar" && key.classifier.isEmpty
        return isPlain ? key.module.description : key.description
    }
}

extension UnitCatalog.Artifact {
    init(_ jar: Lock.Jar) {
        self.init(
            JarName(module: jar.name, version: jar.coordinate.version, filename: jar.file.name),
            digest: jar.file.sha256)
    }
}

/// What a Spark brings, as the names of its own jars tell it.
struct SparkJars: Sendable, Equatable {
    /// `4.0.1`.
    var version: String
    /// `2.13`, as the Scala library's own jar says it.
    var scala: String?
    var provided: [ProvidedModule]

    init(version: String, files: [String]) {
        self.version = version
        provided = files.compactMap { file in
            guard file.hasSuffix(".jar") else { return nil }
            let stem = file.dropLast(".jar".count)
            // The version begins behind the first dash that a digit follows: `kafka-clients-3.9.0`, but also
            // `scala-xml_2.13-2.3.0`.
            var dash = stem.startIndex
            while let next = stem[dash...].firstIndex(of: "-") {
                let behind = stem.index(after: next)
                if behind < stem.endIndex, stem[behind].isNumber {
                    return ProvidedModule(
                        group: nil, artifact: String(stem[..<next]), version: String(stem[behind...]))
                }
                dash = behind
            }
            return ProvidedModule(group: nil, artifact: String(stem), version: nil)
        }
        let library = provided.first { $0.artifact == "scala-library" }?.version
        scala = library.map { $0.split(separator: ".").prefix(2).joined(separator: ".") }
    }
}
