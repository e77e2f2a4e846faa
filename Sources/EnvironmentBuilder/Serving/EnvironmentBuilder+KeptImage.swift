internal import ContentStore
public import Cryptography
internal import ImageSpec
internal import Layers
public import PythonPackaging
internal import Recipes
public import SystemPackage
internal import Units
internal import Workers

extension EnvironmentBuilder {
    /// Makes the image of an environment that the store knows, and keeps it: as `chidori env build --image` would make it
    /// of the same lock, for the environment's platform alone, with bytecode of the machine's own interpreter where the
    /// base's is not at hand; its bills of materials and its provenance with it.
    ///
    /// Only what is missing is made. The environment cannot be removed meanwhile.
    ///
    /// - Parameter origin: where it comes from; its ``EnvironmentOrigin/isForeign`` has to be that of the settings.
    /// - Throws: whatever a step throws; nothing is kept then but what another try needs.
    public func makeImage(
        of id: SHA256Digest, from origin: EnvironmentOrigin, _ form: ImageForm
    ) async throws -> KeptImage {
        let kept = try await store.keepContents(awaiting: "making the image of \(id.hex.prefix(12))")
        defer { kept.release() }
        let use = try await blocking { [store] in try store.use(id) }
        defer { use.release() }
        let (manifest, located) = try await blocking { [self] in
            (try storedManifest(of: id), try LocatedLock(text: lockText(origin.lock), path: origin.path))
        }
        try admit(located.lock)
        let environment = try await environment(manifest, of: located)
        let recipe = located.lock.recipe
        let wantsBytecode = recipe?.bytecode ?? true
        let request = BuildRequest(
            base: form == .bare ? "none" : nil, interpreter: wantsBytecode ? ownInterpreter(for: environment) : nil)
        let based = try await based([environment], located, request, wantsBytecode: wantsBytecode)
        let image = try await image(
            of: based, recipe: recipe, compression: recipe?.image.compression == .zstd ? .zstd : .gzip, isNamed: false)
        let artifacts = try await attestations(
            of: based, located, base: recipe?.base, beside: located.recipeFolder, about: image.set.descriptor,
            Attesting())
        return try await blocking { [self] in
            let image = try keep(
                image, of: environment, form, baseName: form == .bare ? "" : recipe?.base ?? "", located)
            try attach(artifacts, to: image)
            return image
        }
    }

    private func storedManifest(of id: SHA256Digest) throws -> EnvironmentManifest {
        guard let bytes = try store.manifest(of: id) else {
            throw BuilderError(
                .unknownEnvironment, subject: "environment \(id.hex)", message: "is not in the store",
                advice: "`chidori env list` shows those that are")
        }
        return try EnvironmentManifest(parsing: bytes, name: "the store's record of \(id.hex)")
    }

    /// The environment that a manifest describes, read again from its lock.
    private func environment(_ manifest: EnvironmentManifest, of located: LocatedLock) async throws -> Environment {
        let (python, platform) = try target(of: manifest, located.lock.recipe)
        try await fetchMissing(located, python: python, platforms: [platform])
        let environment = try await assemble(located, platform: platform, python: python)
        guard environment.id == manifest.id else {
            throw BuilderError(
                .damaged, subject: "environment \(manifest.id)",
                message: "comes out as \(environment.id) when it is made again: what it was built of has changed",
                advice: "build it again with `chidori env build`")
        }
        return environment
    }

    private func target(
        of manifest: EnvironmentManifest, _ recipe: Recipe?
    ) throws -> (python: PythonVersion, platform: TargetPlatform) {
        (try recipe?.python.version ?? PythonVersion(manifest.python), try TargetPlatform(manifest.platform))
    }

    /// The machine's own interpreter of the environment's version, where there is one.
    private func ownInterpreter(for environment: Environment) -> FilePath? { ownInterpreter(environment.python) }

    /// The machine's own interpreter of a version, where there is one. Blocks.
    public func ownInterpreter(_ python: PythonVersion) -> FilePath? {
        try? InterpreterFinder(store: store, environment: processEnvironment()).find(python).path
    }

    /// Keeps an image of one environment, so that it is made once.
    func keep(
        _ image: MadeImage, of environment: Environment, _ form: ImageForm, baseName: String, _ located: LocatedLock
    ) throws -> KeptImage {
        var documents: [StoreContent] = []
        for blob in image.set.blobs {
            guard case .bytes(let bytes) = blob.source else { continue }
            try store.insert(bytes, expecting: blob.digest)
            documents.append(.blob(blob.digest))
        }
        let id = environment.id.digest
        let machine = environment.platform.architecture.rawValue
        let kept = KeptImage(
            environment: id, lock: located.digest, form: form, manifest: image.set.descriptor.digest)
        let record = KeptImageRecord(
            manifest: kept.manifest,
            base: try baseDigest(baseName, beside: located.recipeFolder, machine: machine), architecture: machine,
            folder: located.recipeFolder, baseName: baseName)
        let key = KeptImageRecord.key(id, lock: located.digest, form)
        try store.setRecord(kind: ContentStore.keptImages, key: key, value: record.record)
        try add(documents + [.record(ContentStore.keptImages, key: key)], to: id)
        return kept
    }

    /// Makes more of the store what an environment needs, as long as it is there.
    ///
    /// - Throws: ``BuilderError`` (`unknownEnvironment`) where it was removed.
    func add(_ contents: [StoreContent], to id: SHA256Digest) throws {
        try store.building(id, doing: "adding to the environment \(id.hex.prefix(12))") {
            guard let stored = try store.environment(id), let manifest = try store.manifest(of: id) else {
                _ = try storedManifest(of: id)
                return
            }
            try store.register(stored, contents: contents, manifest: manifest)
        }
    }
}
