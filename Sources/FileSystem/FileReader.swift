internal import Glibc
public import SystemPackage

/// A file read from its beginning to its end through one fixed buffer.
public final class FileReader {
    private let descriptor: CInt
    private let isOwner: Bool
    private let buffer: UnsafeMutableRawBufferPointer

    /// - Parameter chunk: the most bytes that come at once.
    public init(_ path: FilePath, chunk: Int = 256 << 10) throws(Errno) {
        descriptor = try uninterrupted { path.withPlatformString { open($0, O_RDONLY | O_CLOEXEC) } }
        isOwner = true
        buffer = .allocate(byteCount: chunk, alignment: 4096)
        if chunk >= 1 << 20 { posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL) }
    }

    /// Reads what is left of an open file, which stays its owner's.
    public init(_ descriptor: CInt, chunk: Int = 256 << 10) {
        self.descriptor = descriptor
        isOwner = false
        buffer = .allocate(byteCount: chunk, alignment: 4096)
    }

    deinit {
        if isOwner { close(descriptor) }
        buffer.deallocate()
    }

    /// The next piece, valid until the next call and no longer than the reader is in use; `nil` at the end.
    public func next() throws(Errno) -> UnsafeRawBufferPointer? {
        let count = try uninterrupted { read(descriptor, buffer.baseAddress, buffer.count) }
        return count > 0 ? UnsafeRawBufferPointer(rebasing: buffer[..<count]) : nil
    }
}

extension FilePath {
    /// The first bytes of a file, as many as there are of `count`.
    public func firstBytes(_ count: Int) throws(Errno) -> [UInt8] {
        let descriptor = try uninterrupted { withPlatformString { open($0, O_RDONLY | O_CLOEXEC) } }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: count)
        while bytes.count < count {
            let length = try uninterrupted { read(descriptor, &piece, count - bytes.count) }
            if length == 0 { break }
            bytes += piece[..<length]
        }
        return bytes
    }

    /// The whole content of a file, also of one that does not know its size, as those of `/proc`.
    ///
    /// - Parameters:
    ///   - limit: in bytes.
    ///   - isRegular: whether it has to be a regular file: opening a pipe, which somebody else may have put there, could
    ///     wait for ever.
    /// - Throws: `Errno.fileTooLarge` for more than `limit` bytes; `invalidArgument` where it has to be a regular file and
    ///   is none.
    public func fileContents(limit: Int, isRegular: Bool = false) throws(Errno) -> [UInt8] {
        let flags = O_RDONLY | O_CLOEXEC | (isRegular ? O_NONBLOCK : 0)
        let descriptor = try uninterrupted { withPlatformString { open($0, flags) } }
        defer { close(descriptor) }
        var status = FileStatus()
        try uninterrupted { fstat(descriptor, &status) }
        guard !isRegular || status.st_mode & S_IFMT == S_IFREG else { throw .invalidArgument }
        guard status.st_size <= limit else { throw .fileTooLarge }
        var bytes: [UInt8] = []
        // One byte more than there are shows the end in the same call.
        var room = status.st_size > 0 ? Int(status.st_size) + 1 : 16 << 10
        while true {
            var failure: Errno?
            let piece = [UInt8](unsafeUninitializedCapacity: room) { buffer, filled in
                do throws(Errno) {
                    filled = try uninterrupted { read(descriptor, buffer.baseAddress, buffer.count) }
                } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
            if bytes.isEmpty { bytes = piece } else { bytes += piece }
            guard bytes.count <= limit else { throw .fileTooLarge }
            if piece.isEmpty || Int64(bytes.count) == status.st_size { return bytes }
            room = min(max(bytes.count, 16 << 10), 1 << 20)
        }
    }
}
