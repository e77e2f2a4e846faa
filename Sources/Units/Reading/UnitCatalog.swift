internal import Archive
public import ContentStore
public import Cryptography
public import PythonPackaging
internal import SystemPackage
public import Workers

/// The units of stored wheels: described once for each Python X.Y, then read from the store.
public struct UnitCatalog: Sendable {
    static let kind: RecordKind = "unit.2"

    /// Names the way in which units, and their bytecode, are made of wheels: what was derived with another one counts no
    /// more.
    public static let format = "\(kind.name) \(BytecodeCompiler.kind.name)"

    /// A stored wheel to be installed.
    public struct Wheel: Sendable, Hashable {
        public var filename: WheelFilename
        public var digest: SHA256Digest
        /// The content of `direct_url.json` (PEP 610) where the wheel was asked for by URL.
        public var directURL: String?

        public init(_ filename: WheelFilename, digest: SHA256Digest, directURL: String? = nil) {
            self.filename = filename
            self.digest = digest
            self.directURL = directURL
        }
    }

    private let store: ContentStore
    private let workers: Workers

    public init(store: ContentStore, workers: Workers) {
        self.store = store
        self.workers = workers
    }

    /// The units of some wheels, in their order. Blocks.
    ///
    /// - Throws: ``UnitsError``, `PythonPackagingError` or `ArchiveError` for a wheel that is not what it should be;
    ///   `missingArtifact` for one that is not in the store.
    public func units(of wheels: [Wheel], python: PythonVersion) throws -> [Unit] {
        let keys = wheels.map { Self.key(of: $0, python) }
        let known = try store.records(kind: Self.kind, keys: keys)
        let units = try zip(wheels, keys).map { wheel, key -> Unit? in
            guard let record = known[key], let unit = try? stored(record, wheel, python) else { return nil }
            return try Self.matching(unit, wheel)
        }
        let missing = units.indices.filter { units[$0] == nil }
        guard !missing.isEmpty else { return units.compactMap { $0 } }

        let described = try workers.map(missing) { index in try describe(wheels[index], python) }
        // The trees first: facts that are known promise a tree.
        try store.setTrees(of: described)
        try store.setRecords(kind: Self.kind, zip(missing, described).map { (keys[$0], $1.record) })
        let byIndex = Dictionary(uniqueKeysWithValues: zip(missing, described))
        return units.enumerated().compactMap { $1 ?? byIndex[$0] }
    }

    /// A unit by its facts; a tree that the store has lost is read from the wheel again.
    private func stored(_ record: [UInt8], _ wheel: Wheel, _ python: PythonVersion) throws -> Unit {
        try store.unit(record) { _ in
            let unit = try describe(wheel, python)
            try store.setTrees(of: [unit])
            return try unit.tree.record()
        }
    }

    private func describe(_ wheel: Wheel, _ python: PythonVersion) throws -> Unit {
        guard try store.contains(wheel.digest) else {
            throw UnitsError(
                .missingArtifact, wheel.filename.filename, "is not in the store",
                advice: "fetch it with `chidori env fetch`")
        }
        let source = try FileSource(store.blobPath(wheel.digest), name: wheel.filename.filename)
        return try Unit.wheel(
            wheel.filename, artifact: wheel.digest, archive: ZipArchive(source: source), python: python,
            directURL: wheel.directURL)
    }

    /// One file under two names is described once; the other name must still be its own.
    private static func matching(_ unit: Unit, _ wheel: Wheel) throws -> Unit {
        guard unit.name == wheel.filename.name.description, (try? Version(unit.version)) == wheel.filename.version
        else {
            throw UnitsError(
                .mismatchedName, wheel.filename.filename, "holds \(unit)",
                advice: "make the lock again: this file is another package's")
        }
        return unit
    }

    private static func key(of wheel: Wheel, _ python: PythonVersion) -> String {
        let url = wheel.directURL.map { " " + SHA256Digest(of: $0).hex } ?? ""
        return "\(wheel.digest.hex) \(python.withoutPatch)\(url)"
    }
}
