internal import ContentStore
internal import Cryptography
internal import FileSystem
internal import PythonPackaging
internal import Recipes
internal import SourceBuilds
internal import SystemPackage

/// Something that a wheel can be built of and that is at hand: an archive in the store, or a commit in a mirror.
struct StoredSource: Sendable {
    enum Origin: Sendable {
        /// The blob is the archive.
        case archive
        case commit(String, GitMirror)
    }

    let project: PackageName
    /// `nil` where only a build tells.
    var version: Version?
    /// What messages call it: `pyspark-4.0.1.tar.gz`.
    let name: String
    /// The archive's, or one that stands for the commit and its repository.
    let digest: SHA256Digest
    let origin: Origin
    /// The project's folder in the tree, if it is not the tree itself.
    let subdirectory: String?

    private static let kind: RecordKind = "source.1"

    init(
        project: PackageName, version: Version?, name: String, digest: SHA256Digest, origin: Origin = .archive,
        subdirectory: String? = nil
    ) {
        self.project = project
        self.version = version
        self.name = name
        self.digest = digest
        self.origin = origin
        self.subdirectory = subdirectory
    }

    /// A source distribution that a lock names.
    init(_ file: Lock.File, of package: Lock.Selected) {
        self.init(project: package.name, version: package.version, name: file.name, digest: file.sha256)
    }

    /// Everything that tells it from other sources, and what is wanted of it.
    var identity: String {
        "\(project) \(version?.description ?? "-") \(digest.hex) \(subdirectory ?? "")"
    }

    /// What its log is called.
    var logName: String {
        if SourceDistributionFilename(name, expecting: project) != nil, name.isFileName { return "\(name).log" }
        return "\(project)-\(digest.hex.prefix(12)).log"
    }

    /// What its files say; from the store if they were read before, since that may take inflating a whole archive. Blocks.
    func facts(in store: ContentStore) throws -> SourceArchive.Facts {
        let key = digest.hex + (subdirectory.map { " \($0)" } ?? "")
        if let record = try store.record(kind: Self.kind, key: key) {
            var reader = RecordReader(record)
            if let metadata = try? reader.text(), let hasProject = try? reader.number(UInt8.self),
                let project = try? reader.text()
            {
                return SourceArchive.Facts(
                    metadata: Array(metadata.utf8), project: hasProject == 1 ? Array(project.utf8) : nil)
            }
        }
        let facts =
            switch origin {
            case .archive: try archive(in: store).facts(below: subdirectory)
            case .commit(let commit, let mirror):
                try SourceArchive.Facts(of: name, below: subdirectory) { file in
                    try mirror.contents(of: (subdirectory.map { $0 + "/" } ?? "") + file, at: commit)
                }
            }
        var writer = RecordWriter()
        writer.text(String(decoding: facts.metadata, as: UTF8.self))
        writer.number(UInt8(facts.project == nil ? 0 : 1))
        writer.text(String(decoding: facts.project ?? [], as: UTF8.self))
        try store.setRecord(kind: Self.kind, key: key, value: writer.bytes)
        return facts
    }

    /// Puts the whole tree into a folder that is there and empty, and returns the tree's own folder. Blocks.
    func unpack(into folder: FilePath, from store: ContentStore) throws -> FilePath {
        switch origin {
        case .archive: return try archive(in: store).unpack(into: folder)
        case .commit(let commit, let mirror):
            let tree = folder.appending("repository")
            try mirror.checkOut(commit, to: tree)
            return tree
        }
    }

    private func archive(in store: ContentStore) -> SourceArchive {
        SourceArchive(store.blobPath(digest), name: name)
    }
}
