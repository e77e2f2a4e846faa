public import Cryptography
public import PythonPackaging

/// One artifact as installed for one Python X.Y: a canonical tree of files with a digest of its own.
///
/// A unit is a thin view of its record, the compact form in which the store keeps it. Its facts are read at once, its
/// tree only where somebody looks: planning links touches the few folders that packages share, not every file.
public struct Unit: Sendable {
    /// What a unit was made from.
    public enum Kind: UInt8, Sendable {
        /// A wheel's files.
        case wheel = 0
        /// The bytecode of another unit's sources.
        case bytecode = 1
    }

    public let kind: Kind
    /// The blob whose zip directory `Origin.member` counts in.
    public let artifact: SHA256Digest
    /// The project's name as PEP 503 normalises it.
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
    /// The description as the store keeps it.
    public let record: [UInt8]

    let generated: Range<Int>
    let tree: Range<Int>

    /// Describes a tree.
    ///
    /// - Parameter files: in any order; their paths are distinct.
    /// - Throws: ``UnitsError`` (`forbiddenPath`, `pathConflict`) where the paths are no tree.
    public init(
        kind: Kind, artifact: SHA256Digest, name: String, version: String, python: PythonVersion, files: [UnitFile]
    ) throws {
        var encoder = UnitEncoder(kind: kind, artifact: artifact, name: name, version: version, python: python)
        try self.init(record: encoder.encode(files))
    }

    /// Reads a description that the store kept.
    ///
    /// - Throws: ``UnitsError`` (`damagedRecord`).
    public init(record: [UInt8]) throws {
        var reader = RecordReader(record, range: record.indices)
        try reader.expect(UnitEncoder.signature)
        guard let kind = Kind(rawValue: try reader.byte()) else { throw reader.damaged }
        self.kind = kind
        artifact = try reader.digest()
        treeDigest = try reader.digest()
        fileCount = try reader.count()
        size = try reader.number()
        name = try reader.text()
        version = try reader.text()
        python = try reader.python()
        let generatedLength = try reader.count()
        generated = try reader.take(generatedLength)
        let treeLength = try reader.count()
        tree = try reader.take(treeLength)
        guard reader.remaining == 0 else { throw reader.damaged }
        self.record = record
    }

    /// ENV's own folder.
    public var root: UnitFolder { UnitFolder(record: record, generated: generated, range: tree) }

    /// Every file, in the order of their paths' bytes. Reads the whole record, so hold on to the result.
    ///
    /// - Throws: ``UnitsError`` (`damagedRecord`).
    public func files() throws -> [UnitFile] {
        var files: [UnitFile] = []
        files.reserveCapacity(fileCount)
        try root.collect(into: &files, below: "")
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
