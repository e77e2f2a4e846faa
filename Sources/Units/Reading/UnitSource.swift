public import Archive
public import ContentStore
internal import Cryptography
internal import SystemPackage

/// A unit together with the artifact that its files' bytes come from. Many threads may read from one.
public struct UnitSource: Sendable {
    public let unit: Unit
    /// The artifact's bytes.
    public let bytes: any ByteSource
    /// The artifact as a zip; `nil` for a jar and a class archive, of which nothing is taken apart.
    public let archive: ZipArchive?

    /// - Parameter archive: the zip whose digest is `unit.artifact`.
    public init(_ unit: Unit, archive: ZipArchive) {
        self.unit = unit
        self.archive = archive
        bytes = archive.source
    }

    /// - Parameter bytes: the jar whose digest is `unit.artifact`.
    init(_ unit: Unit, bytes: any ByteSource) {
        self.unit = unit
        self.bytes = bytes
        archive = nil
    }

    /// Opens the unit's artifact in a store, and reads its zip directory where files come from in there.
    ///
    /// - Throws: ``UnitsError`` (`missingArtifact`), `ArchiveError`.
    public init(_ unit: Unit, in store: ContentStore) throws {
        guard try store.contains(unit.artifact) else {
            throw UnitsError(
                .missingArtifact, unit.description, "is described, but its file is not in the store",
                advice: "fetch it again with `chidori env fetch`")
        }
        self.unit = unit
        bytes = try FileSource(store.blobPath(unit.artifact), name: unit.description)
        archive = [.jar, .classArchive].contains(unit.kind) ? nil : try ZipArchive(source: bytes)
    }

    /// The member that a file comes from; `nil` for a generated file, and for one that is the whole artifact.
    ///
    /// - Throws: ``UnitsError`` (`damagedRecord`) where the unit counts members that the archive does not have.
    public func member(of file: UnitFile) throws -> ZipMember? {
        guard case .member(let index) = file.origin else { return nil }
        guard let members = archive?.directory.members, members.indices.contains(index) else {
            throw UnitsError(
                .damagedRecord, unit.description, "has a description that is not its archive's",
                advice: "run `chidori store verify`, which makes it again")
        }
        return members[index]
    }
}
