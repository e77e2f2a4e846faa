public import Cryptography
internal import Glibc
public import SystemPackage

extension ContentStore {
    /// Where the blob lies if it is there: `blobs/sha256/ab/abcd…`.
    public func blobPath(_ digest: SHA256Digest) -> FilePath {
        paths.blob(digest)
    }

    /// Where the mirror of a repository lies if it is there: `git/NAME`.
    public func mirrorPath(_ name: String) -> FilePath {
        paths.mirrors.appending(name)
    }

    /// Where the log of a build lies if it is there: `logs/builds/NAME`.
    public func logPath(_ name: String) -> FilePath {
        paths.logs.appending(name)
    }

    /// Whether the blob is there. One look at the file system.
    public func contains(_ digest: SHA256Digest) throws -> Bool {
        try size(of: digest) != nil
    }

    /// Whether all of these blobs and packages are there: one look at the file system for each.
    public func holds(blobs: [SHA256Digest], packages: [String]) throws -> Bool {
        try spare(blobs.map(StoreContent.blob) + packages.map(StoreContent.package))
        let folder = paths.packages.string + "/"
        return try blobs.allSatisfy { try paths.blob($0).status() != nil }
            && packages.allSatisfy { try FilePath(folder + $0).status() != nil }
    }

    /// The blob's size in bytes; `nil` if it is not there.
    public func size(of digest: SHA256Digest) throws -> UInt64? {
        try spare([.blob(digest)])
        guard let status = try paths.blob(digest).status() else { return nil }
        return UInt64(status.st_size)
    }

    /// The content of a small blob.
    ///
    /// - Parameter limit: in bytes; a larger blob is refused.
    /// - Throws: `.missing` if it is not there, `.damaged` if its content has another digest.
    public func bytes(of digest: SHA256Digest, limit: UInt64 = 64 << 20) throws -> [UInt8] {
        try spare([.blob(digest)])
        let path = paths.blob(digest)
        guard let bytes = try path.readAll(limit: Int(clamping: limit)) else {
            throw StoreError(
                .missing, digest.prefixed, "is not in the store \(root)", advice: "fetch or build again what needs it")
        }
        guard SHA256Digest(of: bytes) == digest else { throw StoreError.damaged(digest, at: path) }
        return bytes
    }

    /// Stores what `body` writes and returns it once it is durable.
    ///
    /// A blob that is already there is left as it is. Nothing is left behind if `body` throws.
    ///
    /// - Parameters:
    ///   - expecting: the digest that the content must have. A blob of that digest which is already there is returned at
    ///     once, and `body` is not called.
    ///   - size: the size in bytes that the content must have.
    /// - Throws: `.mismatch` when the content is not what was expected; whatever `body` throws.
    @discardableResult
    public func insert(
        expecting: SHA256Digest? = nil, size: UInt64? = nil, _ body: (BlobWriter) throws -> Void
    ) throws -> Blob {
        if let expecting, let present = try self.size(of: expecting) {
            return Blob(digest: expecting, size: present)
        }
        let (file, blob) = try write(expecting: expecting, size: size, body)
        try publish(file, as: blob)
        return blob
    }

    /// Stores bytes that are at hand.
    @discardableResult
    public func insert(_ bytes: [UInt8], expecting: SHA256Digest? = nil) throws -> Blob {
        try insert(expecting: expecting ?? SHA256Digest(of: bytes)) { try $0.write(bytes) }
    }

    /// Stores a copy of a file that belongs to somebody else.
    @discardableResult
    public func insert(
        copying path: FilePath, expecting: SHA256Digest? = nil, size: UInt64? = nil
    ) throws -> Blob {
        try insert(expecting: expecting, size: size) { try $0.write(contentsOf: path) }
    }

    /// Makes a finished file of this store's own (a download under ``partialPath(_:)``) into a blob. It is moved, not
    /// copied; afterwards nothing is at `file`.
    ///
    /// - Parameters:
    ///   - expecting: the digest that the content must have.
    ///   - hashed: the digest that the caller has computed over every byte of the file; without it the file is read and
    ///     hashed.
    /// - Throws: `.mismatch` when the content is not what was expected; the file is then left where it is.
    @discardableResult
    public func adopt(
        _ file: FilePath, expecting: SHA256Digest? = nil, size: UInt64? = nil, hashed: SHA256Digest? = nil
    ) throws -> Blob {
        let descriptor = try system("open it", file) {
            file.withPlatformString { open($0, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) }
        }
        defer { close(descriptor) }
        let status = try fileStatus(descriptor, file)
        // A file with a second name could be changed through it after we have vouched for its digest.
        guard status.st_nlink == 1 else {
            let blob = try insert(copying: file, expecting: expecting, size: size)
            try file.unlink()
            return blob
        }
        guard let digest = try hashed ?? file.digest()?.digest else {
            throw StoreError(.noSuchFileOrDirectory, "open it", file)
        }
        let blob = Blob(digest: digest, size: UInt64(status.st_size))
        try check(blob, expecting: expecting, size: size)
        if try contains(digest) {
            try file.unlink()
            return blob
        }
        try system("protect it", file) { fchmod(descriptor, 0o444) }
        try system("write it out", file) { fsync(descriptor) }
        let destination = paths.blob(digest)
        try destination.removingLastComponent().makeFolder()
        try file.rename(to: destination)
        try destination.removingLastComponent().synchronizeFolder()
        return blob
    }

    /// Where an unfinished download is kept so that it can be resumed, by the digest it will have or any other name that
    /// is a plain file name. Its folder exists on return. Write there only while holding the lock on the same artifact.
    public func partialPath(_ name: String) throws -> FilePath {
        try paths.partials.makeFolder()
        let path = paths.partials.appending(PlainName.file(name))
        // Whoever was killed while making it a blob may have protected it already.
        if let status = try path.status(), status.st_mode & 0o200 == 0 {
            try system("make it writable", path) { path.withPlatformString { chmod($0, 0o644) } }
        }
        return path
    }

    /// What `body` writes, checked, in a file that has no lasting name yet and is not durable.
    func write(
        expecting: SHA256Digest?, size: UInt64?, _ body: (BlobWriter) throws -> Void
    ) throws -> (file: TemporaryFile, blob: Blob) {
        try sweepIfDue()
        let writer = BlobWriter(file: try TemporaryFile(in: paths.temporary), limit: size ?? .max)
        try body(writer)
        let blob = try writer.finish()
        try check(blob, expecting: expecting, size: size)
        return (writer.file, blob)
    }

    private func check(_ blob: Blob, expecting: SHA256Digest?, size: UInt64?) throws(StoreError) {
        let advice = "fetch it again; if it persists, the source serves another file than the one that was locked"
        if let size, size != blob.size {
            throw StoreError(
                .mismatch, expecting?.prefixed ?? blob.digest.prefixed,
                "has \(blob.size) bytes where \(size) were expected", advice: advice)
        }
        if let expecting, expecting != blob.digest {
            throw StoreError(
                .mismatch, expecting.prefixed, "was expected, but the content is \(blob.digest.prefixed)",
                advice: advice)
        }
    }

    private func publish(_ file: TemporaryFile, as blob: Blob) throws {
        if try contains(blob.digest) { return }
        try file.seal()
        let destination = paths.blob(blob.digest)
        try file.publish(to: destination)
        try destination.removingLastComponent().synchronizeFolder()
    }
}

extension StoreError {
    static func damaged(_ digest: SHA256Digest, at path: FilePath) -> StoreError {
        StoreError(
            .damaged, path.string, "no longer has the content it was stored under (\(digest.prefixed))",
            advice: "run 'chidori store verify', which sets damaged files aside and fetches them again")
    }
}
