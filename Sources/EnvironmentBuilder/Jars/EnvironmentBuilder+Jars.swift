internal import ContentStore
internal import MavenPackaging
internal import MavenResolver
internal import PythonIndex
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
    ///   - kept: versions that are taken of ranges, where they still lie in them.
    ///   - folder: what the recipe's relative paths start from.
    ///   - lockFolder: what the lock's start from.
    /// - Throws: `MavenPackagingError`, `MavenResolverError`, `TransferError`, `StoreError`.
    func jars(
        of recipe: Recipe, spark: SparkJars?, keeping kept: [ModuleName: String], in folder: FilePath,
        lockFolder: FilePath, refreshing: Bool
    ) async throws -> [Lock.Jar] {
        if recipe.jars.packages.isEmpty { return [] }
        let resolver = try mavenResolver(refreshing: refreshing)
        let observer = self.observer
        var request = try jarRequest(recipe, spark: spark, in: folder)
        request.kept = kept
        let resolution = try await resolver.resolve(request) { event in
            if case .began(_, let coordinate) = event { observer(.detail("fetching \(coordinate)")) }
        }
        tell(of: resolution.notices)
        if let spark { tell(of: resolution.leftOut, spark) }
        let owners = Dictionary(grouping: resolution.jars, by: \.filename).mapValues(\.count)
        return try resolution.jars.map { jar in
            // Of jars with one file name each has its group in front, as `spark-submit --packages` has it for all.
            let name = owners[jar.filename] == 1 ? jar.filename : "\(jar.coordinate.module.group)_\(jar.filename)"
            var file = Lock.File(name: name, sha256: jar.sha256, size: jar.size)
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

    private func tell(of notices: [MavenNotice]) {
        var unchecked: [String] = []
        for notice in notices {
            if case .withoutChecksum(let coordinate) = notice {
                unchecked.append("\n    \(coordinate)")
            } else {
                observer(.warning(notice.description))
            }
        }
        if unchecked.isEmpty { return }
        observer(
            .warning(
                "jars without a checksum beside them in their repository; from now on the lock vouches for them:"
                    + unchecked.joined()))
    }

    /// Tells what is not delivered because Spark has it: of what it has in another version everybody should know.
    private func tell(of leftOut: [LeftOut], _ spark: SparkJars) {
        var others: [String] = []
        for left in leftOut {
            let own = left.provided.version ?? "?"
            guard left.isOtherVersion else {
                observer(.detail("\(left.coordinate) is Spark's own"))
                continue
            }
            let line = "\n    \(left.coordinate.module): \(own), not \(left.coordinate.version)"
            if !others.contains(line) { others.append(line) }
        }
        if others.isEmpty { return }
        observer(
            .warning(
                "Spark \(spark.version) has jars of its own in other versions than are asked for; its own are used:"
                    + others.joined()))
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

    func mavenResolver(refreshing: Bool) throws -> MavenResolver {
        var machine = MavenConfiguration.Machine(environment: processEnvironment())
        // What the user's Maven has fetched or installed may be nobody else's.
        if settings.isForeign { machine.usesLocalRepository = false }
        return MavenResolver(
            transfer: try transfer(), store: store,
            policy: settings.offline ? .offline : refreshing ? .refresh : .normal, machine: machine,
            jobs: settings.jobs ?? 16)
    }

    /// Sees to it that there are repositories to ask for a recipe's jars, before anything else takes its time.
    ///
    /// - Throws: `MavenResolverError` (`noDefaultRepository`, `noSuchRepository`, `badConfiguration`, `blocked`).
    func checkRepositories(of recipe: Recipe, in folder: FilePath) async throws {
        if recipe.jars.packages.isEmpty { return }
        _ = try await blocking { [self] in
            try mavenResolver(refreshing: false).configuration(for: jarRequest(recipe, spark: nil, in: folder))
        }
    }

    /// - Parameter folder: what the recipe's relative paths start from.
    func jarRequest(_ recipe: Recipe, spark: SparkJars?, in folder: FilePath) throws -> JarRequest {
        let jars = recipe.jars
        var request = JarRequest(
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
        request.ignoredPOMs = jars.ignoredPOMs
        request.usesDefaultRepository = jars.usesDefaultRepository
        return request
    }
}

extension LeftOut {
    /// Whether the environment has it in another version than is asked for.
    var isOtherVersion: Bool {
        guard let own = provided.version, !coordinate.version.isEmpty else { return false }
        // Of a jar that is known by its name alone, a classifier may stand behind the version.
        if own == coordinate.version || provided.group == nil && own.hasPrefix(coordinate.version + "-") {
            return false
        }
        guard let constraint = try? VersionConstraint(coordinate.version), constraint.isHard else { return true }
        return !constraint.allows(MavenVersion(own))
    }
}

extension UnitCatalog.Artifact {
    init(_ jar: Lock.Jar) {
        self.init(
            JarName(module: jar.name, version: jar.coordinate.version, filename: jar.file.name),
            digest: jar.file.sha256)
    }
}
