internal import BaseImages
internal import ContentStore
internal import Cryptography
internal import Diagnostics
internal import Layers
internal import Preflight
internal import Publishing
internal import PythonPackaging
public import Recipes
public import SystemPackage
internal import Units
internal import Workers

/// An environment as a folder.
public struct DeliveredFolder: Sendable {
    /// Whose folder it is, of a lock's several.
    public let environment: EnvironmentID
    public let path: FilePath
    /// Links, or files where there are no links to folders.
    public let links: Int
    /// How many packages had to be unpacked first.
    public internal(set) var unpacked: Int
    /// Whether the folder was made now; not where it was there already, just as it should be.
    public let published: Bool
    /// Paths that several packages own with different contents: the last named has it.
    public let conflicts: [PathConflict]
    public internal(set) var seconds: Double
}

/// A path that several packages own.
public struct PathConflict: Sendable, Hashable {
    public let path: String
    /// The packages; the last one's file is in the environment.
    public let packages: [String]
}

extension EnvironmentBuilder {
    /// Publishes an environment as a folder: on the data folder's volume, or elsewhere.
    ///
    /// - Parameters:
    ///   - destination: the volume if `nil`.
    ///   - isNamed: whether the environment takes its recipe's name.
    func deliver(
        _ environment: Environment, packages: [Package], interpreter: Interpreter, links: LinksMode,
        to destination: FilePath?, wantsClassArchive: Bool, isNamed: Bool
    ) async throws -> DeliveredFolder {
        let watch = Stopwatch()
        let folders = PackageFolders(in: store)
        let missing = try packages.filter { try !folders.contains($0) }
        let unpacked = Counter()
        if !missing.isEmpty {
            try await stage(.unpacking, total: missing.count) {
                let observer = self.observer
                let workers = self.workers
                try await blocking {
                    try folders.unpack(missing, workers: workers) {
                        unpacked.increment()
                        observer(.advanced(.unpacking, by: 1, subject: $0.unit.description))
                    }
                }
            }
        }
        let manifest = EnvironmentManifest(environment, packages: packages)
        let publisher = TreePublisher(folders, workers: workers)
        return try await blocking { [self] in
            let plan = try publisher.plan(packages, python: environment.python, links: links)
            let training =
                wantsClassArchive ? try folderTraining(manifest, links: links, at: destination) : nil
            var archive = try training.flatMap { try known($0.key) }
            var folder = try publish(
                manifest, plan, interpreter: interpreter, links: links, to: destination, classArchive: archive,
                isNamed: isNamed)
            if let training, archive == nil {
                archive = try train(training, in: folder.path)
                folder = try publish(
                    manifest, plan, interpreter: interpreter, links: links, to: destination, classArchive: archive,
                    isNamed: isNamed)
            }
            folder.unpacked = unpacked.value
            folder.seconds = watch.seconds
            return folder
        }
    }

    /// Publishes once more what was published from a lock before, without reading the lock.
    ///
    /// - Parameter key: of the lock and the settings (``KnownFolder/key(lock:file:settings:bytecode:)``).
    /// - Returns: `nil` if nothing is known of it, or something that it needs is not as it was.
    func publishAgain(_ key: String, _ request: BuildRequest, doing: String) throws -> BuildResult? {
        let watch = Stopwatch()
        let kept = try store.keepContents(doing: doing)
        defer { kept.release() }
        guard let known = try KnownFolder(key, in: store) else { return nil }
        let manifest = known.manifest
        let finder = InterpreterFinder(store: store, environment: processEnvironment())
        let publisher = TreePublisher(PackageFolders(in: store), workers: workers)
        guard let interpreter = try? finder.find(known.python, named: request.interpreter),
            KnownFolder.fingerprint(of: interpreter) == known.interpreter,
            try store.holds(blobs: manifest.artifacts, packages: manifest.packageFolders),
            try isOriginKept(of: manifest.id.digest, lock: manifest.lock, named: manifest.name),
            let plan = try publisher.knownPlan(manifest.packageFolders, python: known.python)
        else { return nil }
        let folder = try publish(
            manifest, plan, interpreter: interpreter, links: request.links, to: request.folder,
            isNamed: request.isNamed)
        return BuildResult(
            environments: [manifest.identity], folder: folder, image: nil, archives: [], references: [],
            findings: PathRules.findings(folder.conflicts.map { SharedPath($0) }), seconds: watch.seconds)
    }

    /// Publishes a folder whose packages are unpacked.
    private func publish(
        _ manifest: EnvironmentManifest, _ plan: TreePlan, interpreter: Interpreter, links: LinksMode,
        to destination: FilePath?, classArchive: ClassArchive? = nil, isNamed: Bool
    ) throws -> DeliveredFolder {
        let watch = Stopwatch()
        observer(.began(.linking, total: nil))
        let id = manifest.id.digest
        let place = destination ?? volumePath(of: manifest.id)
        var spark = manifest.spark
        spark?.classArchive = classArchive.map { store.blobPath($0.blob).string }
        let glue = TreeGlue(
            interpreter: interpreter.path, python: interpreter.version, manifest: manifest.bytes, spark: spark)
        let publisher = TreePublisher(PackageFolders(in: store), workers: workers)
        let isNew = try store.building(id, doing: "publishing \(manifest.name)") {
            // Known and held before it is there, so that no kill leaves a tree that nobody holds; and under the lock
            // that removing takes, so that none is removed between the one and the other.
            try register(
                manifest,
                contents: manifest.packageFolders.map(StoreContent.package) + (destination == nil ? [.tree(id)] : [])
                    + (classArchive?.contents ?? []),
                tags: isNamed ? [manifest.name] : [])
            if let destination { try store.lease(id, to: .tree(destination)) }
            if links == .symlink, try publisher.isCurrent(plan, manifest.packageFolders, glue: glue, at: place) {
                return false
            }
            let outcome = try publisher.publish(plan, manifest.packageFolders, links: links, glue: glue, to: place)
            if outcome.copiedForLackOfLinks > 0 {
                observer(
                    .warning(
                        "\(counted(outcome.copiedForLackOfLinks, "file")) copied, because the file system takes no more "
                            + "links to them"))
            }
            return true
        }
        observer(.ended(.linking, seconds: watch.seconds))
        return DeliveredFolder(
            environment: manifest.id, path: place, links: plan.links.count, unpacked: 0, published: isNew,
            conflicts: plan.conflicts.map { conflict in
                PathConflict(
                    path: conflict.path,
                    packages: conflict.packages.map { "\(manifest.units[$0].name) \(manifest.units[$0].version)" })
            }, seconds: watch.seconds)
    }

    /// Where an environment lies on the volume.
    public func volumePath(of id: EnvironmentID) -> FilePath {
        store.environmentsFolder.appending(id.description)
    }

    /// Makes environments known, each with everything that its image needs, the base above all.
    ///
    /// The recipe's name is the tag of the one that this machine can run, whichever of the lock's platforms are built
    /// now; where it can run none of them, of the first. Of a lock for several platforms every one is also tagged
    /// `NAME@PLATFORM`.
    func register(
        _ environments: [BasedEnvironment], platforms: [TargetPlatform], as images: [Image], isNamed: Bool
    ) throws {
        var named = environments.first { HostMachine.current.runs($0.environment.platform) }
        if named == nil, !platforms.contains(where: HostMachine.current.runs) { named = environments.first }
        for (based, image) in zip(environments, images) {
            let environment = based.environment
            var tags = environment.id == named?.environment.id ? [environment.name] : []
            if platforms.count > 1 { tags.append("\(environment.name)@\(environment.platform)") }
            try store.building(environment.id.digest, doing: "registering \(environment.name)") {
                try register(
                    EnvironmentManifest(environment, packages: based.packages),
                    contents: (based.base?.contents ?? []) + image.layers.map { .blob($0.blob.digest) }
                        + [.record(ContentStore.imageSizes, key: environment.id.digest.hex)]
                        + [.record(ContentStore.images, key: environment.id.description)]
                        + (based.classArchive?.contents ?? []),
                    tags: isNamed ? tags : [])
            }
        }
    }

    /// Makes an environment known with everything that it needs: the files that it was made of, and `contents`.
    func register(_ manifest: EnvironmentManifest, contents: [StoreContent], tags: [String]) throws {
        try store.register(
            StoredEnvironment(
                id: manifest.id.digest, name: manifest.name, version: manifest.version ?? "",
                python: manifest.python, platform: manifest.platform, lock: manifest.lock,
                created: Int64(secondsSince1970())),
            contents: manifest.artifacts.map(StoreContent.blob) + contents
                + self.contents(
                    ofOriginOf: manifest.id.digest, lock: manifest.lock, named: tags.isEmpty ? nil : manifest.name),
            manifest: manifest.identity.bytes)
        for tag in tags { try store.lease(manifest.id.digest, to: .tag(tag)) }
    }
}
