internal import ContentStore
internal import Cryptography
internal import FileSystem
internal import PythonPackaging
internal import SystemPackage
internal import Transfer

/// A distribution that a find-links place offers.
struct FoundFile: Sendable {
    enum Place: Sendable {
        /// A local file, and what tells its states apart.
        case local(FilePath, LocalFolder.Facts)
        /// A link of a page.
        case linked(IndexFile)
    }

    var filename: String
    var place: Place
    /// The find-links place that it was found in.
    var source: ProjectPage.Source

    /// What changes when the file does.
    var mark: String {
        switch place {
        case .local(let path, let facts): "\(path) \(facts.size) \(facts.changed)"
        case .linked(let file): "\(file.url) \(file.sha256?.hex ?? "")"
        }
    }

    /// The project that a file name belongs to; `nil` for names that are no distribution's.
    static func project(of filename: String) -> PackageName? {
        if filename.hasSuffix(".whl") || filename.hasSuffix(".egg") { return (try? BuiltFilename(filename))?.name }
        return (try? SourceDistributionFilename(filename))?.name
    }
}

/// The digests of local files, kept by path, size and time of change, so that a wheel of gigabytes is read once. An egg
/// folder has the digest and the size of the zip that it is packed into.
struct LocalDigests {
    let store: ContentStore
    private static let kind: RecordKind = "file-digest.1"
    private static let folderKind: RecordKind = "egg-folder.1"

    /// - Throws: `StoreError`, `PythonIndexError.Code.noSuchFile`.
    func digest(of path: FilePath, _ facts: LocalFolder.Facts) throws -> SHA256Digest {
        try blob(of: path, facts).digest
    }

    /// The digest and the size in bytes of the file as it is kept.
    ///
    /// - Throws: as ``digest(of:_:)``, and `PythonIndexError.Code.wrongContent`.
    func blob(of path: FilePath, _ facts: LocalFolder.Facts) throws -> Blob {
        let kind = facts.isFolder ? Self.folderKind : Self.kind
        if let record = try store.record(kind: kind, key: path.string) {
            var reader = RecordReader(record)
            let known = try? (reader.number(UInt64.self), reader.number(Int64.self), reader.digest())
            if let known, known.0 == facts.size, known.1 == facts.changed {
                if !facts.isFolder { return Blob(digest: known.2, size: facts.size) }
                if let size = try? reader.number(UInt64.self) { return Blob(digest: known.2, size: size) }
            }
        }
        let blob =
            facts.isFolder ? try Self.pack(path) : Blob(digest: try Self.read(path), size: facts.size)
        var writer = RecordWriter()
        writer.number(facts.size)
        writer.number(facts.changed)
        writer.digest(blob.digest)
        if facts.isFolder { writer.number(blob.size) }
        try store.setRecord(kind: kind, key: path.string, value: writer.bytes)
        return blob
    }

    private static func pack(_ path: FilePath) throws -> Blob {
        var hasher = SHA256Hasher()
        var size: UInt64 = 0
        try EggFolder(path).pack { piece in
            hasher.update(piece)
            size += UInt64(piece.count)
        }
        return Blob(digest: hasher.finalize(), size: size)
    }

    private static func read(_ path: FilePath) throws -> SHA256Digest {
        do {
            return try SHA256Digest(of: FileReader(path))
        } catch {
            throw PythonIndexError(
                .noSuchFile, path.string, "cannot be read (\(error))", advice: "check the path, and who may read it",
                cause: error)
        }
    }
}
