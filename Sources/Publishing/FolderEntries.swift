internal import Cryptography
internal import Glibc
internal import SystemPackage

extension FilePath {
    /// What lies in the folder, in no order, without `.` and `..`: names, and their kinds as `readdir` tells them.
    func entries() throws -> [(name: String, type: UInt8)] {
        guard let stream = opendir(string) else {
            throw PublishingError(Errno(rawValue: errno), doing: "looked into", path: string)
        }
        defer { closedir(stream) }
        var entries: [(name: String, type: UInt8)] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { entries.append((name, entry.pointee.d_type)) }
        }
        return entries
    }
}

extension SHA256Digest {
    /// Of what is left to read of an open file; `path` is what messages call it.
    init(ofFile descriptor: CInt, path: String) throws {
        var hasher = SHA256Hasher()
        try withUnsafeTemporaryAllocation(byteCount: 256 << 10, alignment: 64) { buffer in
            while true {
                let count = read(descriptor, buffer.baseAddress, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { throw PublishingError(Errno(rawValue: errno), doing: "read", path: path) }
                if count == 0 { return }
                hasher.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            }
        }
        self = hasher.finalize()
    }
}
