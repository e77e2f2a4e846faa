internal import ContentStore
internal import Cryptography
internal import PythonPackaging
internal import SourceBuilds

/// A source distribution in the store.
struct StoredSource: Sendable {
    let project: PackageName
    /// `nil` where only a build tells.
    let version: Version?
    let filename: String
    let digest: SHA256Digest

    private static let kind: RecordKind = "source.1"

    func archive(in store: ContentStore) -> SourceArchive {
        SourceArchive(store.blobPath(digest), name: filename)
    }

    /// What its files say; from the store if they were read before, since reading them inflates the whole archive. Blocks.
    func facts(in store: ContentStore) throws -> SourceArchive.Facts {
        if let record = try store.record(kind: Self.kind, key: digest.hex) {
            var reader = RecordReader(record)
            if let metadata = try? reader.text(), let hasProject = try? reader.number(UInt8.self),
                let project = try? reader.text()
            {
                return SourceArchive.Facts(
                    metadata: Array(metadata.utf8), project: hasProject == 1 ? Array(project.utf8) : nil)
            }
        }
        let facts = try archive(in: store).facts()
        var writer = RecordWriter()
        writer.text(String(decoding: facts.metadata, as: UTF8.self))
        writer.number(UInt8(facts.project == nil ? 0 : 1))
        writer.text(String(decoding: facts.project ?? [], as: UTF8.self))
        try store.setRecord(kind: Self.kind, key: digest.hex, value: writer.bytes)
        return facts
    }
}
