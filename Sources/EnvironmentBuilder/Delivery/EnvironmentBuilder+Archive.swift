internal import ContentStore
public import Cryptography
internal import Diagnostics
internal import ImageSpec
internal import Layers
internal import Publishing
internal import PythonPackaging
public import Recipes
public import SystemPackage
internal import Units
internal import Workers

/// Where an archive goes.
public enum ArchivePlace: Sendable, Hashable {
    /// A file whose name tells its format: `.tar.gz`, `.tgz` or `.zip`.
    case file(FilePath)
    /// Into the store alone, to be served from there.
    case kept(Format)

    public enum Format: Sendable, Hashable {
        case tarGzip
        case zip
    }
}

/// An environment as one file that is unpacked where it runs.
public struct DeliveredArchive: Sendable {
    /// Whose it is, of a lock's several.
    public let environment: EnvironmentID
    /// `nil` where it is in the store alone.
    public let path: FilePath?
    /// `tarGzip` or `zip`.
    public let format: String
    public let digest: SHA256Digest
    /// Bytes of the archive.
    public let size: UInt64
    /// Bytes of the files in it.
    public let contentSize: UInt64
    public let files: Int
    /// Paths that several packages own with different contents: the last named has it.
    public let conflicts: [PathConflict]
    public let seconds: Double
}

extension EnvironmentBuilder {
    /// Writes the archives that a request names, all of one environment: the first that this machine can run, or the lock's
    /// only one.
    ///
    /// - Throws: ``BuilderError`` (`unknownInput`, `wrongPlatform`) for a name of no format and for several environments.
    func archives(
        of environments: [Environment], _ located: LocatedLock, _ request: BuildRequest, wantsBytecode: Bool
    ) async throws -> [DeliveredArchive] {
        guard !request.archives.isEmpty else { return [] }
        let wanted = try request.archives.map { place -> (path: FilePath?, format: TreeArchive.Format) in
            switch place {
            case .file(let path): (path, try Self.archiveFormat(path))
            case .kept(let format): (nil, format == .zip ? .zip : .tarGzip)
            }
        }
        let environment = try archived(of: environments)
        let finder = InterpreterFinder(store: store, environment: processEnvironment())
        var interpreter: Interpreter?
        if wantsBytecode || request.interpreter != nil {
            let (python, named) = (environment.python, request.interpreter)
            do {
                interpreter = try await blocking { try finder.find(python, named: named) }
            } catch  where named == nil {
                observer(
                    .warning(
                        "the archive has no bytecode, because no Python \(python.short) is at hand; name one with --python"
                    ))
            }
        }
        let packages = try await packages(of: environment, bytecodeBy: wantsBytecode ? interpreter : nil)
        try check(environment, packages, against: located.lock.recipe?.budget ?? Recipe.Budget())
        var made: [DeliveredArchive] = []
        for (path, format) in wanted {
            made.append(
                try await deliver(
                    environment, packages, as: format, interpreter: request.interpreter, to: path,
                    isNamed: request.isNamed))
        }
        return made
    }

    private static func archiveFormat(_ path: FilePath) throws -> TreeArchive.Format {
        if let format = TreeArchive.Format(named: path.lastComponent?.string ?? "") { return format }
        throw BuilderError(
            .unknownInput, subject: path.string, message: "has no ending that tells what archive it is to be",
            advice: "name it FILE.tar.gz or FILE.zip")
    }

    private func archived(of environments: [Environment]) throws -> Environment {
        if let native = environments.first(where: { HostMachine.current.runs($0.platform) }) { return native }
        if environments.count == 1 { return environments[0] }
        throw BuilderError(
            .wrongPlatform, subject: environments.map(\.platform.description).joined(separator: ", "),
            message: "are several environments, and an archive holds one", advice: "choose one with --platform")
    }

    private func deliver(
        _ environment: Environment, _ packages: [Package], as format: TreeArchive.Format, interpreter: FilePath?,
        to path: FilePath?, isNamed: Bool
    ) async throws -> DeliveredArchive {
        let watch = Stopwatch()
        let epoch = try Timestamp.epoch(environmentVariable("SOURCE_DATE_EPOCH"))
        let manifest = EnvironmentManifest(environment, packages: packages)
        let glue = try archiveGlue(manifest, environment.python, interpreter: interpreter, format: format)
        let plan = ImagePlan(
            platform: Platform(machine: environment.platform.architecture.rawValue), packages: packages, glue: glue)
        let builder = LayerBuilder(store: store, format: LayerFormat(epoch: epoch), workers: workers)
        observer(.began(.archive, total: nil))
        let (archive, conflicts) = try await blocking { [self] in
            let (content, conflicts) = try plan.tree(title: environment.name)
            let archive = try store.building(environment.id.digest, doing: "archiving \(environment.name)") {
                let archive = try builder.archive(content, as: format)
                try register(manifest, contents: [.blob(archive.blob.digest)], tags: isNamed ? [environment.name] : [])
                return archive
            }
            if let path { try archive.write(to: path, from: store) }
            return (archive, conflicts)
        }
        observer(.ended(.archive, seconds: watch.seconds))
        return DeliveredArchive(
            environment: environment.id, path: path, format: format.rawValue, digest: archive.blob.digest,
            size: archive.blob.size, contentSize: archive.size, files: archive.files,
            conflicts: conflicts.map { conflict in
                PathConflict(path: conflict.path, packages: conflict.packages.map { packages[$0].unit.description })
            }, seconds: watch.seconds)
    }

    /// What stands around the packages. `bin/python` finds the interpreter wherever the archive is unpacked; from 3.14 on,
    /// which wants to have it written down, it is the one that is named.
    ///
    /// A zip holds no links: those to the launcher are copies of it, and Spark's home, which is made of links, is left out,
    /// since whoever unpacks a zip for Spark has one.
    private func archiveGlue(
        _ manifest: EnvironmentManifest, _ python: PythonVersion, interpreter: FilePath?, format: TreeArchive.Format
    ) throws -> [GlueEntry] {
        let glue = TreeGlue(
            interpreter: TreeGlue.canLaunch(python) ? nil : interpreter, python: python, manifest: manifest.bytes,
            spark: format == .zip ? nil : manifest.spark)
        let entries = try glue.entries()
        let files = Dictionary(
            entries.compactMap { entry -> (String, (bytes: [UInt8], isExecutable: Bool))? in
                guard case .file(let bytes, let isExecutable) = entry.content else { return nil }
                return (entry.path, (bytes, isExecutable))
            }
        ) { first, _ in first }
        return entries.map { entry in
            switch entry.content {
            case .file(let bytes, let isExecutable):
                return GlueEntry(path: entry.path, content: .file(bytes, isExecutable: isExecutable))
            case .link(let target):
                let place = FilePath(entry.path).removingLastComponent().pushing(FilePath(target))
                if format == .zip, let file = files[place.string] {
                    return GlueEntry(path: entry.path, content: .file(file.bytes, isExecutable: file.isExecutable))
                }
                return GlueEntry(path: entry.path, content: .link(target))
            }
        }
    }
}
