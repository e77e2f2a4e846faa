public import Cryptography
internal import Synchronization
internal import SystemPackage

/// Many small blobs that become durable together: the file system is asked to sync twice or so for all of them, not
/// three times for each.
///
/// Threads may share one. A blob of it can be used once the batch has ended.
public final class BlobBatch: Sendable {
    /// Each pending blob holds a file open.
    private static let limit = 128

    private struct Pending: @unchecked Sendable {
        /// Used by one thread at a time: its writer, then whoever commits.
        let file: TemporaryFile
        let blob: Blob
    }

    private let store: ContentStore
    private let pending = Mutex<[Pending]>([])

    init(store: ContentStore) {
        self.store = store
    }

    /// Like ``ContentStore/insert(expecting:size:_:)``, but durable only when the batch has ended.
    @discardableResult
    public func insert(
        expecting: SHA256Digest? = nil, size: UInt64? = nil, _ body: (BlobWriter) throws -> Void
    ) throws -> Blob {
        if let expecting, let present = try store.size(of: expecting) {
            return Blob(digest: expecting, size: present)
        }
        let (file, blob) = try store.write(expecting: expecting, size: size, body)
        if try store.contains(blob.digest) { return blob }
        file.beginWriteback(from: 0, count: blob.size)
        let added = Pending(file: file, blob: blob)
        let full = pending.withLock { pending -> [Pending] in
            pending.append(added)
            guard pending.count >= Self.limit else { return [] }
            defer { pending = [] }
            return pending
        }
        try commit(full)
        return blob
    }

    func finish() throws {
        try commit(
            pending.withLock { pending in
                defer { pending = [] }
                return pending
            })
    }

    private func commit(_ pending: [Pending]) throws {
        for item in pending { try item.file.seal() }
        var folders: Set<FilePath> = []
        for item in pending {
            let destination = store.paths.blob(item.blob.digest)
            try item.file.publish(to: destination)
            folders.insert(destination.removingLastComponent())
        }
        for folder in folders { try folder.synchronizeFolder() }
    }
}

extension ContentStore {
    /// Stores many small blobs at the price of a few. If `body` throws, those that it had stored may be there or not.
    public func batch<Result>(_ body: (BlobBatch) throws -> Result) throws -> Result {
        let batch = BlobBatch(store: self)
        let result = try body(batch)
        try batch.finish()
        return result
    }
}
