internal import Dispatch

/// A second thread that works through chunks in the order in which they are handed over.
///
/// Chunks go round: taken, filled, handed over, worked through, taken again. So memory is bounded, and whoever is
/// slower makes the other wait. One thread takes and hands over.
final class Lane<Chunk: Sendable> {
    private let queue: DispatchQueue
    private let free: DispatchSemaphore
    private let chunks: [Chunk]
    private let work: @Sendable (Chunk) -> Void
    private var next = 0
    private var taken = 0

    init(_ label: String, chunks: [Chunk], work: @escaping @Sendable (Chunk) -> Void) {
        queue = DispatchQueue(label: label)
        free = DispatchSemaphore(value: chunks.count)
        self.chunks = chunks
        self.work = work
    }

    deinit {
        // A semaphore must go with the value it came with.
        for _ in 0..<taken { free.signal() }
        drain()
    }

    /// The next chunk, once it has been worked through.
    func take() -> Chunk {
        free.wait()
        taken += 1
        defer { next = (next + 1) % chunks.count }
        return chunks[next]
    }

    /// Gives a chunk that was taken to the lane's thread.
    func handOver(_ chunk: Chunk) {
        taken -= 1
        queue.async { [work, free] in
            work(chunk)
            free.signal()
        }
    }

    /// Waits until everything handed over has been worked through.
    func drain() {
        queue.sync {}
    }
}

/// Memory that goes round in a lane: filled by one thread, read by the other, never both at once.
class Chunk: @unchecked Sendable {
    private let memory: UnsafeMutableRawBufferPointer
    final var count = 0

    init(size: Int) {
        memory = .allocate(byteCount: size, alignment: 64)
    }

    deinit {
        memory.deallocate()
    }

    /// What can still be filled.
    final var space: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(rebasing: memory[count...]) }
    final var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<count]) }

    /// Copies as much as fits and gives the rest.
    final func fill(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let taken = min(bytes.count, memory.count - count)
        space.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<taken]))
        count += taken
        return UnsafeRawBufferPointer(rebasing: bytes[taken...])
    }
}
