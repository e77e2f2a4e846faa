internal import Cryptography

/// Writes little-endian numbers and short texts one after the other.
struct RowWriter {
    private(set) var bytes: [UInt8] = []

    mutating func number(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// A text of at most 65,535 bytes; what is longer is cut, which no name or URL of an index is.
    mutating func text(_ text: String) {
        var text = text
        text.withUTF8 { self.text($0[...]) }
    }

    mutating func text(_ utf8: Slice<UnsafeBufferPointer<UInt8>>) {
        let cut = utf8.prefix(Int(UInt16.max))
        number(UInt16(cut.count))
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: cut))
    }

    mutating func digest(_ digest: SHA256Digest) {
        let words = digest.words
        for word in [words.0, words.1, words.2, words.3] { number(word.byteSwapped) }
    }

    mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

    mutating func append(_ other: [UInt8]) {
        bytes.append(contentsOf: other)
    }
}

/// Reads what `RowWriter` wrote; where that is cut off, `nil`.
struct RowReader {
    private let bytes: UnsafeRawBufferPointer
    private(set) var position: Int

    init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    mutating func number<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) -> Value? {
        guard position >= 0, position <= bytes.count, bytes.count - position >= MemoryLayout<Value>.size else {
            return nil
        }
        defer { position += MemoryLayout<Value>.size }
        return Value(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Value.self))
    }

    mutating func span(_ count: Int) -> UnsafeRawBufferPointer? {
        guard position >= 0, count >= 0, position <= bytes.count, bytes.count - position >= count else { return nil }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    }

    mutating func text() -> String? {
        guard let count = number(UInt16.self), let span = span(Int(count)) else { return nil }
        return String(decoding: span, as: UTF8.self)
    }

    mutating func digest() -> SHA256Digest? {
        guard let a = number(UInt64.self), let b = number(UInt64.self), let c = number(UInt64.self),
            let d = number(UInt64.self)
        else { return nil }
        return SHA256Digest(words: (a.byteSwapped, b.byteSwapped, c.byteSwapped, d.byteSwapped))
    }
}
