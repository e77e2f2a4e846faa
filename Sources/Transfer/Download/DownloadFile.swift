internal import Cryptography
internal import Glibc
internal import SystemPackage

/// The file of a download: takes an answer's bytes in order, hashing them, and knows how to go on after a break.
///
/// It has one user at any time: the engine's thread while an exchange is under way, the task that waits for it between
/// exchanges. The hand-over in both directions goes through the engine's mailbox and the task's continuation.
final class DownloadFile: BodySink, @unchecked Sendable {
    private let download: Download
    private let descriptor: Int32
    private let progress: @Sendable (DownloadProgress) -> Void

    private var hasher: SHA256Hasher? = SHA256Hasher()
    /// Bytes in the file, all of them hashed.
    private(set) var offset: UInt64 = 0
    private var total: UInt64?
    /// What tells the server's next answer to be of the same file: a strong ETag, or a date.
    private var validator: String?
    /// Whether the body of the answer under way is the file's content.
    private var keeps = false
    private var writebackStart: UInt64 = 0
    /// Whether some of the bytes may belong to another file: they came before this run, or nothing ties them together.
    private(set) var isUnproven = false

    /// The server's file is not the one that was begun: what is there must go.
    struct Changed: Error {}

    /// Opens the file and reads what is there already. Blocks.
    init(_ download: Download, progress: @escaping @Sendable (DownloadProgress) -> Void) throws(TransferError) {
        self.download = download
        self.progress = progress
        let flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW
        descriptor = download.file.withPlatformString { open($0, flags, 0o600) }
        guard descriptor >= 0 else { throw LocalFile.trouble("cannot be opened for a download", download.file) }
        try takeUp()
    }

    deinit { close(descriptor) }

    /// The headers that ask for the rest.
    var headers: [(name: String, value: String)] {
        guard offset > 0 else { return [] }
        return [("Range", "bytes=\(offset)-")] + (validator.map { [("If-Range", $0)] } ?? [])
    }

    /// Hashes what an earlier run left behind.
    private func takeUp() throws(TransferError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw LocalFile.trouble("cannot be looked at", download.file) }
        let size = UInt64(status.st_size)
        guard size > 0 else { return }
        guard download.digest != nil, download.size.map({ size <= $0 }) ?? (size <= download.limit) else {
            return try startOver()
        }
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let count = pread(descriptor, &buffer, buffer.count, off_t(offset))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw LocalFile.trouble("cannot be read", download.file) }
            if count == 0 { break }
            hasher?.update(buffer[..<count])
            offset += UInt64(count)
        }
        isUnproven = true
        writebackStart = offset
    }

    /// Empties the file.
    func startOver() throws(TransferError) {
        guard ftruncate(descriptor, 0) == 0 else { throw LocalFile.trouble("cannot be emptied", download.file) }
        hasher = SHA256Hasher()
        (offset, writebackStart) = (0, 0)
        (total, validator, keeps, isUnproven) = (nil, nil, false, false)
    }

    // MARK: - The answer

    func begin(_ head: ResponseHead) throws {
        if head.status == 200 {
            if offset > 0 { try startOver() }
            try expect(head.headers["Content-Length"].flatMap { UInt64($0) })
        } else if head.status == 206 {
            guard let range = head.headers["Content-Range"].flatMap({ ContentRange($0) }), let bytes = range.bytes,
                bytes.lowerBound == offset
            else { throw Changed() }
            if let known = total, let size = range.size, known != size { throw Changed() }
            try expect(range.size)
        }
        keeps = head.status == 200 || head.status == 206
        guard keeps else { return }
        if offset > 0, validator == nil { isUnproven = true }
        validator = Self.validator(head.headers)
    }

    private func expect(_ claimed: UInt64?) throws {
        guard let claimed else { return }
        if let size = download.size, size != claimed { throw wrongSize("\(claimed)") }
        guard claimed <= download.limit else { throw tooLarge() }
        total = claimed
    }

    func receive(_ bytes: UnsafeRawBufferPointer) throws {
        guard keeps else { return }
        let end = offset + UInt64(bytes.count)
        if let size = download.size, end > size { throw wrongSize("more") }
        guard end <= download.limit else { throw tooLarge() }
        try write(bytes)
        hasher?.update(bytes)
        offset = end
        if end - writebackStart >= 8 << 20 {
            // The kernel begins to write out on this advice, so that the sync at the end has little left.
            _ = posix_fadvise(descriptor, off_t(writebackStart), off_t(end - writebackStart), POSIX_FADV_DONTNEED)
            writebackStart = end
        }
        progress(DownloadProgress(received: end, size: download.size ?? total))
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws(TransferError) {
        var done = 0
        while done < bytes.count {
            let count = pwrite(
                descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset) + off_t(done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw LocalFile.trouble("cannot be written", download.file) }
            done += count
        }
    }

    /// Whether the whole is there, as far as anybody has said how much that is.
    var isWhole: Bool { (download.size ?? total).map { offset == $0 } ?? true }

    /// Ends the hashing; only ``startOver()`` makes the file ready for bytes again.
    func finish() -> (digest: SHA256Digest, size: UInt64) {
        keeps = false
        guard let hasher = hasher.take() else { preconditionFailure("a download is finished once") }
        return (hasher.finalize(), offset)
    }

    /// A strong entity tag (RFC 9110 §13.1.5), else the date of the last change.
    private static func validator(_ headers: HeaderFields) -> String? {
        if let tag = headers["ETag"], tag.hasPrefix("\"") { return tag }
        return headers["Last-Modified"]
    }

    private func wrongSize(_ what: String) -> TransferError {
        TransferError(
            .sizeMismatch, download.url.description,
            "offers \(what) bytes where \(download.size ?? 0) were expected",
            advice: "lock again if the file was replaced; otherwise do not trust this source")
    }

    private func tooLarge() -> TransferError {
        TransferError(
            .tooLarge, download.url.description, "has more than \(download.limit) bytes, which is the limit",
            advice: "check the URL")
    }
}
