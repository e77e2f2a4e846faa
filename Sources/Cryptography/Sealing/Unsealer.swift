/// Why something cannot be unsealed.
public enum UnsealingFault: Error, Equatable, Sendable {
    /// It does not begin as a sealed file does.
    case notSealed
    /// Its very first chunk does not open: it was sealed with another key, or its beginning was changed.
    case wrongKey
    /// A later chunk does not open: it was changed or cut off.
    case changed
}

/// Opens what ``Sealer`` has sealed. What it gives is authentic at once, but the whole is only when ``finish()`` has not
/// thrown.
public struct Unsealer: ~Copyable {
    private let key: SealingKey
    private var cipher: ChunkCipher?
    private var number: UInt64 = 0
    private var rest: [UInt8] = []

    public init(key: SealingKey) {
        self.key = key
    }

    /// Takes some more, and gives the content of it that is known to be authentic.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) throws(UnsealingFault) -> [UInt8] {
        rest += bytes
        try readHeader(isWhole: false)
        var output: [UInt8] = []
        // The last chunk can be told only at the end.
        let size = SealedFormat.chunkSize + SealedFormat.tagSize
        var done = 0
        while cipher != nil, rest.count - done > size {
            output += try open(Array(rest[done...].prefix(size)), isLast: false)
            done += size
        }
        rest.removeFirst(done)
        return output
    }

    /// The rest of the content. The unsealer cannot be used afterwards.
    public consuming func finish() throws(UnsealingFault) -> [UInt8] {
        try readHeader(isWhole: true)
        return try open(rest, isLast: true)
    }

    private mutating func readHeader(isWhole: Bool) throws(UnsealingFault) {
        guard cipher == nil else { return }
        guard rest.count >= SealedFormat.headerSize else {
            if isWhole || !SealedFormat.mark.starts(with: rest.prefix(SealedFormat.mark.count)) { throw .notSealed }
            return
        }
        guard rest.starts(with: SealedFormat.mark) else { throw .notSealed }
        let salt = Array(rest[SealedFormat.mark.count..<SealedFormat.headerSize])
        rest.removeFirst(SealedFormat.headerSize)
        cipher = ChunkCipher(key: SealedFormat.fileKey(key, salt: salt))
    }

    private mutating func open(_ chunk: [UInt8], isLast: Bool) throws(UnsealingFault) -> [UInt8] {
        defer { number += 1 }
        let nonce = SealedFormat.nonce(number, isLast: isLast)
        guard let content = cipher?.open(chunk, nonce: nonce) else { throw number == 0 ? .wrongKey : .changed }
        return content
    }
}
