/// Moves through a TOML text: blanks, comments, keys and pairs.
struct TOMLScanner {
    let bytes: UnsafeBufferPointer<UInt8>
    private(set) var position = 0
    private var line = 1
    /// Where the line starts, moved on by every byte of it that starts no Unicode scalar, so that columns count those.
    private var lineStart = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    @inline(__always) var isAtEnd: Bool { position >= bytes.count }
    /// The byte here; NUL, which the text does not have, at the end.
    @inline(__always) var current: UInt8 { position < bytes.count ? bytes[position] : 0 }
    @inline(__always) func peek(_ distance: Int) -> UInt8 {
        position + distance < bytes.count ? bytes[position + distance] : 0
    }

    var mark: SourceMark { SourceMark(line: line, column: position - lineStart + 1) }

    @inline(__always) mutating func advance(_ count: Int = 1) { position += count }

    /// Steps over a byte of a string or comment, which may be any but a line feed.
    @inline(__always) mutating func advanceInText() {
        if bytes[position] & 0xC0 == 0x80 { lineStart += 1 }
        position += 1
    }

    /// Steps over a line feed, with the carriage return before it if there is one.
    mutating func newline() {
        position += current == 0x0D ? 2 : 1
        line += 1
        lineStart = position
    }

    /// Whether a line ends here, by a line feed or a carriage return and a line feed.
    @inline(__always) var isAtNewline: Bool { current == 0x0A || (current == 0x0D && peek(1) == 0x0A) }

    @inline(__always) mutating func skipBlanks() {
        while current == 0x20 || current == 0x09 { position += 1 }
    }

    mutating func skipComment() throws(TOMLProblem) {
        guard current == UInt8(ascii: "#") else { return }
        while !isAtEnd, !isAtNewline {
            guard !isControl(current) else { throw problem("holds a control character in a comment") }
            advanceInText()
        }
    }

    /// Steps over blanks, comments and line ends.
    mutating func skipBlanksAndComments() throws(TOMLProblem) {
        while true {
            skipBlanks()
            try skipComment()
            guard isAtNewline else { return }
            newline()
        }
    }

    /// Demands that nothing but a comment follows on this line.
    mutating func endLine() throws(TOMLProblem) {
        skipBlanks()
        try skipComment()
        if isAtEnd { return }
        guard isAtNewline else { throw problem("expected the end of the line, not \(found)") }
        newline()
    }

    mutating func expect(_ byte: UInt8, _ what: String) throws(TOMLProblem) {
        guard current == byte, !isAtEnd else { throw problem("expected \(what), not \(found)") }
        position += 1
    }

    /// A description of what stands here.
    var found: String {
        if isAtEnd { return "the end of the file" }
        if isAtNewline { return "the end of the line" }
        let byte = current
        if byte < 0x20 || byte == 0x7F { return "a control character" }
        let scalar = String(decoding: bytes[position..<min(bytes.count, position + 4)], as: UTF8.self)
        return "`\(scalar.unicodeScalars.first.map(String.init) ?? "")`"
    }

    func problem(_ message: String, advice: String? = nil) -> TOMLProblem {
        TOMLProblem(message: message, mark: mark, advice: advice)
    }

    @inline(__always) func text(_ range: Range<Int>) -> String {
        String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self)
    }

    /// Whether the byte may stand in no string or comment.
    @inline(__always) func isControl(_ byte: UInt8) -> Bool { (byte < 0x20 && byte != 0x09) || byte == 0x7F }
}

extension TOMLScanner {
    /// Reads a dotted key with the blanks around it.
    mutating func keyPath() throws(TOMLProblem) -> [TOMLKey] {
        var path: [TOMLKey] = []
        while true {
            skipBlanks()
            path.append(try key())
            guard path.count <= TOMLReader.depthLimit else { throw tooDeep }
            skipBlanks()
            guard current == UInt8(ascii: "."), !isAtEnd else { return path }
            advance()
        }
    }

    private mutating func key() throws(TOMLProblem) -> TOMLKey {
        let mark = mark
        switch current {
        case UInt8(ascii: "\""): return TOMLKey(text: try basicString(), mark: mark)
        case UInt8(ascii: "'"): return TOMLKey(text: try literalString(), mark: mark)
        default:
            let start = position
            while isBareKeyByte(current) { advance() }
            guard position > start else { throw problem("expected a key, not \(found)") }
            return TOMLKey(text: text(start..<position), mark: mark)
        }
    }

    /// Reads `key = value` into a table.
    mutating func pair(into table: TOMLTable, section: Int, depth: Int) throws(TOMLProblem) {
        let path = try keyPath()
        guard let last = path.last else { return }
        guard current == UInt8(ascii: "="), !isAtEnd else {
            throw problem("expected `=` after the key, not \(found)")
        }
        advance()
        skipBlanks()
        var table = table
        for key in path.dropLast() {
            guard let next = table.dotted(key, section: section) else {
                throw TOMLProblem(
                    code: .duplicateKey, message: "`\(key.text)` stands already, and a dotted key cannot add to it",
                    mark: key.mark)
            }
            table = next
        }
        if table[last.text] != nil {
            let first = table.mark(of: last.text).map { ", first at \($0)" } ?? ""
            throw TOMLProblem(
                code: .duplicateKey, message: "`\(last.text)` stands twice in the same table\(first)", mark: last.mark)
        }
        table.append(last, .node(try value(depth: depth + path.count)))
    }

    var tooDeep: TOMLProblem {
        TOMLProblem(code: .tooComplex, message: "nests deeper than \(TOMLReader.depthLimit) levels", mark: mark)
    }

    @inline(__always) func isBareKeyByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
