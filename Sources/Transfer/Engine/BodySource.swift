internal import Glibc
internal import SystemPackage

/// The file behind a request's body, open for as long as the exchange takes. It keeps no place, so that the same bytes
/// can be sent again.
final class BodySource: Sendable {
    let size: UInt64
    private let path: FilePath
    private let descriptor: Int32
    private let start: UInt64

    /// Blocks.
    ///
    /// - Throws: `.file` where the file cannot be opened or does not reach so far.
    init(_ path: FilePath, _ range: Range<UInt64>) throws(TransferError) {
        self.path = path
        start = range.lowerBound
        size = range.upperBound - range.lowerBound
        descriptor = path.withPlatformString { open($0, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw LocalFile.trouble("cannot be opened", path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let error = LocalFile.trouble("cannot be looked at", path)
            close(descriptor)
            throw error
        }
        guard UInt64(status.st_size) >= range.upperBound else {
            close(descriptor)
            throw tooShort
        }
    }

    deinit { close(descriptor) }

    /// As many bytes as there are, up to the buffer's size; 0 at the end alone.
    func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(TransferError) -> Int {
        let wanted = Int(min(UInt64(buffer.count), size - offset))
        guard wanted > 0 else { return 0 }
        while true {
            let count = pread(descriptor, buffer.baseAddress, wanted, off_t(start + offset))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw LocalFile.trouble("cannot be read", path) }
            guard count > 0 else { throw tooShort }
            return count
        }
    }

    private var tooShort: TransferError {
        TransferError(.file, path.string, "is shorter than what is to be sent of it", advice: "make it anew")
    }
}
