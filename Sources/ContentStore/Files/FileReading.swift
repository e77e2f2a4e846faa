public import Cryptography
public import FileSystem
internal import Glibc
public import SystemPackage

extension SHA256Digest {
    /// Of what is left to read of a file.
    public init(of reader: FileReader) throws(Errno) {
        var hasher = SHA256Hasher()
        while let chunk = try reader.next() { hasher.update(chunk) }
        self = hasher.finalize()
    }
}

extension FilePath {
    /// The size and digest of the file as it is now; `nil` if there is no such file.
    func digest() throws(StoreError) -> Blob? {
        guard try status() != nil else { return nil }
        return try attempt("read it", self) { () throws(Errno) in
            let reader = try FileReader(self, chunk: 1 << 20)
            var hasher = SHA256Hasher()
            var size: UInt64 = 0
            while let chunk = try reader.next() {
                hasher.update(chunk)
                size += UInt64(chunk.count)
            }
            return Blob(digest: hasher.finalize(), size: size)
        }
    }

    /// The whole content of a file of at most `limit` bytes; `nil` if there is no such file.
    func readAll(limit: Int) throws(StoreError) -> [UInt8]? {
        do {
            return try fileContents(limit: limit)
        } catch .noSuchFileOrDirectory {
            return nil
        } catch .fileTooLarge {
            throw StoreError(.system, string, "has more than the \(limit) bytes that may be read")
        } catch {
            throw StoreError(error, "read it", self)
        }
    }

    /// The first bytes of the file.
    func prefix(_ count: Int) throws(StoreError) -> [UInt8] {
        try attempt("read it", self) { () throws(Errno) in try firstBytes(count) }
    }
}
