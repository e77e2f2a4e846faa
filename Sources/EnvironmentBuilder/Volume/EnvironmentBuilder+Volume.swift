internal import ContentStore
internal import Cryptography
internal import Preflight
public import Publishing
internal import PythonPackaging
internal import Recipes
public import SystemPackage
internal import Units
internal import Workers

/// What is to be published on a shared volume.
public struct VolumeRequest: Sendable {
    /// Where the volume is mounted.
    public var volume: FilePath
    public var links: LinksMode
    /// Where drivers' machines have the interpreter; `nil` for a launcher that finds it there.
    public var interpreter: FilePath?
    /// In place of the recipe's.
    public var bytecode: Bool?
    /// Who holds it for how long; `nil` for the environment's name, until another environment takes it.
    public var lease: VolumeHold?
    /// What an environment of the data folder is called there; `nil` for the first of its names.
    public var name: String?
    public var policy: LockPolicy

    public init(
        volume: FilePath, links: LinksMode = .symlink, interpreter: FilePath? = nil, bytecode: Bool? = nil,
        lease: VolumeHold? = nil, policy: LockPolicy = .lockIfNeeded
    ) {
        self.volume = volume
        self.links = links
        self.interpreter = interpreter
        self.bytecode = bytecode
        self.lease = lease
        self.policy = policy
    }
}

/// An environment that was published on a shared volume.
public struct VolumePublication: Sendable {
    /// With the bytecode that was made for it.
    public let environment: EnvironmentManifest
    public let path: FilePath
    /// Whether it was not there before.
    public let isNew: Bool
    /// How many of its packages were not.
    public let unpacked: Int
    public let links: Int
    public let conflicts: [PathConflict]
    /// The name that keeps it; `nil` where a lease does.
    public let name: String?
    /// When its lease ends, in seconds since 1970.
    public let end: Int64?
    public let seconds: Double
}

extension EnvironmentBuilder {
    /// Publishes an environment on a shared volume: one of the data folder, by its name or id, or the one of a recipe or
    /// a lock.
    ///
    /// Packages go straight to the volume; the data folder's own volume is left as it is.
    ///
    /// - Parameters:
    ///   - reference: a path, where one of a recipe's or lock's name is there; else a name or id.
    ///   - folder: that paths start from.
    /// - Throws: `PublishingError`, ``BuilderError``, and what making an environment throws.
    public func publish(
        _ reference: String, from folder: FilePath, _ request: VolumeRequest
    ) async throws -> VolumePublication {
        let watch = Stopwatch()
        // A volume that cannot be used is told before anything is fetched for it.
        let volume = try await blocking { try SharedVolume.inFolder(request.volume) }
        let kept = try await store.keepContents(awaiting: "publishing \(reference)")
        defer { kept.release() }
        let path = folder.pushing(FilePath(reference))
        let isFile = InputKind(fileName: path.lastComponent?.string ?? "") != nil
        let chosen =
            isFile
            ? try await volumeEnvironment(of: try read(path), request)
            : try await blocking { [self] in try volumeEnvironment(reference, request) }
        let packages = try await self.packages(of: chosen.units, bytecodeBy: chosen.compiler)
        if let environment = chosen.environment { try check(environment, packages, against: chosen.budget) }
        var manifest = chosen.manifest
        for (index, package) in packages.enumerated() {
            manifest.units[index].bytecode = package.bytecode.map {
                EnvironmentManifest.Bytecode(artifact: $0.artifact, tree: $0.treeDigest)
            }
        }
        let tree = try volumeTree(manifest, packages, links: request.links, interpreter: request.interpreter)
        let name = request.lease == nil ? chosen.name : nil
        let hold = request.lease ?? .name(chosen.name)
        let publisher = VolumePublisher(to: volume, from: store, workers: workers)
        let (observer, described) = (self.observer, manifest)
        let outcome = try await stage(.unpacking) {
            try await blocking { [self] in
                let outcome = try publisher.publish(tree, hold: hold) {
                    observer(.advanced(.unpacking, by: 1, subject: $0.unit.description))
                }
                // What was published can be mended and published again from here as long as it is known here.
                if chosen.environment != nil {
                    try register(described, contents: [], tags: [chosen.name])
                }
                return outcome
            }
        }
        if outcome.copiedForLackOfLinks > 0 {
            observer(
                .warning(
                    "\(outcome.copiedForLackOfLinks) files copied, because the file system takes no more links to them")
            )
        }
        return VolumePublication(
            environment: manifest, path: outcome.path, isNew: outcome.isNew, unpacked: outcome.unpacked,
            links: outcome.links,
            conflicts: outcome.conflicts.map { conflict in
                PathConflict(
                    path: conflict.path,
                    packages: conflict.packages.map { "\(manifest.units[$0].name) \(manifest.units[$0].version)" })
            }, name: name, end: outcome.end, seconds: watch.seconds)
    }

    /// What a volume gets, before it has bytecode.
    private struct Chosen: Sendable {
        var manifest: EnvironmentManifest
        var units: [Unit]
        var name: String
        var compiler: Interpreter?
        /// What a recipe or lock gave; `nil` for an environment that the store knows already.
        var environment: Environment?
        var budget = Recipe.Budget()
    }

    private func volumeEnvironment(of input: EnvironmentInput, _ request: VolumeRequest) async throws -> Chosen {
        let located = try await lock(for: input, policy: request.policy)
        try admit(located.lock)
        let environments = try await environments(of: located)
        let native = environments.filter { HostMachine.current.runs($0.platform) }
        guard let first = native.first ?? (settings.platforms.isEmpty ? nil : environments.first) else {
            throw BuilderError(
                .wrongPlatform, subject: environments.map(\.platform.description).joined(separator: ", "),
                message: "is not for this machine (\(HostMachine.current))",
                advice:
                    "say for which machines the volume is: --platform \(environments.first?.platform.description ?? "")"
            )
        }
        let wantsBytecode = request.bytecode ?? located.lock.recipe?.bytecode ?? true
        let compiler = wantsBytecode ? try await compiler(for: first.python, request) : nil
        var environment = first
        if let compiler, native.count > 1 { environment = try fitting(native, compiler) }
        let chosen = environment
        try await blocking { [self] in try keepOrigin(located, of: [chosen], isNamed: true) }
        var (findings, _) = try await preflight([environment], located, base: nil)
        let unused = Acceptance.apply(located.lock.recipe?.check.acceptances ?? [], to: &findings)
        tell(findings, unused)
        return Chosen(
            manifest: EnvironmentManifest(environment), units: environment.units, name: environment.name,
            compiler: compiler, environment: environment, budget: located.lock.recipe?.budget ?? Recipe.Budget())
    }

    private func volumeEnvironment(_ reference: String, _ request: VolumeRequest) throws -> Chosen {
        let summary = try summary(reference)
        let known = try StoredUnits(of: store)
        let units = try summary.manifest.units.map { unit in
            guard let found = known[unit.tree] else {
                throw BuilderError(
                    .damaged, subject: "\(unit.name) \(unit.version)",
                    message: "is not described in the store any more",
                    advice: "publish the recipe or lock of \(summary.manifest.name) instead, which describes it anew")
            }
            return found
        }
        let python = try PythonVersion(summary.manifest.python)
        // A name for one platform alone (`NAME@PLATFORM`) is one.
        let name =
            request.name
            ?? (summary.tags.contains(reference) ? reference : summary.tags.first ?? summary.manifest.name)
        return Chosen(
            manifest: summary.manifest.identity, units: units, name: name,
            compiler: request.bytecode ?? true ? try bytecodeCompiler(for: python, request) : nil)
    }

    private func compiler(for python: PythonVersion, _ request: VolumeRequest) async throws -> Interpreter? {
        try await blocking { [self] in try bytecodeCompiler(for: python, request) }
    }

    /// An interpreter of this machine that makes the bytecode: the one that drivers will have, where it is here too.
    private func bytecodeCompiler(for python: PythonVersion, _ request: VolumeRequest) throws -> Interpreter? {
        let finder = InterpreterFinder(store: store, environment: processEnvironment())
        if let named = request.interpreter, let interpreter = try? finder.find(python, named: named) {
            return interpreter
        }
        if let interpreter = try? finder.find(python) { return interpreter }
        observer(
            .warning(
                "no bytecode, because there is no Python \(python.short) on this machine to make it: drivers compile what "
                    + "they import at each start; install it, or say --no-bytecode"))
        return nil
    }

    /// An environment as a volume has it.
    func volumeTree(
        _ manifest: EnvironmentManifest, _ packages: [Package], links: LinksMode, interpreter: FilePath?
    ) throws -> VolumeTree {
        let python = try PythonVersion(manifest.python)
        return VolumeTree(
            id: manifest.id.description, packages: packages, python: python, links: links,
            glue: TreeGlue(
                interpreter: interpreter, python: python, manifest: manifest.bytes, spark: manifest.spark))
    }
}
