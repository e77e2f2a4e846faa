/// A position in UTF-8 text, for the parsers of this module; never reads outside its bytes.
///
/// At the end, `current` is 0, a byte that none of the grammars here accepts.
struct ByteScanner {
    let bytes: UnsafeBufferPointer<UInt8>
    var position: Int
    let end: Int

    @inline(__always)
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        position = 0
        end = bytes.count
    }

    @inline(__always)
    var current: UInt8 { position < end ? bytes[position] : 0 }

    @inline(__always)
    var isAtEnd: Bool { position >= end }

    @inline(__always)
    func peek(_ offset: Int) -> UInt8 {
        let index = position + offset
        return index < end ? bytes[index] : 0
    }

    /// Steps over `byte` if it comes next.
    @inline(__always)
    mutating func take(_ byte: UInt8) -> Bool {
        guard position < end, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    /// Steps over spaces and tabs.
    @inline(__always)
    mutating func skipBlanks() {
        while position < end, bytes[position] == 0x20 || bytes[position] == 0x09 { position += 1 }
    }

    /// Steps over what Python's `\s` matches.
    @inline(__always)
    mutating func skipWhitespace() {
        while position < end {
            let length = whitespaceLength(in: bytes, at: position, end: end)
            if length == 0 { return }
            position += length
        }
    }

    /// Whether the text here equals `word`, which is lower-case ASCII, in any case.
    @inline(__always)
    func matches(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard end - position >= count else { return false }
        for index in 0..<count where lowercased(bytes[position + index]) != word.utf8Start[index] { return false }
        return true
    }

    /// Steps over `word`, which is lower-case ASCII, if it comes next in any case.
    @inline(__always)
    mutating func take(_ word: StaticString) -> Bool {
        guard matches(word) else { return false }
        position += word.utf8CodeUnitCount
        return true
    }

    /// Whether the text here equals `word` exactly.
    @inline(__always)
    func matchesExactly(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard end - position >= count else { return false }
        for index in 0..<count where bytes[position + index] != word.utf8Start[index] { return false }
        return true
    }

    func text(_ range: Range<Int>) -> String {
        String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self)
    }
}

/// The first index from `start` on of one of two bytes, looked for eight bytes at a time.
@inline(__always)
func firstIndex(of one: UInt8, or other: UInt8, in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    let raw = UnsafeRawBufferPointer(bytes)
    let lowest: UInt64 = 0x0101_0101_0101_0101
    let (ones, others) = (lowest &* UInt64(one), lowest &* UInt64(other))
    var index = start
    while index &+ 8 <= raw.count {
        let block = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
        // A byte that equals the one looked for is 0 here, and the lowest such byte is the first to borrow.
        let (a, b) = (block ^ ones, block ^ others)
        let found = ((a &- lowest) & ~a | (b &- lowest) & ~b) & (lowest &* 0x80)
        if found != 0 { return index &+ found.trailingZeroBitCount / 8 }
        index &+= 8
    }
    while index < raw.count {
        if raw[index] == one || raw[index] == other { return index }
        index &+= 1
    }
    return nil
}

/// The ASCII letter's lower case; every other byte as it is.
@inline(__always)
func lowercased(_ byte: UInt8) -> UInt8 {
    byte &- 0x41 < 26 ? byte | 0x20 : byte
}

@inline(__always)
func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

@inline(__always)
func isAlphanumeric(_ byte: UInt8) -> Bool { isDigit(byte) || (byte | 0x20) &- 0x61 < 26 }

/// Whether Python's regular expressions take the byte for part of a word (`\w`); bytes of non-ASCII letters count.
@inline(__always)
func isWordByte(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || byte == 0x5F || byte >= 0x80 }

/// The length in bytes of the whitespace character at `index`, by Python's definition (`str.isspace`); 0 if none.
@inline(__always)
func whitespaceLength(in bytes: UnsafeBufferPointer<UInt8>, at index: Int, end: Int) -> Int {
    let byte = bytes[index]
    if byte <= 0x20 {
        return byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) || (byte >= 0x1C && byte <= 0x1F) ? 1 : 0
    }
    return byte < 0x80 ? 0 : wideWhitespaceLength(in: bytes, at: index, end: end)
}

@inline(never)
private func wideWhitespaceLength(in bytes: UnsafeBufferPointer<UInt8>, at index: Int, end: Int) -> Int {
    if bytes[index] == 0xC2, index + 1 < end {
        return bytes[index + 1] == 0x85 || bytes[index + 1] == 0xA0 ? 2 : 0
    }
    guard index + 2 < end else { return 0 }
    switch (bytes[index], bytes[index + 1], bytes[index + 2]) {
    case (0xE1, 0x9A, 0x80), (0xE2, 0x80, 0x80...0x8A), (0xE2, 0x80, 0xA8), (0xE2, 0x80, 0xA9), (0xE2, 0x80, 0xAF),
        (0xE2, 0x81, 0x9F), (0xE3, 0x80, 0x80):
        return 3
    default:
        return 0
    }
}

/// The bytes without whitespace around them, by Python's definition (`str.strip`).
func trimmed(_ bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    var start = 0
    var end = bytes.count
    while start < end {
        let length = whitespaceLength(in: bytes, at: start, end: end)
        if length == 0 { break }
        start += length
    }
    while start < end {
        if whitespaceLength(in: bytes, at: end - 1, end: end) == 1 {
            end -= 1
        } else if end - start >= 2, whitespaceLength(in: bytes, at: end - 2, end: end) == 2 {
            end -= 2
        } else if end - start >= 3, whitespaceLength(in: bytes, at: end - 3, end: end) == 3 {
            end -= 3
        } else {
            break
        }
    }
    return UnsafeBufferPointer(rebasing: bytes[start..<end])
}

/// Calls `body` with the text's UTF-8, which is copied only if the text is not stored so.
@inline(__always)
func withBytes<Result>(of text: String, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    var text = text
    return text.withUTF8(body)
}

/// Whether the bytes end in this word.
@inline(__always)
func hasSuffix(_ bytes: UnsafeBufferPointer<UInt8>, _ word: StaticString) -> Bool {
    let start = bytes.count - word.utf8CodeUnitCount
    guard start >= 0 else { return false }
    for index in 0..<word.utf8CodeUnitCount where bytes[start + index] != word.utf8Start[index] { return false }
    return true
}

extension String {
    /// Compares code point by code point, as Python does, and not by canonical equivalence.
    @inline(__always)
    func hasSameBytes(as other: String) -> Bool {
        // Equal bytes are equal texts, and only those few that are equal by equivalence need another look.
        self == other && utf8.elementsEqual(other.utf8)
    }
}
