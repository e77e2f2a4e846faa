internal import Archive
public import ContentStore
public import Cryptography
public import PythonPackaging
internal import SystemPackage
public import Workers

/// The units of stored wheels, eggs and jars: described once for each Python X.Y, then read from the store.
public struct UnitCatalog: Sendable {
    static let kind: RecordKind = "unit.2"

    /// Names the way in which units, and their bytecode, are made of artifacts: what was derived with another one counts no
    /// more.
    public static let format = "\(kind.name) \(BytecodeCompiler.kind.name)"

    /// A stored wheel, egg or jar to be installed.
    public struct Artifact: Sendable, Hashable {
        public enum Name: Sendable, Hashable {
            case python(BuiltFilename)
            case jar(JarName)
        }

        public var name: Name
        public var digest: SHA256Digest
        /// The content of `direct_url.json` (PEP 610) where it was asked for by URL.
        public var directURL: String?

        public init(_ filename: BuiltFilename, digest: SHA256Digest, directURL: String? = nil) {
            name = .python(filename)
            self.digest = digest
            self.directURL = directURL
        }

        public init(_ wheel: WheelFilename, digest: SHA256Digest, directURL: String? = nil) {
            self.init(.wheel(wheel), digest: digest, directURL: directURL)
        }

        public init(_ jar: JarName, digest: SHA256Digest) {
            name = .jar(jar)
            self.digest = digest
        }

        public var filename: String {
            switch name {
            case .python(let built): built.filename
            case .jar(let jar): jar.filename
            }
        }
    }

    private let store: ContentStore
    private let workers: Workers

    public init(store: ContentStore, workers: Workers) {
        self.store = store
        self.workers = workers
    }

    /// The units of some artifacts, in their order. Blocks.
    ///
    /// - Throws: ``UnitsError``, `PythonPackagingError` or `ArchiveError` for one that is not what it should be;
    ///   `missingArtifact` for one that is not in the store.
    public func units(of artifacts: [Artifact], python: PythonVersion) throws -> [Unit] {
        let keys = artifacts.map { Self.key(of: $0, python) }
        let known = try store.records(kind: Self.kind, keys: keys)
        let units = try zip(artifacts, keys).map { artifact, key -> Unit? in
            guard let record = known[key], let unit = try? stored(record, artifact, python) else { return nil }
            return try Self.matching(unit, artifact)
        }
        let missing = units.indices.filter { units[$0] == nil }
        guard !missing.isEmpty else { return units.compactMap { $0 } }

        let described = try workers.map(missing) { index in try describe(artifacts[index], python) }
        // The trees first: facts that are known promise a tree.
        try store.setTrees(of: described)
        try store.setRecords(kind: Self.kind, zip(missing, described).map { (keys[$0], $1.record) })
        let byIndex = Dictionary(uniqueKeysWithValues: zip(missing, described))
        return units.enumerated().compactMap { $1 ?? byIndex[$0] }
    }

    /// A unit by its facts; a tree that the store has lost is read from the artifact again.
    private func stored(_ record: [UInt8], _ artifact: Artifact, _ python: PythonVersion) throws -> Unit {
        try store.unit(record) { _ in
            let unit = try describe(artifact, python)
            try store.setTrees(of: [unit])
            return try unit.tree.record()
        }
    }

    private func describe(_ artifact: Artifact, _ python: PythonVersion) throws -> Unit {
        guard try store.contains(artifact.digest) else {
            throw UnitsError(
                .missingArtifact, artifact.filename, "is not in the store",
                advice: "fetch it with `chidori env fetch`")
        }
        let source = try FileSource(store.blobPath(artifact.digest), name: artifact.filename)
        switch artifact.name {
        case .python(.wheel(let wheel)):
            return try Unit.wheel(
                wheel, artifact: artifact.digest, archive: ZipArchive(source: source), python: python,
                directURL: artifact.directURL)
        case .python(.egg(let egg)):
            return try Unit.egg(
                egg, artifact: artifact.digest, archive: ZipArchive(source: source), python: python,
                directURL: artifact.directURL)
        case .jar(let jar):
            return try Unit.jar(jar, artifact: artifact.digest, source: source, python: python)
        }
    }

    /// One file under two names is described once; the other name must still be its own.
    private static func matching(_ unit: Unit, _ artifact: Artifact) throws -> Unit {
        let isItsOwn =
            switch artifact.name {
            case .python(let built):
                unit.name == built.name.description && (try? Version(unit.version)) == built.version
            case .jar(let jar): unit.name == jar.module && unit.version == jar.version
            }
        guard isItsOwn else {
            throw UnitsError(
                .mismatchedName, artifact.filename, "holds \(unit)",
                advice: "make the lock again: this file is another package's")
        }
        return unit
    }

    private static func key(of artifact: Artifact, _ python: PythonVersion) -> String {
        let url = artifact.directURL.map { " " + SHA256Digest(of: $0).hex } ?? ""
        let form =
            switch artifact.name {
            case .python(.wheel): ""
            case .python(.egg): " egg"
            case .jar(let jar): " jar \(jar.module) \(jar.filename)"
            }
        return "\(artifact.digest.hex) \(python.withoutPatch)\(form)\(url)"
    }
}
