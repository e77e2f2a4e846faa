internal import ContentStore
internal import Cryptography
internal import FileSystem
internal import Publishing
internal import PythonIndex
internal import PythonPackaging
internal import PythonResolver
internal import Recipes
internal import SourceBuilds
internal import Synchronization
internal import SystemPackage
internal import Transfer
internal import Units
internal import Workers

/// Makes wheels of source distributions, each once: what they are built with is resolved from wheels, put together as an
/// environment of its own, and the backend runs in it, in a sandbox.
final class SourceWheels: SourceReader {
    let builder: EnvironmentBuilder
    let index: PythonIndex
    /// The version X.Y of the environment that the wheels are for; an interpreter of it builds them.
    private let python: PythonVersion
    /// Versions that the tools must have.
    private let constraints: [Requirement]
    /// What an older lock says of packages, as far as it is to be kept.
    let locked: [Lock.Package]
    /// Where relative paths of the lock start.
    let folder: FilePath
    private let limits: BuildLimits
    /// What was found out in this run: what sources are built with, by their identities, and trees, by their URLs.
    let known = Mutex<(tools: [String: [Lock.BuildRequirement]], trees: [String: FoundTree])>(([:], [:]))

    var store: ContentStore { builder.store }

    /// - Parameter atOnce: how many may be built at once, which share the memory.
    init(
        _ builder: EnvironmentBuilder, _ index: PythonIndex, python: PythonVersion, constraints: [Requirement],
        keeping locked: [Lock.Package] = [], in folder: FilePath, atOnce: Int = 1
    ) {
        limits = .standard.shared(among: atOnce)
        self.builder = builder
        self.index = index
        self.python = python
        self.constraints = constraints
        self.locked = locked
        self.folder = folder
    }

    // MARK: - What they depend on

    func metadata(of file: IndexFile, _ project: PackageName) async throws -> (CoreMetadata, isStatic: Bool) {
        try await metadata(of: try await bring(file, of: project))
    }

    func metadata(of source: StoredSource) async throws -> (CoreMetadata, isStatic: Bool) {
        let facts = try await blocking { [store] in try source.facts(in: store) }
        if let version = source.version, let metadata = facts.staticMetadata(of: source.name),
            metadata.name == source.project, metadata.version == version
        {
            return (metadata, true)
        }
        let requirements = try await requirements(of: source)
        let isBuilt = try await builtWheel(of: source, with: requirements) != nil
        let wheel = try await wheel(of: source, with: requirements)
        if !isBuilt { builder.observer(.built(source: source.name, log: store.logPath(source.logName).string)) }
        return try await blocking { [store] in
            (try CanonicalWheel.metadata(at: store.blobPath(wheel.digest), name: wheel.filename.filename), false)
        }
    }

    /// Brings a source distribution into the store.
    func bring(_ file: IndexFile, of project: PackageName) async throws -> StoredSource {
        let artifact = Artifact(file, of: project)
        let digest = try await builder.fetch([artifact], from: index)[0].digest
        return StoredSource(
            project: project, version: SourceDistributionFilename(file.filename, expecting: project)?.version,
            name: file.filename, digest: digest)
    }

    // MARK: - What they are built with

    /// The wheels that a source is built with, resolved for this machine; of the lock's versions where they still answer.
    func requirements(of source: StoredSource) async throws -> [Lock.BuildRequirement] {
        if let found = known.withLock({ $0.tools[source.identity] }) { return found }
        let machine = try await machine()
        let kept = locked.first { package in
            package.sourceDistribution?.sha256 == source.digest
                || (package.tree != nil && package.name == source.project)
        }
        let found = try await resolve(source, machine, keeping: kept?.buildRequirements ?? [])
        known.withLock { $0.tools[source.identity] = found }
        return found
    }

    /// The tools that a lock names, or others of the same versions where this machine cannot use their wheels.
    func tools(_ locked: [Lock.BuildRequirement], for source: StoredSource) async throws -> [Lock.BuildRequirement] {
        let machine = try await machine()
        let tags = TagPriority(
            python: machine.interpreter.version, platform: try platform(of: machine.interpreter))
        let serves = locked.allSatisfy { tool in
            (try? WheelFilename(tool.wheel.name)).flatMap(tags.rank(of:)) != nil
        }
        if serves { return locked }
        builder.observer(
            .warning(
                "\(source.name) was locked with tools of another machine; others of the same versions are taken here"))
        return try await resolve(source, machine, keeping: locked)
    }

    /// What pyproject.toml asks for, and then what the backend itself asks for (PEP 517, `get_requires_for_build_wheel`).
    ///
    /// - Parameter kept: tools whose versions stay where they still answer.
    private func resolve(
        _ source: StoredSource, _ machine: WheelBuilder, keeping kept: [Lock.BuildRequirement]
    ) async throws -> [Lock.BuildRequirement] {
        let facts = try await blocking { [store] in try source.facts(in: store) }
        let system = try facts.buildSystem(of: source.name)
        let first = try await resolve(system.requires, for: source, machine.interpreter, keeping: kept)
        let key = BuiltWheel.key(
            source: source, requirements: first, by: machine, epoch: try builder.epoch)
        let asked: [Requirement]
        if let record = try store.record(kind: Self.askedKind, key: key) {
            asked = try String(decoding: record, as: UTF8.self).split(separator: "\n").map {
                try Requirement(String($0))
            }
        } else {
            asked = try await inBuild(of: source, system, with: first, machine, doing: "asking") {
                build, environment in
                try build.requires(in: environment)
            }
            try store.setRecord(
                kind: Self.askedKind, key: key, value: Array(asked.map { "\($0)\n" }.joined().utf8))
        }
        let more = asked.filter { requirement in !system.requires.contains(requirement) }
        return more.isEmpty
            ? first : try await resolve(system.requires + more, for: source, machine.interpreter, keeping: kept)
    }

    private static let askedKind: RecordKind = "source-requires.1"

    private func resolve(
        _ requirements: [Requirement], for source: StoredSource, _ interpreter: Interpreter,
        keeping kept: [Lock.BuildRequirement]
    ) async throws -> [Lock.BuildRequirement] {
        if requirements.isEmpty { return [] }
        for requirement in requirements { try builder.admit(requirement) }
        var request = ResolutionRequest(
            requirements.map { Recipe.Request($0) }, python: interpreter.version,
            platform: try platform(of: interpreter))
        request.constraints = constraints
        for tool in kept { request.preferences[tool.name] = tool.version }
        do {
            let resolution = try await Resolver(IndexProvider(index, store: store)).resolve(request)
            var packages = resolution.packages
            try await builder.addDigests(to: &packages, from: index)
            return try packages.map { package in
                let place = try builder.place(of: package, folder, folder)
                guard let digest = package.file.sha256 else {
                    throw BuilderError(.noWheel, package.file.filename, "has no SHA-256")
                }
                return Lock.BuildRequirement(
                    name: package.name, version: package.version, index: place.index,
                    wheel: Lock.File(
                        name: package.file.filename, sha256: digest, url: place.url, path: place.path))
            }
        } catch let error as ResolverError {
            throw BuilderError(
                .noTools, source.name, "cannot be built: \(error.subject): \(error.message)",
                advice: error.advice, cause: error)
        }
    }

    // MARK: - Building

    /// The wheel of a source; built where the store does not have it, by one process at a time.
    ///
    /// - Throws: `SourceBuildsError`, ``BuilderError``, and what fetching the tools throws.
    func wheel(of source: StoredSource, with requirements: [Lock.BuildRequirement]) async throws -> BuiltWheel {
        let machine = try await machine()
        let key = BuiltWheel.key(
            source: source, requirements: requirements, by: machine, epoch: try builder.epoch)
        if let known = try BuiltWheel.known(as: key, in: store) { return known }
        return try await store.exclusively(awaiting: "wheel-\(key)", doing: "building \(source.name)") {
            if let known = try BuiltWheel.known(as: key, in: store) { return known }
            let facts = try await blocking { [store] in try source.facts(in: store) }
            let system = try facts.buildSystem(of: source.name)
            let (store, workers) = (store, builder.workers)
            let wheel = try await inBuild(of: source, system, with: requirements, machine, doing: "building") {
                build, environment in
                let wheel = try build.wheel(in: environment) { file, path in
                    try CanonicalWheel(
                        file, at: path, builtFrom: source.name, of: source.project, version: source.version, in: store,
                        workers: workers)
                }
                return BuiltWheel(wheel.filename, digest: wheel.blob.digest, glibc: wheel.glibc)
            }
            try wheel.keep(as: key, in: store)
            return wheel
        }
    }

    /// The wheel that was built before of a source, if it is still there.
    func builtWheel(of source: StoredSource, with requirements: [Lock.BuildRequirement]) async throws -> BuiltWheel? {
        let machine = try await machine()
        let key = BuiltWheel.key(
            source: source, requirements: requirements, by: machine, epoch: try builder.epoch)
        return try BuiltWheel.known(as: key, in: store)
    }

    /// Where a wheel was built already, it must be of use on a platform of another kind than this machine. What nothing was
    /// built of is seen by the build, and how new a C library may be too: another machine of this kind may have an older one.
    ///
    /// - Throws: ``BuilderError`` (`wrongPlatform`).
    func check(_ source: StoredSource, for platform: TargetPlatform) async throws {
        if HostMachine.current.runs(platform) { return }
        try await builtWheel(of: source, with: requirements(of: source))?.check(for: platform, python: python)
    }

    /// Unpacks a source beside an environment of what it is built with, and does something in there.
    private func inBuild<Result: Sendable>(
        of source: StoredSource, _ system: BuildSystem, with requirements: [Lock.BuildRequirement],
        _ machine: WheelBuilder, doing: String,
        _ body: @escaping @Sendable (WheelBuild, BuildEnvironment) throws -> Result
    ) async throws -> Result {
        try builder.admit(machine.sandbox, toBuild: source.name)
        let artifacts = requirements.map { builder.artifact($0.wheel, of: $0.name, in: folder) }
        _ = try await builder.fetch(artifacts, from: index)
        let (store, workers, observer, limits) = (store, builder.workers, builder.observer, limits)
        let epoch = try builder.epoch
        if let warning = machine.sandbox.warning(of: source.name) { observer(.warning(warning)) }
        let log = store.logPath(source.logName)
        return try await builder.stage(.building, total: 1) {
            try await blocking {
                observer(.detail("\(doing) \(source.name) with \(system.backend); log: \(log)"))
                let scratch = try store.scratchFolder()
                let place = try store.scratchFolder()
                let environment = try Self.publish(
                    requirements, machine.interpreter, to: place.path.appending("env"), store: store, workers: workers)
                defer { observer(.printed(source: source.name, log: log.string)) }
                let build = try WheelBuild(
                    of: source.name, subdirectory: source.subdirectory, system: system, in: scratch.path, log: log,
                    sandbox: machine.sandbox, limits: limits, epoch: epoch
                ) { try source.unpack(into: $0, from: store) }
                let result = try body(build, environment)
                observer(.advanced(.building, by: 1, subject: source.name))
                return result
            }
        }
    }

    /// The tree of what a source is built with.
    private static func publish(
        _ requirements: [Lock.BuildRequirement], _ interpreter: Interpreter, to tree: FilePath, store: ContentStore,
        workers: Workers
    ) throws -> BuildEnvironment {
        let catalog = UnitCatalog(store: store, workers: workers)
        let packages = try catalog.units(
            of: requirements.map { try UnitCatalog.Artifact(BuiltFilename($0.wheel.name), digest: $0.wheel.sha256) },
            python: interpreter.version
        )
        .map { Package($0) }
        let folders = PackageFolders(in: store)
        try folders.unpack(packages.filter { try !folders.contains($0) }, workers: workers) { _ in }
        let publisher = TreePublisher(folders, workers: workers)
        let plan = try publisher.plan(packages, python: interpreter.version, links: .symlink)
        let glue = TreeGlue(interpreter: interpreter.path, python: interpreter.version, manifest: Array("{}\n".utf8))
        try publisher.publish(plan, packages.map(\.folderName), links: .symlink, glue: glue, to: tree)
        return BuildEnvironment(
            tree: tree,
            readable: packages.map { folders.path(of: $0) } + interpreter.files.filter { !$0.starts(with: "/usr") })
    }

    // MARK: - The machine

    private func machine() async throws -> WheelBuilder {
        let finder = InterpreterFinder(store: store, environment: processEnvironment())
        let python = python.withoutPatch
        return try await blocking { WheelBuilder(interpreter: try finder.find(python), sandbox: .available()) }
    }

    /// What wheels of tools must be for.
    private func platform(of interpreter: Interpreter) throws -> TargetPlatform {
        guard let platform = HostMachine.current.platform(with: interpreter.cLibrary) else {
            throw BuilderError(
                .wrongPlatform, "\(HostMachine.current)", "is no machine that source distributions are built on",
                advice: "build on x86_64 or aarch64, or choose versions that have wheels")
        }
        return platform
    }
}

/// What builds wheels on this machine.
struct WheelBuilder: Sendable {
    let interpreter: Interpreter
    let sandbox: Sandbox
}

extension Interpreter {
    /// What a build needs of the interpreter's installation, and nothing else of the folder that it is in, which may be
    /// somebody's home: the program, the standard library, headers, its own shared library.
    fileprivate var files: [FilePath] {
        let root = path.removingLastComponent().removingLastComponent()
        let name = "python\(version.withoutPatch)"
        let libraries = ((try? root.appending("lib").folderNames()) ?? []).filter {
            $0.hasPrefix("libpython\(version.short)") || $0 == "libpython3.so"
        }
        let candidates =
            [path, root.appending("lib").appending(name), root.appending("include").appending(name)]
            + libraries.map { root.appending("lib").appending($0) }
        return candidates.filter(\.isThere)
    }
}

extension Sandbox {
    fileprivate func warning(of source: String) -> String? {
        switch self {
        case .bubblewrap: nil
        case .withoutNetwork:
            "\(source) is built without network, but with your rights to your files: install bubblewrap "
                + "(`apt-get install bubblewrap`) to keep builds to a folder of their own"
        case .none:
            "\(source) is built with your network and your rights: this machine allows no sandbox "
                + "(`apt-get install bubblewrap`, and unprivileged user namespaces)"
        }
    }
}
