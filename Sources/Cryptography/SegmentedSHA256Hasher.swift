/// A running SHA-256 over a stream and, at the same time, over segments of it: a tar's digest, and its files'.
///
/// Segments do not overlap, and each begins at a multiple of 64 bytes, as the files of a tar do. So both digests have
/// the same blocks, and where the processor has SHA instructions one pass takes each block into both. Elsewhere
/// OpenSSL makes them one after the other.
public struct SegmentedSHA256Hasher: ~Copyable {
    private let inOnePass: Bool

    private var wholeState = SHA256State()
    private var segmentState = SHA256State()
    /// The bytes after the last whole block, which no state has taken.
    private var rest: [UInt8] = []
    /// Bytes so far.
    private var count: UInt64 = 0
    /// Where the segment begins.
    private var start: UInt64?

    private var whole: SHA256Hasher?
    private var segment: SHA256Hasher?

    public init() { self.init(inOnePass: SHA256State.isAvailable) }

    /// - Precondition: `inOnePass` only where ``SHA256State/isAvailable``.
    init(inOnePass: Bool) {
        self.inOnePass = inOnePass
        if inOnePass {
            rest.reserveCapacity(SHA256State.blockSize)
        } else {
            whole = SHA256Hasher()
        }
    }

    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        count += UInt64(bytes.count)
        guard inOnePass else {
            whole?.update(bytes)
            segment?.update(bytes)
            return
        }
        var begin = 0
        if !rest.isEmpty {
            begin = min(bytes.count, SHA256State.blockSize - rest.count)
            rest.append(contentsOf: bytes[..<begin])
            guard rest.count == SHA256State.blockSize else { return }
            rest.withUnsafeBytes { take($0) }
            rest.removeAll(keepingCapacity: true)
        }
        let end = bytes.count - (bytes.count - begin) % SHA256State.blockSize
        take(UnsafeRawBufferPointer(rebasing: bytes[begin..<end]))
        rest.append(contentsOf: bytes[end...])
    }

    /// The next byte is the first of a segment.
    ///
    /// - Precondition: the last segment has ended, and there are a multiple of 64 bytes so far.
    public mutating func beginSegment() {
        precondition(
            start == nil && count.isMultiple(of: UInt64(SHA256State.blockSize)),
            "a segment begins after the last one and between two blocks")
        start = count
        if inOnePass {
            segmentState = SHA256State()
        } else {
            segment = SHA256Hasher()
        }
    }

    /// The last byte was the segment's last. Gives the segment's digest.
    ///
    /// - Precondition: a segment has begun.
    public mutating func endSegment() -> SHA256Digest {
        guard let start = start.take() else { preconditionFailure("a segment ends after it began") }
        if let segment = segment.take() { return segment.finalize() }
        return segmentState.digest(rest: rest, count: count - start)
    }

    /// The digest of everything so far. The hasher cannot be used afterwards.
    public consuming func finalize() -> SHA256Digest {
        if let whole = whole.take() { return whole.finalize() }
        return wholeState.digest(rest: rest, count: count)
    }

    /// Whole blocks.
    private mutating func take(_ blocks: UnsafeRawBufferPointer) {
        if start == nil {
            wholeState.take(blocks)
        } else {
            wholeState.take(blocks, alsoInto: &segmentState)
        }
    }
}
