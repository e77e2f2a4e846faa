internal import Glibc
internal import SystemPackage

/// Plain reads and writes of local files.
enum LocalFile {
    /// A small file's bytes; `nil` if there is none.
    ///
    /// - Throws: `.file` if it cannot be read, `.tooLarge` beyond `limit` bytes.
    static func contents(of path: FilePath, limit: Int) throws(TransferError) -> [UInt8]? {
        let descriptor = path.withPlatformString { open($0, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw trouble("cannot be opened", path)
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var status = stat()
        if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG {
            bytes.reserveCapacity(min(Int(status.st_size), limit) + 1)
        }
        while true {
            let count = bytes.count
            var failed = false
            let piece = min(max(bytes.capacity - count, 64 << 10), 1 << 20)
            bytes.append(
                contentsOf: [UInt8](unsafeUninitializedCapacity: piece) { buffer, filled in
                    let got = read(descriptor, buffer.baseAddress, piece)
                    failed = got < 0
                    filled = max(0, got)
                })
            if failed {
                if errno == EINTR { continue }
                throw trouble("cannot be read", path)
            }
            guard bytes.count <= limit else {
                throw TransferError(.tooLarge, path.string, "is larger than \(limit) bytes", advice: nil)
            }
            if bytes.count == count { return bytes }
        }
    }

    /// An error of the system call that has just failed.
    static func trouble(_ message: String, _ path: FilePath) -> TransferError {
        let number = errno
        let advice =
            switch number {
            case ENOSPC, EDQUOT: "free some space there"
            case EACCES, EPERM, EROFS: "check who may read and write there"
            default: String?.none
            }
        return TransferError(
            .file, path.string, "\(message): \(Errno(rawValue: number))", advice: advice, cause: Errno(rawValue: number)
        )
    }
}

/// The current folder.
func workingFolder() -> String? {
    guard let folder = getcwd(nil, 0) else { return nil }
    defer { free(folder) }
    return String(cString: folder)
}
