internal import BaseImages
internal import ContentStore
internal import Cryptography
internal import Publishing
internal import PythonPackaging
public import Recipes
public import SystemPackage
internal import Units
internal import Workers

/// An environment as a folder.
public struct DeliveredFolder: Sendable {
    public let path: FilePath
    /// Links, or files where there are no links to folders.
    public let links: Int
    /// How many packages had to be unpacked first.
    public let unpacked: Int
    /// Whether the folder was made now; not where it was there already, just as it should be.
    public let published: Bool
    /// Paths that several packages own with different contents: the last named has it.
    public let conflicts: [PathConflict]
    public let seconds: Double
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
    /// - Parameter destination: the volume if `nil`.
    func deliver(
        _ environment: Environment, bytecode: EnvironmentBytecode?, interpreter: Interpreter, links: LinksMode,
        to destination: FilePath?
    ) async throws -> DeliveredFolder {
        let watch = Stopwatch()
        let packages = environment.units.enumerated().map { index, unit in
            PackageContents(unit, bytecode: bytecode?.units[index])
        }
        let folders = PackageFolders(in: store)
        let missing = packages.filter { !folders.contains($0) }
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
        // Known and held before it is there, so that no kill leaves a tree that nobody holds.
        try register(environment, packages: packages, isOnVolume: destination == nil)
        if let destination { try store.lease(environment.id.digest, to: .tree(destination)) }
        let place = destination ?? volumePath(of: environment.id)
        let publisher = TreePublisher(folders, workers: workers)
        let (plan, isNew) = try await stage(.linking) {
            let manifest = EnvironmentManifest(environment, bytecode: bytecode).bytes
            let store = self.store
            return try await blocking { () throws -> (TreePlan, Bool) in
                let plan = try publisher.plan(packages, python: environment.python, links: links)
                let glue = TreeGlue(interpreter: interpreter.path, python: interpreter.version, manifest: manifest)
                return try store.building(environment.id.digest, doing: "publishing \(environment.name)") {
                    if links == .symlink, try publisher.isCurrent(plan, packages, glue: glue, at: place) {
                        return (plan, false)
                    }
                    try publisher.publish(plan, packages, links: links, glue: glue, to: place)
                    return (plan, true)
                }
            }
        }
        return DeliveredFolder(
            path: place, links: plan.links.count, unpacked: unpacked.value, published: isNew,
            conflicts: plan.conflicts.map { conflict in
                PathConflict(
                    path: conflict.path, packages: conflict.packages.map { environment.units[$0].description })
            }, seconds: watch.seconds)
    }

    /// Where an environment lies on the volume.
    public func volumePath(of id: EnvironmentID) -> FilePath {
        store.environmentsFolder.appending(id.description)
    }

    /// Makes an environment known under its recipe's name, with everything that its folder needs.
    private func register(_ environment: Environment, packages: [PackageContents], isOnVolume: Bool) throws {
        var contents: [StoreContent] = packages.map { .package($0.folderName) }
        if isOnVolume { contents.append(.tree(environment.id.digest)) }
        try register(
            environment, bytecode: packages.compactMap(\.bytecode), contents: contents, tags: [environment.name])
    }

    /// Makes environments known, each with everything that its image needs, the base above all.
    ///
    /// The recipe's name is the tag of the one that this machine could run; of several, every one is also tagged
    /// `NAME@PLATFORM`.
    func registerImaged(_ environments: [BasedEnvironment]) throws {
        let host = DebianArchitecture.host?.machine
        let named = environments.first { $0.environment.platform.architecture.rawValue == host } ?? environments.first
        for based in environments {
            let environment = based.environment
            var tags = environment.id == named?.environment.id ? [environment.name] : []
            if environments.count > 1 { tags.append("\(environment.name)@\(environment.platform)") }
            try register(
                environment, bytecode: based.bytecode?.units.compactMap(\.self) ?? [],
                contents: (based.base?.contents ?? [])
                    + [.record(ContentStore.imageSizes, key: environment.id.digest.hex)],
                tags: tags)
        }
    }

    private func register(
        _ environment: Environment, bytecode: [Unit], contents: [StoreContent], tags: [String]
    ) throws {
        let artifacts = (environment.units + bytecode).map { StoreContent.blob($0.artifact) }
        try store.register(
            StoredEnvironment(
                id: environment.id.digest, name: environment.name, version: environment.version ?? "",
                python: environment.python.short, platform: environment.platform.description, lock: environment.lock,
                created: Int64(secondsSince1970())),
            contents: artifacts + contents, manifest: EnvironmentManifest(environment).bytes)
        for tag in tags { try store.lease(environment.id.digest, to: .tag(tag)) }
    }
}
