internal import Cryptography

/// Writes little-endian numbers and short texts one after the other.
struct RowWriter {
    private(set) var bytes: [UInt8] = []

    mutating func number(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// A text of at most 65,535 bytes; what is longer is cut, which no name or URL of an index is.
    mutating func text(_ text: some StringProtocol) {
        let utf8 = text.utf8.prefix(Int(UInt16.max))
        number(UInt16(utf8.count))
        bytes.append(contentsOf: utf8)
    }

    mutating func digest(_ digest: SHA256Digest) {
        bytes.append(contentsOf: digest.bytes)
    }

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
        span(32).flatMap { SHA256Digest(bytes: $0) }
    }
}
