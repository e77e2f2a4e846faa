internal import FileSystem
internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import Synchronization
internal import SystemPackage

/// A stretch of an open file as an answer's body. Whatever becomes of the file's name meanwhile, the bytes stay.
final class FileBody: Sendable {
    /// Bytes of the whole file.
    let size: Int64
    /// Which of them are the body.
    let span: Range<Int64>
    private let descriptor: CInt
    private let isClosed = Atomic(false)
    private let onClose: @Sendable () -> Void

    /// Bytes that are read, and held, at once.
    private static let piece: Int64 = 256 << 10

    /// Opens a file. Blocks.
    ///
    /// - Parameters:
    ///   - choose: which bytes are wanted, of how many there are.
    ///   - onClose: called once, when the file is closed; not where this throws.
    /// - Throws: `Errno`, and what `choose` throws.
    init(
        _ path: FilePath, choosing choose: (_ size: Int64) throws -> Range<Int64>,
        onClose: @escaping @Sendable () -> Void = {}
    ) throws {
        let descriptor = try uninterrupted {
            path.withPlatformString { open($0, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) }
        }
        do {
            var status = stat()
            try uninterrupted { fstat(descriptor, &status) }
            guard status.st_mode & S_IFMT == S_IFREG else { throw Errno.invalidArgument }
            size = Int64(status.st_size)
            span = try choose(size)
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        self.onClose = onClose
        posix_fadvise(descriptor, off_t(span.lowerBound), off_t(span.count), POSIX_FADV_SEQUENTIAL)
    }

    deinit { end() }

    /// Closes the file. Nothing of it is read any more.
    func end() {
        guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
        close(descriptor)
        onClose()
    }

    /// Hands the body out piece by piece: the next is read when the last was taken.
    ///
    /// - Parameter threads: on which is read.
    func read(on threads: NIOThreadPool, _ take: (ByteBuffer) async throws -> Void) async throws {
        let room = Room()
        var position = span.lowerBound
        while position < span.upperBound {
            try Task.checkCancellation()
            let (start, count) = (position, Int(min(Self.piece, span.upperBound - position)))
            try await threads.runIfActive { [self] in try room.fill(count) { try read($0, at: start) } }
            try await take(room.buffer)
            position += Int64(room.buffer.readableBytes)
        }
    }

    /// - Throws: `Errno`; `ioError` where the file has become shorter.
    private func read(_ room: UnsafeMutableRawBufferPointer, at position: Int64) throws -> Int {
        let count = try uninterrupted { pread(descriptor, room.baseAddress, room.count, off_t(position)) }
        guard count > 0 else { throw Errno.ioError }
        return count
    }

    /// Memory for a piece, which is used again once the last one has left it. One task, or a thread for it, has it.
    private final class Room: @unchecked Sendable {
        private(set) var buffer = ByteBuffer()

        func fill(_ count: Int, _ read: (UnsafeMutableRawBufferPointer) throws -> Int) throws {
            buffer.clear(minimumCapacity: count)
            try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { room in
                try read(UnsafeMutableRawBufferPointer(rebasing: room[..<count]))
            }
        }
    }
}
