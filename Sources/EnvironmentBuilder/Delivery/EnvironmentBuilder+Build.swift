internal import BaseImages
internal import ContentStore
internal import Cryptography
internal import Diagnostics
public import ImageSpec
internal import Layers
public import Preflight
public import Publishing
internal import PythonPackaging
public import Recipes
internal import SupplyChain
public import SystemPackage
internal import Units
internal import Workers

/// What is to be made of a lock.
public struct BuildRequest: Sendable {
    /// The folder to publish as; the volume if `nil` and there is no other delivery, or ``deliversFolder`` says so.
    public var folder: FilePath?
    /// Whether there is to be a folder beside other deliveries though none is named.
    public var deliversFolder: Bool
    public var images: [ImageReference]
    public var archives: [ArchivePlace]
    public var links: LinksMode
    /// What the image stands on, in place of the recipe's.
    public var base: String?
    /// In place of the recipe's.
    public var compression: Recipe.Compression?
    public var bytecode: Bool?
    /// The interpreter of the folder, and of the bytecode of an archive.
    public var interpreter: FilePath?
    /// Whether the interpreter of a base that somebody else made may run on this machine, with this user's rights.
    public var trustsBase: Bool
    /// Whether Spark's JVM gets a class archive, made by a training run.
    public var classArchive: Bool
    /// Whether the environment takes its recipe's name, which then means it for everybody; else it is known by its id alone.
    public var isNamed: Bool
    /// What is to be said of the images beside them; nothing if `nil`.
    public var attesting: Attesting?

    public init(
        folder: FilePath? = nil, images: [ImageReference] = [], archives: [ArchivePlace] = [],
        deliversFolder: Bool = false, links: LinksMode = .symlink,
        base: String? = nil, compression: Recipe.Compression? = nil, bytecode: Bool? = nil,
        interpreter: FilePath? = nil, trustsBase: Bool = false, classArchive: Bool = false, isNamed: Bool = true,
        attesting: Attesting? = nil
    ) {
        self.folder = folder
        self.images = images
        self.archives = archives
        self.deliversFolder = deliversFolder
        self.links = links
        self.base = base
        self.compression = compression
        self.bytecode = bytecode
        self.interpreter = interpreter
        self.trustsBase = trustsBase
        self.classArchive = classArchive
        self.isNamed = isNamed
        self.attesting = attesting
    }
}

/// What a build has made.
public struct BuildResult: Sendable {
    /// One for each platform.
    public let environments: [EnvironmentManifest]
    public let folder: DeliveredFolder?
    public let image: DeliveredImage?
    public let archives: [DeliveredArchive]
    public let references: [ImageReference]
    /// What preflight has found, on any of the platforms, the gravest first.
    public let findings: [Finding]
    public let seconds: Double
}

extension EnvironmentBuilder {
    /// Makes what is asked for of a recipe or a lock.
    ///
    /// A lock whose folder was published before is not read again, as long as everything is as it was.
    ///
    /// - Throws: whatever a step throws; the store is then as good as before.
    public func build(
        _ input: EnvironmentInput, policy: LockPolicy, _ request: BuildRequest
    ) async throws -> BuildResult {
        if case .lock(let text) = input.content, let key = folderKey(SHA256Digest(of: text), input.path, request) {
            let again = try await blocking { [self] in
                try publishAgain(key, request, doing: "building \(input.path)")
            }
            if let again { return again }
        }
        return try await build(lock(for: input, policy: policy), request)
    }

    /// What a request's folder is known under; `nil` where more than a folder of links is asked for.
    private func folderKey(_ lock: SHA256Digest, _ path: FilePath, _ request: BuildRequest) -> String? {
        // What is known of a folder has its names, and nobody has looked at what a foreign lock names.
        guard request.images.isEmpty, request.archives.isEmpty, request.links == .symlink, !request.classArchive,
            request.isNamed,
            !settings.isForeign, settings.audit.refuse == nil
        else { return nil }
        return KnownFolder.key(
            lock: lock, file: path.lastComponent?.string ?? "", settings: settings, bytecode: request.bytecode)
    }

    /// Fetches what is missing, and makes what is asked for.
    ///
    /// - Throws: whatever a step throws; the store is then as good as before.
    public func build(_ located: LocatedLock, _ request: BuildRequest) async throws -> BuildResult {
        let watch = Stopwatch()
        try admit(located.lock)
        try admit(request.images)
        try await refuseVulnerable(located)
        if request.attesting != nil {
            for reference in request.images {
                if case .archive = reference { throw Self.cannotHold(reference) }
            }
        }
        let kept = try await store.keepContents(awaiting: "building \(located.name)")
        defer { kept.release() }
        let environments = try await environments(of: located)
        try await blocking { [self] in
            try keepOrigin(located, of: environments, isNamed: request.isNamed)
        }
        let wantsBytecode = request.bytecode ?? located.lock.recipe?.bytecode ?? true
        let budget = located.lock.recipe?.budget ?? Recipe.Budget()
        for environment in environments {
            try check(environment, environment.units.map { Package($0) }, against: budget)
        }
        var folder: DeliveredFolder?
        var known: (key: String, folder: KnownFolder)?
        let hasOther = !request.images.isEmpty || !request.archives.isEmpty
        if request.folder != nil || request.deliversFolder || !hasOther {
            let made = try await self.folder(
                of: environments, located, request, wantsBytecode: wantsBytecode, budget: budget)
            (folder, known) = (made.folder, made.known)
        }
        // Unpacked packages show what their libraries need, so the folder comes first.
        let acceptances = located.lock.recipe?.check.acceptances ?? []
        var (findings, hasBase) = try await preflight(environments, located, base: request.base)
        _ = Acceptance.apply(acceptances, to: &findings)
        tell(findings, [])
        // What there is to tell is told each time.
        // What is known against it may change, so whoever has a policy looks again each time.
        let hasPolicy = auditPolicy(of: located.policy).refuse != nil
        if !hasPolicy, acceptances.isEmpty, hasBase, !findings.contains(where: \.isOpen), let known {
            try known.folder.keep(as: known.key, in: store)
        }
        var image: DeliveredImage?
        if !request.images.isEmpty {
            image = try await self.image(of: environments, located, request, wantsBytecode: wantsBytecode)
        }
        let archives = try await self.archives(of: environments, located, request, wantsBytecode: wantsBytecode)
        let conflicts =
            (folder?.conflicts ?? []) + (image?.conflicts ?? []) + (archives.first?.conflicts ?? [])
        findings += PathRules.findings(Set(conflicts.map { SharedPath($0) }).sorted { $0.path < $1.path })
        tell([], Acceptance.apply(acceptances, to: &findings))
        return BuildResult(
            environments: environments.map { EnvironmentManifest($0) }, folder: folder, image: image,
            archives: archives, references: request.images, findings: findings.inOrder(), seconds: watch.seconds)
    }

    /// The environments of a lock, one for each platform, their files fetched where they are missing.
    func environments(of located: LocatedLock) async throws -> [Environment] {
        let python = try python(for: located)
        let platforms = platforms(of: located)
        try await fetchMissing(located, python: python, platforms: platforms)
        var environments: [Environment] = []
        for platform in platforms {
            environments.append(try await assemble(located, platform: platform, python: python))
        }
        return environments
    }

    /// The folder of the first environment that runs on this machine, and what may be kept of it, so that it is published
    /// again without a look.
    private func folder(
        of environments: [Environment], _ located: LocatedLock, _ request: BuildRequest, wantsBytecode: Bool,
        budget: Recipe.Budget
    ) async throws -> (folder: DeliveredFolder, known: (key: String, folder: KnownFolder)?) {
        let native = environments.filter { HostMachine.current.runs($0.platform) }
        guard let python = native.first?.python else {
            throw BuilderError(
                .wrongPlatform, subject: environments.map(\.platform.description).joined(separator: ", "),
                message: "cannot be a folder here: this machine is \(HostMachine.current)",
                advice: "build an image with --image, or lock for this machine too: add it to the recipe's `platforms`")
        }
        let finder = InterpreterFinder(store: store, environment: processEnvironment())
        let named = request.interpreter
        let interpreter = try await blocking { try finder.find(python, named: named) }
        let environment = try fitting(native, interpreter)
        let packages = try await packages(of: environment, bytecodeBy: wantsBytecode ? interpreter : nil)
        try check(environment, packages, against: budget)
        let folder = try await deliver(
            environment, packages: packages, interpreter: interpreter, links: request.links, to: request.folder,
            wantsClassArchive: request.classArchive, isNamed: request.isNamed)
        // Where there was something to warn of, or to choose from, it is looked at again each time.
        guard environments.count == 1, interpreter.fit(environment.platform) == .runs,
            let key = folderKey(located.digest, located.path, request)
        else { return (folder, nil) }
        let manifest = EnvironmentManifest(environment, packages: packages)
        return (folder, (key, KnownFolder(manifest, python: python, interpreter: interpreter)))
    }

    /// The first environment whose C library is the interpreter's.
    func fitting(_ environments: [Environment], _ interpreter: Interpreter) throws -> Environment {
        for environment in environments {
            switch interpreter.fit(environment.platform) {
            case .runs:
                return environment
            case .older(let library):
                observer(
                    .warning(
                        "\(interpreter.path) runs with \(library), but the environment is for \(environment.platform): "
                            + "packages may ask for more than it has"))
                return environment
            case .otherLibrary:
                continue
            }
        }
        throw BuilderError(
            .wrongPlatform, subject: environments.map(\.platform.description).joined(separator: ", "),
            message: "has another C library than \(interpreter.path)",
            advice: "name an interpreter with that C library (--python), build an image with --image, or lock for this "
                + "machine with --platform")
    }

    private func image(
        of environments: [Environment], _ located: LocatedLock, _ request: BuildRequest, wantsBytecode: Bool
    ) async throws -> DeliveredImage {
        let recipe = located.lock.recipe
        try checkDistinct(environments.map(\.platform))
        let based = try await based(environments, located, request, wantsBytecode: wantsBytecode)
        let compression = request.compression ?? recipe?.image.compression ?? .gzip
        let image = try await deliver(
            based, recipe: recipe, compression: compression == .zstd ? .zstd : .gzip, to: request.images,
            isNamed: request.isNamed)
        try await blocking { [self] in
            for reference in request.images {
                try remember(image: image.digest, as: reference, of: environments.map(\.id))
            }
        }
        if let attesting = request.attesting {
            let artifacts = try await attestations(
                of: based, located, base: request.base ?? recipe?.base, beside: baseFolder(request, located),
                about: image.descriptor, attesting)
            for reference in request.images { try await shelf(of: reference).attach(artifacts) }
        }
        return image
    }

    /// A path of the recipe starts from its folder, one of a request from the current one.
    private func baseFolder(_ request: BuildRequest, _ located: LocatedLock) -> FilePath {
        request.base == nil ? located.recipeFolder : ""
    }

    /// Environments as an image takes them: each with its base, and with the bytecode of that base's interpreter.
    func based(
        _ environments: [Environment], _ located: LocatedLock, _ request: BuildRequest, wantsBytecode: Bool
    ) async throws -> [BasedEnvironment] {
        let recipe = located.lock.recipe
        let folder = baseFolder(request, located)
        var based: [BasedEnvironment] = []
        for environment in environments {
            let base = try await base(
                request.base ?? recipe?.base, for: environment, beside: folder, needsInterpreter: wantsBytecode,
                isTrusted: request.trustsBase, needsFiles: request.classArchive)
            var interpreter: Interpreter?
            if wantsBytecode {
                // An interpreter of the version that is named will do where there is no base, or none that may run.
                interpreter = base?.interpreter
                if interpreter == nil, let named = request.interpreter {
                    let finder = InterpreterFinder(store: store, environment: processEnvironment())
                    interpreter = try await blocking { try finder.find(environment.python, named: named) }
                }
                if interpreter == nil {
                    observer(
                        .warning(
                            "the image for \(environment.platform) has no bytecode, because its interpreter is not at hand; "
                                + (base == nil ? "choose a base" : "let the base's run here with --trust-base")
                                + ", or name an interpreter of its version with --python"))
                }
            }
            let packages = try await packages(of: environment, bytecodeBy: interpreter)
            try check(environment, packages, against: recipe?.budget ?? Recipe.Budget())
            let archive =
                request.classArchive ? try await classArchive(of: environment, packages: packages, base: base) : nil
            based.append(
                BasedEnvironment(environment: environment, base: base, packages: packages, classArchive: archive))
        }
        return based
    }

    /// An image index tells its images apart by their processors alone (OCI image-spec §image-index).
    func checkDistinct(_ platforms: [TargetPlatform]) throws {
        for (index, platform) in platforms.enumerated() {
            let other = platforms[..<index].first { $0.architecture == platform.architecture }
            guard let other else { continue }
            throw BuilderError(
                .wrongPlatform, subject: "\(other) and \(platform)",
                message: "cannot be told apart in one image",
                advice: "build an image for each: --platform \(other), then --platform \(platform) under another tag")
        }
    }

    /// An environment's packages with the bytecode of one interpreter, made where the store does not have it.
    ///
    /// - Parameter interpreter: none for packages without bytecode.
    func packages(of environment: Environment, bytecodeBy interpreter: Interpreter?) async throws -> [Package] {
        try await packages(of: environment.units, bytecodeBy: interpreter)
    }

    /// Units as packages, with the bytecode of one interpreter.
    func packages(of units: [Unit], bytecodeBy interpreter: Interpreter?) async throws -> [Package] {
        guard let interpreter else { return units.map { Package($0) } }
        let compiler = BytecodeCompiler(store: store, workers: workers)
        let observer = self.observer
        let known = try await blocking { try compiler.known(units, build: interpreter.build) }
        if !known.contains(where: { $0 == nil }) {
            return zip(units, known).map { Package($0, bytecode: $1?.unit) }
        }
        let made = try await stage(.compiling) {
            try await blocking {
                try compiler.bytecode(of: units, interpreter: interpreter) { progress in
                    observer(.progressed(.compiling, done: progress.done, total: progress.total))
                }
            }
        }
        let skipped = made.reduce(0) { $0 + $1.skipped.count }
        if skipped > 0 {
            observer(.detail("\(counted(skipped, "source")) of other Pythons or templates stay without bytecode"))
        }
        return zip(units, made).map { Package($0, bytecode: $1.unit) }
    }
}
