internal import Cryptography
internal import Glibc
internal import SystemPackage
internal import Workers

extension Transfer {
    /// Fetches a file to disk, hashing it as it comes, and going on where a break or an earlier run left off.
    ///
    /// After a break it asks for the rest (`Range`, with `If-Range` where the server gave something to tell versions
    /// apart); a server that sends the whole instead is listened to from the start. Where bytes of an earlier run turn
    /// out not to fit, the file is fetched once more from its beginning.
    ///
    /// - Parameter progress: called on the engine's thread for every piece; it must be quick.
    /// - Throws: `TransferError`, `CancellationError`. What came before an interruption stays in the file for the next
    ///   time; after `.digestMismatch`, `.sizeMismatch` and `.tooLarge`, and where nothing came, there is no file.
    public func download(
        _ download: Download, progress: @escaping @Sendable (DownloadProgress) -> Void = { _ in }
    ) async throws -> Downloaded {
        if download.url.scheme == .file {
            return try await blocking { try Self.copy(download, progress) }
        }
        let file = try await blocking { try DownloadFile(download, progress: progress) }
        do {
            return try await fetch(download, into: file)
        } catch {
            if file.offset == 0 || (error as? TransferError)?.isAboutContent == true { download.removeFile() }
            throw error
        }
    }

    private func fetch(_ download: Download, into file: DownloadFile) async throws -> Downloaded {
        let resumed = file.offset
        var hasStartedOver = false
        while true {
            let mayBeAnotherFile = file.isUnproven
            let url = try await retrying(progress: { file.offset }) {
                try await self.fetchRest(download, into: file)
            }
            let wasUnproven = mayBeAnotherFile || file.isUnproven
            let (digest, size) = file.finish()
            if let mismatch = download.mismatch(digest, size) {
                guard wasUnproven, !hasStartedOver else { throw mismatch }
                hasStartedOver = true
                try file.startOver()
                continue
            }
            return Downloaded(digest: digest, size: size, url: url, resumed: resumed)
        }
    }

    /// One attempt at what is missing.
    private func fetchRest(_ download: Download, into file: DownloadFile) async throws -> ResourceURL {
        let offset = file.offset
        // An earlier run may have been ended after the last byte, before it could be said so.
        if offset > 0, offset == download.size { return download.url }
        var request = Request(
            download.url, headers: download.headers + file.headers, acceptsCompression: false, bodyLimit: .max)
        request.authorization = download.authorization
        let head: ResponseHead
        let url: ResourceURL
        do {
            (head, url) = try await follow(request, into: file)
        } catch is DownloadFile.Changed {
            try file.startOver()
            throw PassingFailure(
                cause: TransferError(
                    .malformedAnswer, download.url.description, "answers with another part than was asked for",
                    advice: "try again; if it persists, report it to who runs the server"))
        }
        switch head.status {
        case 200, 206:
            guard file.isWhole else {
                throw PassingFailure(
                    cause: TransferError(
                        .interrupted, url.description, "ended after \(file.offset) bytes, before the file's end",
                        advice: "try again"))
            }
            return url
        case 416 where offset > 0:
            // Either everything is there already, or the file is shorter than what is there.
            let size = head.headers["Content-Range"].flatMap { ContentRange($0) }?.size
            if size == offset { return url }
            try file.startOver()
            throw PassingFailure(cause: TransferError(status: 416, url))
        default:
            throw TransferError(status: head.status, url)
        }
    }

    /// A `file:` URL's content, copied and hashed.
    private static func copy(
        _ download: Download, _ progress: @escaping @Sendable (DownloadProgress) -> Void
    ) throws -> Downloaded {
        guard let path = download.url.filePath else {
            throw TransferError(.invalidURL, download.url.description, "is no file")
        }
        var download = download
        let expected = download.digest
        // What lies at the destination cannot be the beginning of anything: copying starts over.
        download.digest = nil
        let file = try DownloadFile(download, progress: progress)
        let source = path.withPlatformString { open($0, O_RDONLY | O_CLOEXEC) }
        guard source >= 0 else {
            if errno == ENOENT || errno == ENOTDIR {
                throw TransferError(.missingFile, path.string, "is not there", advice: "check the path")
            }
            throw LocalFile.trouble("cannot be opened", path)
        }
        defer { close(source) }
        var head = ResponseHead()
        head.status = 200
        try file.begin(head)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = read(source, buffer.baseAddress, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw LocalFile.trouble("cannot be read", path) }
            if count == 0 { break }
            try file.receive(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
        let (digest, size) = file.finish()
        download.digest = expected
        if let mismatch = download.mismatch(digest, size) {
            download.removeFile()
            throw mismatch
        }
        return Downloaded(digest: digest, size: size, url: download.url, resumed: 0)
    }
}

extension TransferError {
    /// Whether what came can never be what was asked for.
    fileprivate var isAboutContent: Bool {
        switch code {
        case .digestMismatch, .sizeMismatch, .tooLarge: true
        default: false
        }
    }
}

extension Download {
    /// Nothing to go on with is better than something wrong.
    fileprivate func removeFile() {
        file.withPlatformString { name in
            var status = stat()
            // A device that somebody downloads into stays.
            if lstat(name, &status) == 0, status.st_mode & S_IFMT == S_IFREG { unlink(name) }
        }
    }

    /// Why what came is not what was asked for; `nil` if it is.
    fileprivate func mismatch(_ digest: SHA256Digest, _ size: UInt64) -> TransferError? {
        if let expected = self.size, expected != size {
            return TransferError(
                .sizeMismatch, url.description, "has \(size) bytes where \(expected) were expected",
                advice: "lock again if the file was replaced; otherwise do not trust this source")
        }
        if let expected = self.digest, expected != digest {
            return TransferError(
                .digestMismatch, url.description,
                "has the digest \(digest.prefixed) where \(expected.prefixed) was expected",
                advice: "lock again if the file was replaced; otherwise do not trust this source")
        }
        return nil
    }
}
