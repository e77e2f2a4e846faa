/// Seals a stream with a key: what comes out can be read, and not be changed unnoticed, by who has the key alone. See
/// `SealedFormat`.
public struct Sealer: ~Copyable {
    private var cipher: ChunkCipher
    private var number: UInt64 = 0
    /// What does not fill a chunk yet, or fills the one that may be the last.
    private var rest: [UInt8] = []
    private var header: [UInt8]

    public init(key: SealingKey) {
        let salt = SealingKey().bytes
        header = SealedFormat.mark + salt
        cipher = ChunkCipher(key: SealedFormat.fileKey(key, salt: salt))
    }

    /// Takes some more, and gives what can be written of it.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var output = header
        header = []
        rest += bytes
        var done = 0
        while rest.count - done > SealedFormat.chunkSize {
            output += seal(Array(rest[done...].prefix(SealedFormat.chunkSize)), isLast: false)
            done += SealedFormat.chunkSize
        }
        rest.removeFirst(done)
        return output
    }

    /// The end. The sealer cannot be used afterwards.
    public consuming func finish() -> [UInt8] {
        header + seal(rest, isLast: true)
    }

    private mutating func seal(_ chunk: [UInt8], isLast: Bool) -> [UInt8] {
        defer { number += 1 }
        return cipher.seal(chunk, nonce: SealedFormat.nonce(number, isLast: isLast))
    }
}
