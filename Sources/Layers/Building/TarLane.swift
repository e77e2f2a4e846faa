internal import Archive
internal import Cryptography
internal import Dispatch
internal import Synchronization

/// Takes the bytes of a tar as they are made and hashes them on a second thread: all of them for the diffID, and each
/// file's for the digest that its unit claims.
///
/// Bytes are written straight into the lane's chunks, which go round: filled by the maker, hashed by the lane, filled
/// again. So memory is bounded, and whoever is slower makes the other wait.
final class TarLane {
    private static let chunkSize = 256 << 10
    private static let chunkCount = 4
    /// Less room than this is not worth a call of the inflater.
    private static let leastSpace = 4 << 10

    private let hashing = TarHashing()
    private let queue = DispatchQueue(label: "tar")
    private let free = DispatchSemaphore(value: chunkCount)
    private let chunks = (0..<chunkCount).map { _ in TarChunk(size: chunkSize) }
    private var next = 0
    private var current: TarChunk?

    /// Bytes of the tar so far.
    private(set) var size: UInt64 = 0

    deinit {
        // The semaphore must have its first value again, and no chunk may go while it is hashed.
        if current != nil { free.signal() }
        queue.sync {}
    }

    /// Memory for the tar's next bytes.
    func space() throws -> UnsafeMutableRawBufferPointer {
        if let current, current.room >= Self.leastSpace { return current.space }
        handOver()
        // A wrong file is told at once, not after the rest of the layer.
        if hashing.hasFailed { try hashing.check() }
        free.wait()
        let chunk = chunks[next]
        next = (next + 1) % Self.chunkCount
        chunk.clear()
        current = chunk
        return chunk.space
    }

    /// Tells how many bytes of the space last given are now the tar's.
    func filled(_ count: Int) {
        current?.count += count
        size += UInt64(count)
    }

    /// Copies bytes to the tar.
    func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while !rest.isEmpty {
            let space = try space()
            let count = min(space.count, rest.count)
            space.copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
            filled(count)
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// The next bytes are a file's, which must have this digest.
    func beginFile(_ path: String, digest: SHA256Digest) throws {
        _ = try space()
        current?.marks.append(.begin(path: path, digest: digest, at: current?.count ?? 0))
    }

    func endFile() {
        current?.marks.append(.end(at: current?.count ?? 0))
    }

    /// Waits for the hashing and gives the diffID. Throws `wrongContent` for the first file that has another digest.
    func finish() throws -> SHA256Digest {
        handOver()
        queue.sync {}
        return try hashing.finish()
    }

    private func handOver() {
        guard let chunk = current.take() else { return }
        queue.async { [hashing, free] in
            hashing.take(chunk)
            free.signal()
        }
    }
}

/// A piece of a tar, with where in it files begin and end. Used by one thread at a time.
private final class TarChunk: @unchecked Sendable {
    enum Mark {
        case begin(path: String, digest: SHA256Digest, at: Int)
        case end(at: Int)
    }

    private let memory: UnsafeMutableRawBufferPointer
    var count = 0
    var marks: [Mark] = []

    init(size: Int) {
        memory = .allocate(byteCount: size, alignment: 64)
    }

    deinit {
        memory.deallocate()
    }

    var room: Int { memory.count - count }
    var space: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(rebasing: memory[count...]) }
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<count]) }

    func clear() {
        count = 0
        marks.removeAll(keepingCapacity: true)
    }
}

/// The lane's own side. Everything but the flag is touched on its queue alone, or after that has run dry.
private final class TarHashing: @unchecked Sendable {
    private var whole: SHA256Hasher? = SHA256Hasher()
    private var file: SHA256Hasher?
    private var expected: (path: String, digest: SHA256Digest)?
    private let fault = Mutex<LayersError?>(nil)

    var hasFailed: Bool { fault.withLock { $0 != nil } }

    func take(_ chunk: TarChunk) {
        let bytes = chunk.bytes
        whole?.update(bytes)
        var start = 0
        for mark in chunk.marks {
            switch mark {
            case .begin(let path, let digest, let at):
                file = SHA256Hasher()
                expected = (path, digest)
                start = at
            case .end(let at):
                file?.update(UnsafeRawBufferPointer(rebasing: bytes[start..<at]))
                start = at
                compare()
            }
        }
        // A file that goes on in the next chunk starts there at 0.
        if file != nil { file?.update(UnsafeRawBufferPointer(rebasing: bytes[start...])) }
    }

    private func compare() {
        guard let hasher = file.take(), let (path, digest) = expected.take() else { return }
        let found = hasher.finalize()
        guard found != digest else { return }
        fault.withLock { fault in
            fault =
                fault
                ?? LayersError(
                    .wrongContent, path, "has the digest \(found.hex), but \(digest.hex) was promised",
                    advice: "the package's own list of files (RECORD) does not tell the truth; choose another version")
        }
    }

    func check() throws {
        if let fault = fault.withLock({ $0 }) { throw fault }
    }

    func finish() throws -> SHA256Digest {
        try check()
        guard let whole = whole.take() else { preconditionFailure("a lane is finished once") }
        return whole.finalize()
    }
}
