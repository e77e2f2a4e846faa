/// Compresses to raw deflate (RFC 1951), with bytes that never change.
///
/// The digests of layers depend on these bytes, so they must not depend on a library's version: this encoder is our
/// own, and a change of its output is a change of format (``version``). It cuts its input into blocks of
/// 64,000 bytes, looks for repetitions in the last 32 KiB with one step of lazy evaluation, and writes each block
/// stored, with the fixed or with its own Huffman codes, whichever is smallest. The output is a function of the
/// bytes alone, not of how they are cut into writes. About 1.2 MB of memory, reused from stream to stream.
public struct DeflateEncoder: ~Copyable {
    /// Changes whenever the output for any input does.
    public static let version = 2

    private static let blockSize = 64000
    /// A match this long is good enough to stop looking.
    private static let nice = 96

    private let window: UnsafeMutableRawPointer
    private let output: UnsafeMutableRawPointer
    private let finder = MatchFinder.allocate()
    private var block = DeflateBlock(capacity: blockSize + 1)
    /// Bytes at the window's start that have been written already.
    private var history = 0
    /// Bytes behind them that wait for their block to fill.
    private var waiting = 0
    /// The place of the window's first byte, as ``MatchFinder`` counts.
    private var origin: UInt32 = 1
    /// The place of the stream's first byte.
    private var start: UInt32 = 1
    private var pending: UInt64 = 0
    private var bits: UInt64 = 0

    public init() {
        // Matching may look 16 bytes beyond the end, without using what it sees.
        window = .allocate(byteCount: DeflateTables.window + Self.blockSize + 16, alignment: 64)
        window.initializeMemory(as: UInt8.self, repeating: 0, count: DeflateTables.window + Self.blockSize + 16)
        output = .allocate(byteCount: Self.blockSize + 1024, alignment: 64)
    }

    deinit {
        window.deallocate()
        output.deallocate()
        finder.deallocate()
    }

    /// Adds content to the stream. `sink` takes compressed bytes as they come, valid during the call alone.
    public mutating func write(
        _ content: UnsafeRawBufferPointer, sink: (UnsafeRawBufferPointer) throws -> Void
    ) rethrows {
        var rest = content
        while let source = rest.baseAddress, !rest.isEmpty {
            if waiting == Self.blockSize { try flush(isLast: false, sink) }
            let count = min(rest.count, Self.blockSize - waiting)
            (window + history + waiting).copyMemory(from: source, byteCount: count)
            waiting += count
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Ends the stream with its last block and makes ready for another stream.
    public mutating func finish(sink: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        try flush(isLast: true, sink)
        origin += UInt32(history)
        history = 0
        start = origin
        pending = 0
        bits = 0
        if origin > 1 << 31 {
            finder.clear()
            origin = 1
            start = 1
        }
    }

    /// Compresses some bytes to a whole stream, appended to `output`.
    public mutating func encode(_ content: UnsafeRawBufferPointer, appendingTo output: inout [UInt8]) {
        write(content) { output.append(contentsOf: $0) }
        finish { output.append(contentsOf: $0) }
    }

    /// Writes the waiting bytes as a block, and moves the window on.
    private mutating func flush(isLast: Bool, _ sink: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        findTokens()
        var writer = BitWriter(output, pending: pending, bits: bits)
        block.write(
            UnsafeRawBufferPointer(start: window + history, count: waiting), isLast: isLast, to: &writer)
        if isLast { writer.align() }
        (pending, bits) = writer.remainder
        try sink(UnsafeRawBufferPointer(start: output, count: writer.count))

        let filled = history + waiting
        waiting = 0
        let kept = min(filled, DeflateTables.window)
        if !isLast, filled > kept {
            window.copyMemory(from: window + (filled - kept), byteCount: kept)
            origin += UInt32(filled - kept)
            history = kept
        } else {
            history = filled
        }
        if !isLast, origin > 1 << 31 { rebase() }
    }

    /// Starts counting places anew in the middle of a very long stream, which forgets its history.
    private mutating func rebase() {
        finder.clear()
        origin = 1
        start = origin + UInt32(history)
    }

    private mutating func findTokens() {
        let window = UnsafeRawPointer(window)
        let origin = origin
        let start = start
        let end = history + waiting
        let nice = Self.nice
        let finder = finder
        var tokens = block.start()
        var at = history
        /// Where four bytes can still be read.
        let last = end - 4

        @inline(__always)
        func first(_ place: UInt32) -> UInt32 {
            max(start, place > 32767 ? place &- 32767 : 1)
        }

        while at <= last {
            let place = origin &+ UInt32(truncatingIfNeeded: at)
            var match = finder.match(
                window + at, place: place, first: first(place), longerThan: 3, most: min(258, end &- at), nice: nice)
            if match.distance == 0 {
                tokens.literal(window.load(fromByteOffset: at, as: UInt8.self))
                at &+= 1
                continue
            }
            // A longer match one byte on is worth a literal.
            var noted = at
            while match.length < nice, at < last {
                let place = origin &+ UInt32(truncatingIfNeeded: at &+ 1)
                let next = finder.match(
                    window + at + 1, place: place, first: first(place), longerThan: match.length,
                    most: min(258, end &- at &- 1), nice: nice)
                noted = at &+ 1
                guard next.distance != 0 else { break }
                tokens.literal(window.load(fromByteOffset: at, as: UInt8.self))
                at &+= 1
                match = next
            }
            tokens.match(length: match.length, distance: match.distance)
            let behind = at &+ match.length
            var next = noted &+ 1
            let insertable = min(behind, last &+ 1)
            while next < insertable {
                finder.insert(window + next, place: origin &+ UInt32(truncatingIfNeeded: next))
                next &+= 1
            }
            at = behind
        }
        while at < end {
            tokens.literal(window.load(fromByteOffset: at, as: UInt8.self))
            at &+= 1
        }
        block.take(tokens)
    }
}
