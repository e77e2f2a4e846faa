/// The headers of a text in the e-mail format that METADATA, PKG-INFO and WHEEL files use (RFC 5322, read as Python's
/// `email` does): `Key: value` lines, continuation lines that begin with a blank, and a body after the first empty line.
struct HeaderReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    /// Where the next header begins, or the body.
    private(set) var position = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        // A byte order mark is no part of the first key.
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { position = 3 }
    }

    /// One header: the key as written, and the value without blanks around it, its continuation lines included.
    struct Header {
        var key: Slice<UnsafeBufferPointer<UInt8>>
        var value: UnsafeBufferPointer<UInt8>

        /// The value; a continuation line starts after its line break, its indentation kept.
        var text: String { String(decoding: value, as: UTF8.self) }

        /// The value in one line: a line break with the blanks around it is one space.
        var line: String {
            guard value.contains(where: { $0 == 0x0A || $0 == 0x0D }) else { return text }
            let lines = value.split { $0 == 0x0A || $0 == 0x0D }
            return lines.map { String(decoding: trimmed(UnsafeBufferPointer(rebasing: $0)), as: UTF8.self) }
                .joined(separator: " ")
        }
    }

    /// The next header; `nil` at the body, at the end, and at a line that is no header, where the body begins too.
    mutating func next() -> Header? {
        // A line without a key is passed over with what continues it.
        while position < bytes.count, bytes[position] == UInt8(ascii: ":") { _ = takeLines(from: position) }
        guard position < bytes.count else { return nil }
        var colon = position
        // A key is printable ASCII without colons and blanks.
        while colon < bytes.count, bytes[colon] > 0x20, bytes[colon] < 0x7F, bytes[colon] != UInt8(ascii: ":") {
            colon += 1
        }
        guard colon < bytes.count, bytes[colon] == UInt8(ascii: ":"), colon > position else { return nil }
        let key = bytes[position..<colon]
        let value = takeLines(from: colon + 1)
        return Header(key: key, value: trimmed(UnsafeBufferPointer(rebasing: bytes[value])))
    }

    /// Steps over the line and those that continue it; gives what they hold, without the last line's end.
    private mutating func takeLines(from start: Int) -> Range<Int> {
        var end = lineEnd(from: start)
        position = end.next
        while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x09 {
            end = lineEnd(from: position)
            position = end.next
        }
        return start..<end.line
    }

    /// Where the line ends and where the next one begins.
    private func lineEnd(from start: Int) -> (line: Int, next: Int) {
        var index = start
        while index < bytes.count {
            if bytes[index] == 0x0A { return (index, index + 1) }
            if bytes[index] == 0x0D {
                return (index, index + 1 < bytes.count && bytes[index + 1] == 0x0A ? index + 2 : index + 1)
            }
            index += 1
        }
        return (index, index)
    }
}
