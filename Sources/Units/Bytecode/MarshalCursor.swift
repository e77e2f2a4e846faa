/// The type codes of `marshal` (`Python/marshal.c`), without `FLAG_REF`.
enum MarshalType {
    static let null = UInt8(ascii: "0")
    static let none = UInt8(ascii: "N")
    static let `false` = UInt8(ascii: "F")
    static let `true` = UInt8(ascii: "T")
    static let stopIteration = UInt8(ascii: "S")
    static let ellipsis = UInt8(ascii: ".")
    static let int = UInt8(ascii: "i")
    static let binaryFloat = UInt8(ascii: "g")
    static let binaryComplex = UInt8(ascii: "y")
    static let long = UInt8(ascii: "l")
    static let bytes = UInt8(ascii: "s")
    static let interned = UInt8(ascii: "t")
    static let unicode = UInt8(ascii: "u")
    static let ascii = UInt8(ascii: "a")
    static let asciiInterned = UInt8(ascii: "A")
    static let shortASCII = UInt8(ascii: "z")
    static let shortASCIIInterned = UInt8(ascii: "Z")
    static let reference = UInt8(ascii: "r")
    static let smallTuple = UInt8(ascii: ")")
    static let tuple = UInt8(ascii: "(")
    static let list = UInt8(ascii: "[")
    static let set = UInt8(ascii: "<")
    static let frozenSet = UInt8(ascii: ">")
    static let slice = UInt8(ascii: ":")
    static let code = UInt8(ascii: "c")
}

/// A place in a marshalled stream, moving forward and never past the end.
struct MarshalCursor {
    private let stream: UnsafeRawBufferPointer
    private(set) var position = 0

    init(_ stream: UnsafeRawBufferPointer) {
        self.stream = stream
    }

    var remaining: Int { stream.count - position }

    mutating func byte() throws(CanonicalMarshal.Refusal) -> UInt8 {
        guard position < stream.count else { throw .malformed(at: position) }
        defer { position += 1 }
        return stream[position]
    }

    /// A little-endian number.
    mutating func int32() throws(CanonicalMarshal.Refusal) -> Int32 {
        let start = try take(4).lowerBound
        return Int32(littleEndian: stream.loadUnaligned(fromByteOffset: start, as: Int32.self))
    }

    /// A number that counts or indexes something.
    mutating func count() throws(CanonicalMarshal.Refusal) -> Int {
        let count = try int32()
        guard count >= 0 else { throw .malformed(at: position) }
        return Int(count)
    }

    /// Passes over some bytes and tells where they are.
    mutating func take(_ count: Int) throws(CanonicalMarshal.Refusal) -> Range<Int> {
        guard count <= remaining else { throw .malformed(at: position) }
        defer { position += count }
        return position..<position + count
    }
}
