internal import Archive
internal import ContentStore
internal import Cryptography
internal import Glibc
internal import PythonPackaging
internal import Synchronization
internal import SystemPackage
internal import Transfer
internal import Workers

extension PythonIndex {
    private static let urlKind: RecordKind = "url-digest.1"

    /// The artifact if it is stored under its digest, or under the one that its place is known to have. Blocks.
    func known(_ artifact: Artifact) throws -> Blob? {
        if let blob = try stored([artifact])[0] { return blob }
        guard artifact.sha256 == nil, case .url(let url) = artifact.place, !policy.refreshes(artifact.project),
            let record = try store.record(kind: Self.urlKind, key: url), let digest = SHA256Digest(bytes: record)
        else { return nil }
        return try store.size(of: digest).map { Blob(digest: digest, size: $0) }
    }

    /// Brings a file from where it is.
    func bring(
        _ artifact: Artifact, _ file: IndexFile, _ number: Int, _ observe: @escaping @Sendable (FetchEvent) -> Void
    ) async throws -> (Blob, FetchEvent.Arrival) {
        let url = try ResourceURL(file.url)
        if let path = url.filePath {
            let blob = try await blocking { try self.copy(artifact, path, url) }
            return (blob, .copied(bytes: blob.size))
        }
        guard policy != .offline else { throw notStored(artifact.filename) }
        try await takeCredentials()
        let name = artifact.sha256?.hex ?? "url-" + SHA256Digest(of: file.url).hex
        return try await store.exclusively(awaiting: "blob-" + name, doing: "downloading \(artifact.filename)") {
            if let known = try await blocking({ try self.known(artifact) }) { return (known, .stored) }
            return try await self.download(artifact, url, to: name, number, observe)
        }
    }

    private func download(
        _ artifact: Artifact, _ url: ResourceURL, to name: String, _ number: Int,
        _ observe: @escaping @Sendable (FetchEvent) -> Void
    ) async throws -> (Blob, FetchEvent.Arrival) {
        observe(.began(number))
        let path = try await blocking { try self.store.partialPath(name) }
        let told = Mutex<UInt64>(0)
        let download = Download(url, to: path, digest: artifact.sha256, size: artifact.size)
        let done = try await transfer.download(download) { progress in
            let isWorthTelling = told.withLock { told in
                guard progress.received >= told + 256 << 10 || progress.received == progress.size else { return false }
                told = progress.received
                return true
            }
            if isWorthTelling { observe(.received(number, bytes: progress.received, of: progress.size)) }
        }
        let blob = try await blocking { try self.adopt(artifact, path, done.digest, from: url) }
        return (blob, .downloaded(bytes: done.size - done.resumed, resumed: done.resumed))
    }

    /// Checks a finished download and makes it a blob; one that is not what it should be is removed.
    private func adopt(
        _ artifact: Artifact, _ path: FilePath, _ digest: SHA256Digest, from url: ResourceURL
    ) throws -> Blob {
        do {
            try check(artifact, at: path, digest, from: url)
        } catch {
            _ = path.withPlatformString { unlink($0) }
            throw error
        }
        try store.remember(artifact, digest, from: url)
        let blob = try store.adopt(path, expecting: artifact.sha256, hashed: digest)
        if artifact.sha256 == nil, case .url(let url) = artifact.place {
            try store.setRecord(kind: Self.urlKind, key: url, value: blob.digest.bytes)
        }
        return blob
    }

    /// Copies a local file into the store, checked before.
    private func copy(_ artifact: Artifact, _ path: FilePath, _ url: ResourceURL) throws -> Blob {
        let isEgg = artifact.filename.hasSuffix(".egg")
        guard let facts = try EggFolder.facts(of: path, isEgg: isEgg) else {
            throw PythonIndexError(
                .noSuchFile, artifact.filename, "is not at \(path)",
                advice: "put it there again, or lock again with the place where it is now")
        }
        let digest = try LocalDigests(store: store).digest(of: path, facts)
        if let expected = artifact.sha256, expected != digest {
            throw PythonIndexError(
                .wrongContent, artifact.filename,
                "has the digest \(digest.prefixed) at \(path) where \(expected.prefixed) was expected",
                advice: "lock again if the file was replaced on purpose")
        }
        try check(artifact, at: path, digest, from: url)
        try store.remember(artifact, digest, from: url)
        guard facts.isFolder else { return try store.insert(copying: path, expecting: digest, size: artifact.size) }
        return try store.insert(expecting: digest, size: artifact.size) { writer in
            try EggFolder(path).pack { try writer.write($0) }
        }
    }

    /// Checks that a file is what its name says, and holds the metadata that was resolved with.
    private func check(
        _ artifact: Artifact, at path: FilePath, _ digest: SHA256Digest, from url: ResourceURL
    ) throws {
        guard [".whl", ".egg"].contains(where: artifact.filename.hasSuffix) else { return }
        let built = try BuiltFilename(artifact.filename)
        guard built.name == artifact.project else {
            let form = if case .egg = built { "an egg" } else { "a wheel" }
            throw PythonIndexError(
                .wrongContent, artifact.filename, "is \(form) of \(built.name), not of \(artifact.project)",
                advice: "correct the lock, or do not trust this index")
        }
        let document = MetadataDocument(of: try Self.metadata(of: built, at: path))
        _ = try document.metadata(of: built)
        let file = IndexFile(filename: artifact.filename, url: url.text, sha256: digest)
        if let resolved = try storedMetadata(of: [file])[0], resolved.digest != document.digest {
            // Not mended here: a lock that was made of it must not pass the next time. Locking again mends it.
            try doubtMetadata(of: file)
            throw PythonIndexError(
                .metadataChanged, artifact.filename, "has another METADATA than the one that was resolved with",
                advice: "make the lock again with `chidori env lock`; if it persists, do not trust this index")
        }
    }
}
