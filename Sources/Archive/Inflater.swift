internal import CISAL

/// A raw deflate stream being inflated (RFC 1951), by ISA-L.
///
/// It owns about 90 KiB of tables and history on the heap; ``reset()`` makes it ready for the next stream.
public struct Inflater: ~Copyable {
    /// What one step did.
    public struct Step: Sendable {
        /// Input bytes used. Negative when the stream ended in bytes that an earlier step had taken in already: they
        /// are given back.
        public var consumed: Int
        /// Output bytes written.
        public var produced: Int
    }

    private let state: UnsafeMutablePointer<inflate_state>
    /// Whether the stream's last block has ended.
    public private(set) var isFinished = false

    public init() {
        state = .allocate(capacity: 1)
        isal_inflate_init(state)
    }

    deinit {
        state.deallocate()
    }

    /// Forgets the stream and starts another one.
    public mutating func reset() {
        isal_inflate_reset(state)
        isFinished = false
    }

    /// Inflates from `input` into `output` until one of them is used up or the stream ends.
    ///
    /// Throws `brokenStream` for bytes that are no deflate stream; `name` is what the message calls it.
    public mutating func inflate(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, name: @autoclosure () -> String
    ) throws -> Step {
        precondition(input.count <= Int(UInt32.max) && output.count <= Int(UInt32.max))
        state.pointee.next_in = UnsafeMutablePointer(
            mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
        state.pointee.avail_in = UInt32(input.count)
        state.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        state.pointee.avail_out = UInt32(output.count)
        let status = isal_inflate(state)
        guard status == ISAL_DECOMP_OK || status == ISAL_END_INPUT || status == ISAL_OUT_OVERFLOW else {
            throw ArchiveError(.brokenStream, name(), "holds bytes that are no deflate stream")
        }
        isFinished = state.pointee.block_state == ISAL_BLOCK_FINISH
        // What ISA-L has loaded into its bit buffer past the stream's end was not part of the stream.
        let givenBack = isFinished ? Int(state.pointee.read_in_length) / 8 : 0
        return Step(
            consumed: input.count - Int(state.pointee.avail_in) - givenBack,
            produced: output.count - Int(state.pointee.avail_out))
    }
}
