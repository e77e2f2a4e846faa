public import Archive
public import ContentStore
internal import Cryptography
internal import SystemPackage

/// A unit together with the archive that its files' bytes come from. Many threads may read from one.
public struct UnitSource: Sendable {
    public let unit: Unit
    public let archive: ZipArchive

    /// - Parameter archive: the zip whose digest is `unit.artifact`.
    public init(_ unit: Unit, archive: ZipArchive) {
        self.unit = unit
        self.archive = archive
    }

    /// Opens the unit's artifact in a store and reads its zip directory.
    ///
    /// - Throws: ``UnitsError`` (`missingArtifact`), `ArchiveError`.
    public init(_ unit: Unit, in store: ContentStore) throws {
        guard try store.contains(unit.artifact) else {
            throw UnitsError(
                .missingArtifact, unit.description, "is described, but its file is not in the store",
                advice: "fetch it again with `chidori env fetch`")
        }
        let source = try FileSource(store.blobPath(unit.artifact), name: unit.description)
        self.init(unit, archive: try ZipArchive(source: source))
    }

    /// The member that a file comes from; `nil` for a generated file.
    ///
    /// - Throws: ``UnitsError`` (`damagedRecord`) where the unit counts members that the archive does not have.
    public func member(of file: UnitFile) throws -> ZipMember? {
        guard case .member(let index) = file.origin else { return nil }
        guard archive.directory.members.indices.contains(index) else {
            throw UnitsError(
                .damagedRecord, unit.description, "has a description that is not its archive's",
                advice: "run `chidori store verify`, which makes it again")
        }
        return archive.directory.members[index]
    }
}
