internal import CSHA256

/// The state of a SHA-256 between two blocks of its message (FIPS 180-4, section 6.2), taken on by the processor's own
/// instructions.
struct SHA256State {
    static let blockSize = 64
    /// Whether this processor has the instructions.
    static let isAvailable = chidori_sha256_available()

    private var words: [UInt32] = [
        0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19,
    ]

    /// Takes whole blocks.
    mutating func take(_ blocks: UnsafeRawBufferPointer) {
        guard let base = blocks.baseAddress else { return }
        chidori_sha256_blocks(&words, base, blocks.count / Self.blockSize)
    }

    /// Takes whole blocks into this state and another one, in little more than the time of one.
    mutating func take(_ blocks: UnsafeRawBufferPointer, alsoInto other: inout SHA256State) {
        guard let base = blocks.baseAddress else { return }
        chidori_sha256_blocks_twofold(&words, &other.words, base, blocks.count / Self.blockSize)
    }

    /// The digest of a message, once the state has all its whole blocks.
    ///
    /// - Parameters:
    ///   - rest: what follows the last whole block, less than a block.
    ///   - count: the whole message's bytes.
    func digest(rest: [UInt8], count: UInt64) -> SHA256Digest {
        var last = rest + [0x80]
        while last.count % Self.blockSize != Self.blockSize - 8 { last.append(0) }
        withUnsafeBytes(of: (count * 8).bigEndian) { last.append(contentsOf: $0) }
        var state = self
        last.withUnsafeBytes { state.take($0) }
        func pair(_ index: Int) -> UInt64 { UInt64(state.words[index]) << 32 | UInt64(state.words[index + 1]) }
        return SHA256Digest(words: (pair(0), pair(2), pair(4), pair(6)))
    }
}
