internal import Glibc
internal import SystemPackage

/// What a `file:` URL answers. libcurl is not asked: it would hold up every other request while the disk is read.
enum LocalAnswer {
    static func to(_ request: Request) throws(TransferError) -> Response {
        guard let path = request.url.filePath else {
            throw TransferError(.invalidURL, request.url.description, "is no file")
        }
        func answer(_ status: Int, _ fields: [(String, String)] = [], _ body: [UInt8] = []) -> Response {
            var headers = HeaderFields()
            for (name, value) in fields { headers.append(name, value) }
            return Response(status: status, headers: headers, url: request.url, body: body)
        }
        let descriptor = path.withPlatformString { open($0, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return answer(404) }
            throw LocalFile.trouble("cannot be opened", path)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw LocalFile.trouble("cannot be looked at", path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw TransferError(
                .file, path.string, "is no file", advice: "name a file, or give the folder as --find-links")
        }
        let size = UInt64(status.st_size)
        if request.method == .head { return answer(200, [("Content-Length", "\(size)")]) }

        let wanted: Range<UInt64>
        switch request.range {
        case nil: wanted = 0..<size
        case .bytes(let range): wanted = min(range.lowerBound, size)..<min(range.upperBound, size)
        case .from(let first): wanted = min(first, size)..<size
        case .last(let count): wanted = size - min(count, size)..<size
        }
        guard wanted.count <= request.bodyLimit else {
            throw TransferError(
                .tooLarge, path.string, "has more than \(request.bodyLimit) bytes, which is the limit for this",
                advice: "check the URL")
        }
        let body = try read(descriptor, wanted, path)
        guard request.range != nil else { return answer(200, [("Content-Length", "\(size)")], body) }
        guard !wanted.isEmpty else { return answer(416, [("Content-Range", "bytes */\(size)")]) }
        let range = "bytes \(wanted.lowerBound)-\(wanted.upperBound - 1)/\(size)"
        return answer(206, [("Content-Range", range)], body)
    }

    private static func read(
        _ descriptor: Int32, _ range: Range<UInt64>, _ path: FilePath
    ) throws(TransferError) -> [UInt8] {
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, filled in
            while filled < range.count {
                let got = pread(
                    descriptor, buffer.baseAddress.map { $0 + filled }, range.count - filled,
                    off_t(range.lowerBound) + off_t(filled))
                if got < 0, errno == EINTR { continue }
                guard got > 0 else {
                    failed = got < 0
                    return
                }
                filled += got
            }
        }
        if failed { throw LocalFile.trouble("cannot be read", path) }
        return bytes
    }
}
