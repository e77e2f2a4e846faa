public import Cryptography

/// A record that is cut off, too long, or not what it should be at some byte.
public struct RecordDamage: Error, Equatable {
    /// Where the reader was.
    public let position: Int
    /// How many bytes the record has.
    public let size: Int
}

/// Reads what a ``RecordWriter`` wrote, never past the end: a record may be damaged, or made by another version.
@frozen
public struct RecordReader: Sendable {
    public let bytes: [UInt8]
    @usableFromInline var position: Int
    @usableFromInline let end: Int

    /// - Parameter position: outside the bytes, nothing can be read.
    @inlinable
    public init(_ bytes: [UInt8], at position: Int = 0) {
        self.init(bytes, in: (0...bytes.count).contains(position) ? position..<bytes.count : bytes.count..<bytes.count)
    }

    /// - Parameter range: within the bytes.
    @inlinable
    public init(_ bytes: [UInt8], in range: Range<Int>) {
        self.bytes = bytes
        position = range.lowerBound
        end = min(range.upperBound, bytes.count)
    }

    @inlinable public var remaining: Int { end - position }

    /// What to throw where a value that was read cannot be.
    public var damage: RecordDamage { RecordDamage(position: position, size: bytes.count) }

    /// Passes over some bytes and tells where they are.
    @inlinable
    public mutating func take(_ count: Int) throws(RecordDamage) -> Range<Int> {
        guard count >= 0, count <= remaining else { throw damage }
        position += count
        return position - count..<position
    }

    public mutating func expect(_ expected: [UInt8]) throws(RecordDamage) {
        guard bytes[try take(expected.count)].elementsEqual(expected) else { throw damage }
    }

    /// Nothing may follow.
    public func expectEnd() throws(RecordDamage) {
        guard remaining == 0 else { throw damage }
    }

    /// A number of fixed width, little-endian.
    @inlinable
    public mutating func number<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Value.Type = Value.self
    ) throws(RecordDamage) -> Value {
        let range = try take(MemoryLayout<Value>.size)
        return Value(
            littleEndian: bytes.withUnsafeBytes {
                $0.loadUnaligned(fromByteOffset: range.lowerBound, as: Value.self)
            })
    }

    /// A number of as many bytes as it needs (unsigned LEB128).
    public mutating func shortNumber() throws(RecordDamage) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try number(UInt8.self)
            guard shift < 63 || (shift == 63 && next <= 1) else { throw damage }
            value |= UInt64(next & 0x7F) << shift
            if next & 0x80 == 0 { return value }
            shift += 7
        }
    }

    /// A short number that counts something in memory.
    public mutating func count() throws(RecordDamage) -> Int {
        guard let count = Int(exactly: try shortNumber()) else { throw damage }
        return count
    }

    /// The length of a stretch of bytes as a short number, then the bytes.
    public mutating func stretch() throws(RecordDamage) -> Range<Int> {
        try take(try count())
    }

    /// A text with its length before it as a short number.
    public mutating func text() throws(RecordDamage) -> String {
        string(try stretch())
    }

    /// A text with its length before it as a number of fixed width.
    @inlinable
    public mutating func text<Length: FixedWidthInteger & BitwiseCopyable>(
        length: Length.Type
    ) throws(RecordDamage) -> String {
        guard let count = Int(exactly: try number(Length.self)) else { throw damage }
        return string(try take(count))
    }

    @usableFromInline
    func string(_ range: Range<Int>) -> String {
        bytes.withUnsafeBufferPointer { String(decoding: $0[range], as: UTF8.self) }
    }

    public mutating func digest() throws(RecordDamage) -> SHA256Digest {
        let words = (try number(UInt64.self), try number(UInt64.self), try number(UInt64.self), try number(UInt64.self))
        return SHA256Digest(
            words: (words.0.byteSwapped, words.1.byteSwapped, words.2.byteSwapped, words.3.byteSwapped))
    }

    /// Numbers of one width, with a `UInt32` before them that counts them.
    @inlinable
    public mutating func row<Value: FixedWidthInteger & BitwiseCopyable>(
        of type: Value.Type = Value.self
    ) throws(RecordDamage) -> ContiguousArray<Value> {
        let count = Int(try number(UInt32.self))
        let range = try take(count * MemoryLayout<Value>.size)
        return ContiguousArray(unsafeUninitializedCapacity: count) { target, initialized in
            bytes.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(target).copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[range]))
            }
            initialized = count
        }
    }
}
