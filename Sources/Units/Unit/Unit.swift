internal import ContentStore
public import Cryptography
public import PythonPackaging

/// One artifact as installed for one Python X.Y: a canonical tree of files with a digest of its own.
///
/// A unit's facts are few and always at hand. Its tree may be large, and is read from the store only where somebody
/// looks: an environment whose links are planned already needs none.
public struct Unit: Sendable {
    /// What a unit was made from.
    public enum Kind: UInt8, Sendable {
        /// A wheel's files.
        case wheel = 0
        /// The bytecode of another unit's sources.
        case bytecode = 1
        /// An egg's files.
        case egg = 2
        /// A jar.
        case jar = 3
        /// A JVM's class archive.
        case classArchive = 4
    }

    public let kind: Kind
    /// The blob whose zip directory `Origin.member` counts in, or that `Origin.artifact` is.
    public let artifact: SHA256Digest
    /// The project's name as PEP 503 normalises it; a jar's module, `group:artifact`.
    public let name: String
    /// The version as the artifact's file name writes it.
    public let version: String
    /// The version X.Y that the tree is for; it names folders.
    public let python: PythonVersion
    /// SHA-256 of the canonical text of the tree: for each file, in the order of their paths' bytes, four octal digits
    /// of mode, a space, the file's digest in hexadecimal, a space, the path, and a NUL.
    public let treeDigest: SHA256Digest
    public let fileCount: Int
    /// Bytes of all files.
    public let size: UInt64
    /// The facts above as the store keeps them. Two units with one record have the same files from the same artifact.
    public let record: [UInt8]

    let tree: UnitTree

    /// Describes a tree.
    ///
    /// - Parameter files: in any order; their paths are distinct.
    /// - Throws: ``UnitsError`` (`forbiddenPath`, `pathConflict`) where the paths are no tree.
    public init(
        kind: Kind, artifact: SHA256Digest, name: String, version: String, python: PythonVersion, files: [UnitFile]
    ) throws {
        var encoder = UnitEncoder(kind: kind, artifact: artifact, name: name, version: version, python: python)
        let (record, tree) = try encoder.encode(files)
        try self.init(record: record, tree: UnitTree(record: tree))
    }

    /// Reads the facts that a store kept.
    ///
    /// - Parameter tree: reads the record of the tree when it is needed.
    /// - Throws: ``UnitsError`` (`damagedRecord`).
    init(record: [UInt8], tree: @escaping @Sendable (Unit) throws -> [UInt8]) throws {
        // The tree's reader is told which unit it reads for; it cannot hold the unit that holds it.
        let facts = try Unit(record: record, tree: UnitTree { throw UnitTree.Missing() })
        try self.init(record: record, tree: UnitTree { try tree(facts) })
    }

    private init(record: [UInt8], tree: UnitTree) throws {
        var reader = RecordReader(record)
        let facts = try readingRecord {
            try reader.expect(UnitEncoder.signature)
            guard let kind = Kind(rawValue: try reader.number()) else { throw reader.damage }
            let (artifact, treeDigest) = (try reader.digest(), try reader.digest())
            let (fileCount, size) = (try reader.count(), try reader.shortNumber())
            let (name, version, python) = (try reader.text(), try reader.text(), try reader.python())
            try reader.expectEnd()
            return (kind, artifact, treeDigest, fileCount, size, name, version, python)
        }
        (kind, artifact, treeDigest, fileCount, size, name, version, python) = facts
        self.record = record
        self.tree = tree
    }

    /// ENV's own folder.
    ///
    /// - Throws: ``UnitsError`` (`damagedRecord`), and what reading the tree from the store throws.
    public var root: UnitFolder { get throws { try tree.root() } }

    /// Every file, in the order of their paths' bytes. Reads the whole tree, so hold on to the result.
    ///
    /// - Throws: ``UnitsError`` (`damagedRecord`), and what reading the tree from the store throws.
    public func files() throws -> [UnitFile] {
        var files: [UnitFile] = []
        files.reserveCapacity(fileCount)
        try root.collect(into: &files, below: "")
        guard files.count == fileCount else {
            throw UnitsError(
                .damagedRecord, description, "is described by \(files.count) of \(fileCount) files",
                advice: "run `chidori store verify`, which makes the description again")
        }
        return files
    }

    /// `lib/pythonX.Y/site-packages`.
    public var sitePackages: String { python.sitePackages }
}

extension Unit: Equatable {
    public static func == (a: Self, b: Self) -> Bool { a.record == b.record }
}

extension Unit: CustomStringConvertible {
    public var description: String { "\(name) \(version)" }
}
