internal import ContentStore
internal import Cryptography
internal import FileSystem
internal import PythonPackaging
internal import Recipes
internal import SourceBuilds
internal import Synchronization
internal import SystemPackage
internal import Transfer
internal import Workers

/// Repositories and folders.
extension SourceWheels {
    /// A tree that a recipe names, as it is now.
    struct FoundTree: Sendable {
        var tree: Lock.SourceTree
        var source: StoredSource
    }

    func tree(at url: SourceTreeURL, _ project: PackageName) async throws -> (IndexFile, CoreMetadata) {
        var found = try await find(url, project)
        let (metadata, _) = try await metadata(of: found.source)
        found.source.version = metadata.version
        var exact = url
        if case .repository(_, _, let commit) = found.tree.kind { exact.kind = .repository(revision: commit) }
        let file = IndexFile(
            filename: "\(project)-\(metadata.version).tar.gz", url: exact.description, sha256: found.source.digest)
        known.withLock { $0.trees[file.url] = found }
        return (file, metadata)
    }

    /// The tree that a chosen file stands for; `nil` for a real file.
    func tree(of file: IndexFile) -> FoundTree? {
        known.withLock { $0.trees[file.url] }
    }

    private func find(_ url: SourceTreeURL, _ project: PackageName) async throws -> FoundTree {
        switch url.kind {
        case .repository(let revision):
            let mirror = GitMirror(
                of: url.location, knownAs: url.publicLocation, in: store, for: builder.settings)
            let location = url.publicLocation
            let kept = locked.lazy.compactMap { package -> String? in
                guard package.name == project, case .repository(location, revision, let commit)? = package.tree?.kind
                else { return nil }
                return commit
            }.first
            let commit = try await blocking {
                if let kept {
                    try mirror.bring(kept)
                    return kept
                }
                return try mirror.commit(of: revision)
            }
            let tree = Lock.SourceTree(
                .repository(url: location, requestedRevision: revision, commit: commit),
                subdirectory: url.subdirectory)
            return FoundTree(
                tree: tree, source: source(at: commit, of: location, mirror, project, nil, below: url.subdirectory))
        case .folder:
            guard let path = try ResourceURL(url.location).filePath else {
                throw BuilderError(
                    .unreadable, url.location, "is no folder of this machine",
                    advice: "name a folder by its path, or a source distribution by its URL")
            }
            let content = try await pack(path, project)
            let place = path.relative(to: folder)
            let tree = Lock.SourceTree(
                .folder(path: place.string.isEmpty ? "." : place.string, content: content),
                subdirectory: url.subdirectory)
            return FoundTree(
                tree: tree,
                source: StoredSource(
                    project: project, version: nil, name: path.string, digest: content,
                    subdirectory: url.subdirectory))
        }
    }

    private func source(
        at commit: String, of url: String, _ mirror: GitMirror, _ project: PackageName, _ version: Version?,
        below subdirectory: String?
    ) -> StoredSource {
        let folder = subdirectory.map { "#\($0)" } ?? ""
        return StoredSource(
            project: project, version: version, name: "\(url) at \(commit.prefix(12))",
            digest: SHA256Digest(of: "\(mirror.kind) \(url) \(commit)\(folder)"), origin: .commit(commit, mirror),
            subdirectory: subdirectory)
    }

    /// Keeps a folder's files as an archive in the store.
    private func pack(_ path: FilePath, _ project: PackageName) async throws -> SHA256Digest {
        try await blocking { [store] in
            try store.insert { output in
                try FolderArchive(of: path, named: project.description).write { try output.write($0) }
            }.digest
        }
    }

    /// The source of a tree that a lock names, brought where it is not at hand.
    ///
    /// - Throws: ``BuilderError`` (`staleLock`) where a folder is not what was locked.
    func source(of tree: Lock.SourceTree, _ project: PackageName, _ version: Version?) async throws -> StoredSource {
        switch tree.kind {
        case .repository(let url, _, let commit):
            let mirror = GitMirror(of: url, knownAs: url, in: store, for: builder.settings)
            try await blocking { try mirror.bring(commit) }
            return source(at: commit, of: url, mirror, project, version, below: tree.subdirectory)
        case .folder(let place, let content):
            let path = folder.pushing(FilePath(place)).lexicallyNormalized()
            let digest: SHA256Digest
            if let content, try store.contains(content) {
                digest = content
            } else {
                digest = try await pack(path, project)
                guard content == nil || digest == content else {
                    throw BuilderError(
                        .staleLock, path.string, "has changed since it was locked as \(project)",
                        advice: "lock again with `chidori env lock`")
                }
            }
            return StoredSource(
                project: project, version: version, name: path.string, digest: digest, subdirectory: tree.subdirectory)
        }
    }
}

extension SourceTreeURL {
    /// The repository's URL as locks name it: without a password, and without the user unless ssh needs one.
    fileprivate var publicLocation: String {
        guard location.hasPrefix("ssh://") else { return withoutCredentials(location) }
        let user = location.dropFirst("ssh://".count).prefix { $0 != "@" && $0 != "/" }
        guard location.dropFirst("ssh://".count + user.count).first == "@" else { return location }
        return "ssh://" + user.prefix { $0 != ":" } + location.dropFirst("ssh://".count + user.count)
    }
}
