public import Cryptography

/// Writes the numbers, texts and digests of a record one after the other.
@frozen
public struct RecordWriter: Sendable {
    @usableFromInline var written: [UInt8] = []

    public init() {}

    public var bytes: [UInt8] { written }

    public var count: Int { written.count }

    public mutating func reserve(_ count: Int) { written.reserveCapacity(count) }

    /// Bytes as they are. Their reader knows how many they are.
    @inlinable
    public mutating func append(_ other: some Collection<UInt8>) {
        written.append(contentsOf: other)
    }

    /// A number of fixed width, little-endian.
    @inlinable
    public mutating func number(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { written.append(contentsOf: $0) }
    }

    /// A number of as many bytes as it needs (unsigned LEB128).
    public mutating func shortNumber(_ value: some UnsignedInteger) {
        var rest = UInt64(value)
        while rest >= 0x80 {
            written.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        written.append(UInt8(rest))
    }

    /// The length of a stretch of bytes as a short number, then the bytes.
    @inlinable
    public mutating func stretch(_ stretch: some Collection<UInt8>) {
        shortNumber(UInt(stretch.count))
        append(stretch)
    }

    /// A text with its length before it as a short number.
    public mutating func text(_ text: String) {
        stretch(text.utf8)
    }

    /// A text with its length before it as a number of fixed width. What is longer than that can tell is cut.
    @inlinable
    public mutating func text(_ text: String, length: (some FixedWidthInteger).Type) {
        var text = text
        text.withUTF8 { self.text($0, length: length) }
    }

    @inlinable
    public mutating func text<Length: FixedWidthInteger>(
        _ utf8: some RandomAccessCollection<UInt8>, length: Length.Type
    ) {
        let cut = utf8.prefix(Int(clamping: Length.max))
        number(Length(cut.count))
        append(cut)
    }

    public mutating func digest(_ digest: SHA256Digest) {
        let words = digest.words
        for word in [words.0, words.1, words.2, words.3] { number(word.byteSwapped) }
    }

    /// Numbers of one width, with a `UInt32` before them that counts them.
    @inlinable
    public mutating func row<Value: FixedWidthInteger>(_ values: some Collection<Value>) {
        number(UInt32(values.count))
        for value in values { number(value) }
    }
}
