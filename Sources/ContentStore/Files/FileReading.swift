internal import Cryptography
internal import Glibc
internal import SystemPackage

/// A file read from its beginning to its end through one fixed buffer.
final class FileReader {
    private let path: FilePath
    private let descriptor: CInt
    private let buffer: UnsafeMutableRawBufferPointer

    init(_ path: FilePath, chunk: Int = 1 << 20) throws(StoreError) {
        self.path = path
        descriptor = try system("open it", path) { path.withPlatformString { open($0, O_RDONLY | O_CLOEXEC) } }
        buffer = .allocate(byteCount: chunk, alignment: 4096)
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
    }

    deinit {
        close(descriptor)
        buffer.deallocate()
    }

    /// The next piece, valid until the next call; `nil` at the end.
    func next() throws(StoreError) -> UnsafeRawBufferPointer? {
        while true {
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            if count > 0 { return UnsafeRawBufferPointer(rebasing: buffer[..<count]) }
            if count == 0 { return nil }
            let error = Errno(rawValue: errno)
            if error != .interrupted { throw StoreError(error, "read", path) }
        }
    }
}

extension FilePath {
    /// The size and digest of the file as it is now; `nil` if there is no such file.
    func digest() throws(StoreError) -> Blob? {
        guard try status() != nil else { return nil }
        let reader = try FileReader(self)
        var hasher = SHA256Hasher()
        var size: UInt64 = 0
        while let chunk = try reader.next() {
            hasher.update(chunk)
            size += UInt64(chunk.count)
        }
        return Blob(digest: hasher.finalize(), size: size)
    }

    /// The whole content of a file that does not know its size, as those of `/proc`.
    func readToEnd() throws(StoreError) -> [UInt8] {
        let reader = try FileReader(self, chunk: 64 << 10)
        var bytes: [UInt8] = []
        while let chunk = try reader.next() { bytes.append(contentsOf: chunk) }
        return bytes
    }

    /// The whole content of a file of at most `limit` bytes; `nil` if there is no such file.
    func readAll(limit: UInt64) throws(StoreError) -> [UInt8]? {
        let opened = try system("open it", self, expecting: [.noSuchFileOrDirectory]) {
            withPlatformString { open($0, O_RDONLY | O_CLOEXEC) }
        }
        guard case .success(let descriptor) = opened else { return nil }
        defer { close(descriptor) }
        let status = try fileStatus(descriptor, self)
        guard UInt64(status.st_size) <= limit else {
            throw StoreError(.system, string, "has \(status.st_size) bytes, more than the \(limit) that may be read")
        }
        let size = Int(status.st_size)
        var failure: Errno?
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
            while filled < size, let base = buffer.baseAddress {
                let count = read(descriptor, base + filled, size - filled)
                if count < 0 {
                    let error = Errno(rawValue: errno)
                    if error == .interrupted { continue }
                    failure = error
                    return
                }
                if count == 0 { return }
                filled += count
            }
        }
        if let failure { throw StoreError(failure, "read", self) }
        return bytes
    }
}
