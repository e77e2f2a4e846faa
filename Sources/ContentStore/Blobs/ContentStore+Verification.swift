public import Cryptography
internal import FileSystem
internal import FoundationEssentials
internal import GRDB
internal import Synchronization
public import SystemPackage
public import Workers

/// What a look at every stored byte has found.
public struct StoreVerification: Sendable, Equatable {
    /// A blob whose content is not what its name says.
    public struct DamagedBlob: Sendable, Equatable {
        /// The digest it was stored under.
        public let digest: SHA256Digest
        public let path: FilePath
        /// What is there now; `nil` if it cannot be read.
        public let found: Blob?
    }

    /// How many blobs there are, and their bytes.
    public var blobs = 0
    public var bytes: UInt64 = 0
    public var damaged: [DamagedBlob] = []
    /// Blobs that environments need and that are not there, by environment.
    public var missing: [SHA256Digest: [SHA256Digest]] = [:]
    /// Files among the blobs that are none.
    public var foreign: [FilePath] = []
    /// Documents that are damaged. They are derived: where they are dropped they are made again when they are needed.
    public var damagedRecords = 0

    /// Whether everything is as it was stored.
    public var isSound: Bool { damaged.isEmpty && missing.isEmpty && damagedRecords == 0 }
}

extension ContentStore {
    /// Reads every blob and every record and compares them with their digests.
    ///
    /// - Parameters:
    ///   - mending: whether damaged records are dropped.
    ///   - progress: called from several threads with the bytes read so far and in all.
    public func verify(
        workers: Workers, mending: Bool = true,
        progress: @escaping @Sendable (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
    ) throws -> StoreVerification {
        let stored = try paths.storedBlobs()
        let sizes = try stored.map { try $0.path.status()?.size ?? 0 }
        let total = sizes.reduce(0, +)
        let done = Mutex<UInt64>(0)
        // The largest first, so that no thread is left alone with one at the end.
        let order = stored.indices.sorted { sizes[$0] > sizes[$1] }
        let checked = try workers.map(order) { position -> (Blob?, StoreVerification.DamagedBlob?) in
            let (path, digest) = stored[position]
            defer {
                progress(
                    done.withLock { done in
                        done += sizes[position]
                        return done
                    }, total)
            }
            do {
                guard let found = try path.digest() else { return (nil, nil) }
                if found.digest == digest { return (found, nil) }
                return (found, StoreVerification.DamagedBlob(digest: digest, path: path, found: found))
            } catch {
                guard let refusal = error as? StoreError, refusal.errno == .ioError else { throw error }
                return (nil, StoreVerification.DamagedBlob(digest: digest, path: path, found: nil))
            }
        }
        var result = StoreVerification()
        for (blob, damage) in checked {
            if let blob {
                result.blobs += 1
                result.bytes += blob.size
            }
            if let damage { result.damaged.append(damage) }
        }
        result.damaged.sort { $0.digest < $1.digest }
        result.foreign = try foreignFiles(besides: Set(stored.map(\.path)))
        result.missing = try missingBlobs()
        result.damagedRecords = try damagedRecords(dropping: mending)
        return result
    }

    /// Sets a damaged blob aside, so that fetching or building puts a good one in its place.
    ///
    /// - Returns: where it is kept now; `nil` if it was not there.
    @discardableResult
    public func quarantine(_ digest: SHA256Digest) throws -> FilePath? {
        let path = paths.blob(digest)
        guard try path.status() != nil else { return nil }
        try paths.damaged.makeFolder()
        let kept = paths.damaged.appending("\(digest.hex)-\(NewFile.uniqueName())")
        try path.rename(to: kept)
        try path.removingLastComponent().synchronizeFolder()
        return kept
    }

    private func foreignFiles(besides known: Set<FilePath>) throws -> [FilePath] {
        var foreign: [FilePath] = []
        for folder in try paths.blobs.entries() {
            let path = paths.blobs.appending(folder)
            let names = try path.entries()
            if names.isEmpty, try path.isFile() { foreign.append(path) }
            for name in names where !known.contains(path.appending(name)) {
                // One that was stored since the list was made has a digest for a name.
                if SHA256Digest(hex: name) == nil || !name.hasPrefix(folder) { foreign.append(path.appending(name)) }
            }
        }
        return foreign
    }

    private func missingBlobs() throws -> [SHA256Digest: [SHA256Digest]] {
        var missing: [SHA256Digest: [SHA256Digest]] = [:]
        for row in try index.read({ try Self.rows($0) }) {
            for content in row.contents + [.blob(row.document)] {
                if case .blob(let digest) = content, try !contains(digest) {
                    missing[row.environment.id, default: []].append(digest)
                }
            }
        }
        return missing
    }

    private func damagedRecords(dropping: Bool) throws -> Int {
        let damaged = try index.read { database in
            var damaged: [(row: Int64, digest: Data)] = []
            let rows = try Row.fetchCursor(database, sql: "SELECT rowid, value, digest FROM records")
            while let row = try rows.next() {
                let digest = try row.withUnsafeData(named: "value") { SHA256Digest(of: $0 ?? Data()) }
                if Self.digest(row["digest"]) != digest {
                    damaged.append((row["rowid"], row["digest"] ?? Data()))
                }
            }
            return damaged
        }
        if dropping, !damaged.isEmpty {
            try index.write { database in
                // One that was written anew meanwhile has another digest.
                for (row, digest) in damaged {
                    try database.execute(
                        sql: "DELETE FROM records WHERE rowid = ? AND digest = ?", arguments: [row, digest])
                }
            }
        }
        return damaged.count
    }
}

extension FilePath {
    fileprivate func isFile() throws -> Bool {
        guard let status = try status() else { return false }
        return status.isRegular
    }
}
