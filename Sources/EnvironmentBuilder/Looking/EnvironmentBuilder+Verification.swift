internal import ContentStore
internal import Cryptography
internal import FileSystem
internal import Glibc
internal import Publishing
internal import PythonPackaging
public import Recipes
public import SystemPackage
internal import Units
internal import Workers

/// What a look at an environment's folders found.
public struct EnvironmentReport: Sendable {
    /// A folder that an environment was published as.
    public struct Folder: Sendable {
        public let path: FilePath
        /// Files compared, byte by byte.
        public let files: Int
        public let findings: [Finding]
    }

    /// Something that is not as the environment's units say.
    public struct Finding: Sendable, Hashable {
        /// Below the folder.
        public let path: String
        /// `missing`, `changed`, `extra`; `bytecode` for what Python wrote while it ran, which harms nothing.
        public let kind: String
        /// The package it belongs to, with its version.
        public let package: String?
        public let isDamage: Bool
    }

    public let id: EnvironmentID
    public let name: String
    public let folders: [Folder]
    public let seconds: Double

    public var isSound: Bool { !folders.contains { $0.findings.contains(where: \.isDamage) } }
}

extension EnvironmentBuilder {
    /// Compares an environment's folders with its units, byte by byte, links followed: the one on the volume and those
    /// it was published as, or the one folder that is named.
    ///
    /// - Throws: ``BuilderError`` (`unknownEnvironment`) where there is no folder to look at, (`damaged`) where a
    ///   folder's own description cannot be trusted.
    public func verify(_ reference: String, from folder: FilePath) async throws -> EnvironmentReport {
        let watch = Stopwatch()
        let place = folder.pushing(FilePath(reference)).lexicallyNormalized()
        let known = isTree(place) ? nil : try summary(reference)
        let paths = known.map(folders) ?? [place]
        var manifest: EnvironmentManifest?
        var reports: [EnvironmentReport.Folder] = []
        for path in paths {
            let tree = try tree(path.string, from: path)
            manifest = manifest ?? tree.manifest
            let (store, workers) = (self.store, self.workers)
            reports.append(
                try await stage(.verifying) {
                    try await blocking { try tree.verify(units: StoredUnits(of: store), workers: workers) }
                })
        }
        guard let manifest else {
            throw BuilderError(
                .unknownEnvironment, subject: reference, message: "has been published as no folder",
                advice: "images are held by their digests; `chidori store verify` looks at what they were made from")
        }
        return EnvironmentReport(
            id: manifest.id, name: known?.manifest.name ?? manifest.name, folders: reports, seconds: watch.seconds)
    }

    private func isTree(_ path: FilePath) -> Bool {
        access(path.appending(TreeGlue.manifestName).string, F_OK) == 0
    }

    private func folders(of summary: EnvironmentSummary) -> [FilePath] {
        let elsewhere = summary.holders.compactMap { if case .tree(let path) = $0 { path } else { nil } }
        return [summary.path].compactMap(\.self) + elsewhere.sorted { $0.string < $1.string }
    }
}

extension RunnableTree {
    /// Compares the tree with its units.
    fileprivate func verify(units: StoredUnits, workers: Workers) throws -> EnvironmentReport.Folder {
        let packages = try manifest.units.map { unit in
            guard let source = units[unit.tree] else { throw undescribed(unit) }
            guard let bytecode = unit.bytecode else { return Package(source) }
            guard let compiled = units[bytecode.tree] else { throw undescribed(unit) }
            return Package(source, bytecode: compiled)
        }
        let found = try TreeVerifier(workers: workers).verify(path, packages: packages, glue: glue())
        return EnvironmentReport.Folder(
            path: path, files: packages.reduce(0) { $0 + $1.unit.fileCount + ($1.bytecode?.fileCount ?? 0) },
            findings: found.map { finding in
                EnvironmentReport.Finding(
                    path: finding.path, kind: finding.kind.rawValue,
                    package: finding.package.map { packages[$0].unit.description }, isDamage: finding.isDamage)
            })
    }

    private func undescribed(_ unit: EnvironmentManifest.Unit) -> BuilderError {
        BuilderError(
            .damaged, subject: path.string,
            message:
                "holds \(unit.name) \(unit.version), which the data folder does not know, so nothing vouches for it",
            advice: "name the data folder it was made with (--data), or build it again")
    }

    /// What stands beside the packages. Which interpreter it was made for is its own choice; that it is there is looked
    /// at.
    private func glue() throws -> TreeGlue {
        let interpreter = try? FilePath(path.appending("bin/python").linkText())
        let configuration = try TextFile.readIfPresent(path.appending("pyvenv.cfg")) ?? ""
        let version = configuration.split(separator: "\n").first { $0.hasPrefix("version = ") }
        let python = try PythonVersion(version.map { String($0.dropFirst("version = ".count)) } ?? manifest.python)
        var spark = manifest.spark
        spark?.classArchive = try? path.appending(SparkHome.classArchiveName).linkText()
        return TreeGlue(interpreter: interpreter, python: python, manifest: manifest.bytes, spark: spark)
    }
}
