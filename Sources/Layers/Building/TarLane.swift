internal import Archive
internal import Cryptography
internal import Synchronization

/// Takes the bytes of a tar as they are made and hashes them on a thread of their own: all of them for the diffID, and
/// each file's for the digest that its unit claims. Bytes are written straight into the lane's chunks.
final class TarLane {
    private static let chunkSize = 1 << 20
    /// Some parts inflate quickly and some hash quickly; so many chunks even that out.
    private static let chunkCount = 8
    /// Less room than this is not worth a call of the inflater.
    private static let leastSpace = 4 << 10

    private let hashing: TarHashing
    private let lane: Lane<TarChunk>
    private var current: TarChunk?
    /// Bytes of the tar so far.
    private(set) var size: UInt64 = 0

    init() {
        let hashing = TarHashing()
        self.hashing = hashing
        lane = Lane("tar", chunks: (0..<Self.chunkCount).map { _ in TarChunk(size: Self.chunkSize) }) {
            hashing.take($0)
        }
    }

    /// Memory for the tar's next bytes.
    func space() throws -> UnsafeMutableRawBufferPointer { try chunk().space }

    /// Tells how many bytes of the space last given are now the tar's.
    func filled(_ count: Int) {
        current?.count += count
        size += UInt64(count)
    }

    /// Copies bytes to the tar.
    func write(_ bytes: UnsafeRawBufferPointer) throws {
        size += UInt64(bytes.count)
        var rest = bytes
        while !rest.isEmpty { rest = try chunk().fill(rest) }
    }

    /// The next bytes are a file's, which must have this digest.
    func beginFile(_ path: String, digest: SHA256Digest) throws {
        let chunk = try chunk()
        chunk.marks.append(.begin(path: path, digest: digest, at: chunk.count))
    }

    func endFile() throws {
        let chunk = try chunk()
        chunk.marks.append(.end(at: chunk.count))
    }

    /// Waits for the hashing and gives the diffID. Throws `wrongContent` for the first file that has another digest.
    func finish() throws -> SHA256Digest {
        handOver()
        lane.drain()
        return try hashing.finish()
    }

    /// A chunk with room, the current one or the next.
    private func chunk() throws -> TarChunk {
        if let current, current.space.count >= Self.leastSpace { return current }
        handOver()
        // A wrong file is told at once, not after the rest of the layer.
        try hashing.check()
        let chunk = lane.take()
        chunk.clear()
        current = chunk
        return chunk
    }

    private func handOver() {
        if let chunk = current.take() { lane.handOver(chunk) }
    }
}

/// A piece of a tar, with where in it files begin and end.
private final class TarChunk: Chunk, @unchecked Sendable {
    enum Mark {
        case begin(path: String, digest: SHA256Digest, at: Int)
        case end(at: Int)
    }

    var marks: [Mark] = []

    func clear() {
        count = 0
        marks.removeAll(keepingCapacity: true)
    }
}

/// The lane's own side. Everything but the fault is touched on its thread alone, or after that has run dry.
private final class TarHashing: @unchecked Sendable {
    private var hasher: SegmentedSHA256Hasher? = SegmentedSHA256Hasher()
    private var expected: (path: String, digest: SHA256Digest)?
    private let fault = Mutex<LayersError?>(nil)

    func take(_ chunk: TarChunk) {
        let bytes = chunk.bytes
        var start = 0
        for mark in chunk.marks {
            switch mark {
            case .begin(let path, let digest, let at):
                hasher?.update(UnsafeRawBufferPointer(rebasing: bytes[start..<at]))
                hasher?.beginSegment()
                expected = (path, digest)
                start = at
            case .end(let at):
                hasher?.update(UnsafeRawBufferPointer(rebasing: bytes[start..<at]))
                start = at
                compare()
            }
        }
        hasher?.update(UnsafeRawBufferPointer(rebasing: bytes[start...]))
    }

    private func compare() {
        guard let found = hasher?.endSegment(), let (path, digest) = expected.take(), found != digest else { return }
        fault.withLock { fault in
            fault = fault ?? LayersError(wrong: path, found, promised: digest)
        }
    }

    /// Throws `wrongContent` if some file so far had another digest.
    func check() throws {
        if let fault = fault.withLock({ $0 }) { throw fault }
    }

    func finish() throws -> SHA256Digest {
        try check()
        guard let hasher = hasher.take() else { preconditionFailure("a lane is finished once") }
        return hasher.finalize()
    }
}
