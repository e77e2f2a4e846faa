internal import Cryptography
internal import GRDB
internal import Glibc
internal import SQLite
internal import SystemPackage

extension ContentStore {
    /// Fills a new index with the environments whose documents are among the blobs; returns how many there are.
    ///
    /// An environment may have several documents, one for each time that something was added to it. They are merged;
    /// what the latest says of names stands. Each gets a lease of an unknown holder: the trees, jobs and tags that used
    /// it are not known any more, and nothing may be taken from under them.
    static func restoreEnvironments(into database: Database, from paths: StorePaths) throws -> Int {
        var found: [SHA256Digest: (document: EnvironmentDocument, digest: SHA256Digest, written: Int)] = [:]
        var superseded: [SHA256Digest] = []
        for (path, digest) in try paths.storedBlobs() {
            guard let bytes = try documentBytes(at: path), SHA256Digest(of: bytes) == digest,
                let document = EnvironmentDocument(bytes: bytes)
            else { continue }
            let written = try path.status().map { Int($0.st_mtim.tv_sec) } ?? 0
            let id = document.environment.id
            guard let other = found[id] else {
                found[id] = (document, digest, written)
                continue
            }
            // A later document contains all that an earlier one does.
            let isNewer = (document.contents.count, written) > (other.document.contents.count, other.written)
            superseded.append(isNewer ? other.digest : digest)
            if isNewer { found[id] = (document, digest, written) }
        }
        // Nobody knows any more when they were used: they are as new as the index.
        let now = try SQLStatement(database, "SELECT time FROM state WHERE id = 1").first { $0.integer(0) } ?? 0
        for (document, digest, _) in found.values {
            try write(document, digest: digest, used: now, to: database)
            try write(Lease.Holder.unknown, until: nil, of: document.environment.id, to: database)
        }
        try discard(superseded.map { .blob($0) }, in: database)
        return found.count
    }

    /// The bytes of a blob that begins as a document does.
    private static func documentBytes(at path: FilePath) throws -> [UInt8]? {
        let header = Array(EnvironmentDocument.header.utf8)
        guard try path.prefix(header.count) == header else { return nil }
        return try path.readAll(limit: 256 << 20)
    }
}

extension StorePaths {
    /// Every file that lies where a blob would, with the digest that its name claims.
    func storedBlobs() throws -> [(path: FilePath, digest: SHA256Digest)] {
        var found: [(FilePath, SHA256Digest)] = []
        for folder in try blobs.entries() {
            for name in try blobs.appending(folder).entries() {
                guard let digest = SHA256Digest(hex: name), name.hasPrefix(folder), name == digest.hex else { continue }
                found.append((blobs.appending(folder).appending(name), digest))
            }
        }
        return found
    }
}
