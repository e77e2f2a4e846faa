internal import ContentStore
internal import Synchronization

/// Takes a layer's compressed bytes and writes them to the store on a thread of their own, which hashes them too.
final class BlobLane {
    private static let chunkSize = 256 << 10
    private static let chunkCount = 3

    private let output: BlobOutput
    private let lane: Lane<Chunk>
    private var current: Chunk?
    /// Bytes so far.
    private(set) var size: UInt64 = 0

    init(_ writer: BlobWriter) {
        let output = BlobOutput(writer)
        self.output = output
        lane = Lane("blob", chunks: (0..<Self.chunkCount).map { _ in Chunk(size: Self.chunkSize) }) {
            output.write($0.bytes)
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        size += UInt64(bytes.count)
        var rest = bytes
        while !rest.isEmpty {
            let chunk = current ?? next()
            rest = chunk.fill(rest)
            if chunk.space.isEmpty {
                try output.check()
                handOver()
            }
        }
    }

    func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes(write)
    }

    /// Waits until everything is written.
    func finish() throws {
        handOver()
        lane.drain()
        try output.check()
    }

    private func next() -> Chunk {
        let chunk = lane.take()
        chunk.count = 0
        current = chunk
        return chunk
    }

    private func handOver() {
        if let chunk = current.take() { lane.handOver(chunk) }
    }
}

/// The lane's own side. The writer is touched on the lane's thread alone while the lane lives.
private final class BlobOutput: @unchecked Sendable {
    private let writer: BlobWriter
    private let fault = Mutex<(any Error)?>(nil)

    init(_ writer: BlobWriter) {
        self.writer = writer
    }

    func write(_ bytes: UnsafeRawBufferPointer) {
        guard fault.withLock({ $0 == nil }) else { return }
        do {
            try writer.write(bytes)
        } catch {
            fault.withLock { $0 = error }
        }
    }

    /// Throws what writing ended with.
    func check() throws {
        if let error = fault.withLock({ $0 }) { throw error }
    }
}
