extension TOMLScanner {
    /// Reads a value of any type.
    mutating func value(depth: Int) throws(TOMLProblem) -> SourceNode {
        guard depth <= TOMLReader.depthLimit else { throw tooDeep }
        let mark = mark
        switch current {
        case UInt8(ascii: "\""):
            let isLong = peek(1) == UInt8(ascii: "\"") && peek(2) == UInt8(ascii: "\"")
            if isLong { return SourceNode(.scalar(try longBasicString(), .block), at: mark) }
            return SourceNode(.scalar(try basicString(), .text), at: mark)
        case UInt8(ascii: "'"):
            let isLong = peek(1) == UInt8(ascii: "'") && peek(2) == UInt8(ascii: "'")
            if isLong { return SourceNode(.scalar(try longLiteralString(), .block), at: mark) }
            return SourceNode(.scalar(try literalString(), .text), at: mark)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "{"): return try inlineTable(depth: depth)
        default: return try bareValue()
        }
    }

    private mutating func array(depth: Int) throws(TOMLProblem) -> SourceNode {
        let mark = mark
        var items: [SourceNode] = []
        advance()
        while true {
            try skipBlanksAndComments()
            if current == UInt8(ascii: "]") { break }
            guard !isAtEnd else { throw problem("expected `]`: the array of line \(mark.line) has no end") }
            items.append(try value(depth: depth + 1))
            try skipBlanksAndComments()
            if current == UInt8(ascii: ",") {
                advance()
            } else if current != UInt8(ascii: "]") {
                throw problem("expected `,` or `]` in the array of line \(mark.line), not \(found)")
            }
        }
        advance()
        return SourceNode(.sequence(items), at: mark)
    }

    private mutating func inlineTable(depth: Int) throws(TOMLProblem) -> SourceNode {
        let mark = mark
        let table = TOMLTable(.inline, mark: mark)
        advance()
        skipBlanks()
        if current == UInt8(ascii: "}") {
            advance()
            return table.node
        }
        while true {
            // Dotted keys in it may add to what its own dotted keys made: one section.
            try pair(into: table, section: -1, depth: depth + 1)
            skipBlanks()
            if current == UInt8(ascii: "}") { break }
            guard current == UInt8(ascii: ","), !isAtEnd else {
                throw problem("expected `,` or `}` in the inline table, not \(found)")
            }
            advance()
            skipBlanks()
            if current == UInt8(ascii: "}") { throw problem("an inline table ends without a comma") }
        }
        advance()
        return table.node
    }

    /// Reads a boolean, number, date or time.
    private mutating func bareValue() throws(TOMLProblem) -> SourceNode {
        let mark = mark
        let start = position
        while isBareValueByte(current) { advance() }
        // A date and a time may have a space between them.
        if position - start == 10, current == 0x20, isDigit(peek(1)), isDigit(peek(2)), peek(3) == UInt8(ascii: ":"),
            TOMLLiteral.isDate(bytes[start..<position])
        {
            advance()
            while isBareValueByte(current) { advance() }
        }
        guard position > start else { throw problem("expected a value, not \(found)") }
        let word = bytes[start..<position]
        guard let kind = TOMLLiteral.kind(of: word) else {
            let text = text(start..<position)
            throw TOMLProblem(
                message: "`\(text)` is no value", mark: mark,
                advice: isBareKeyByte(word[start]) ? "put text in quotes: \"\(text)\"" : nil)
        }
        return SourceNode(.scalar(text(start..<position), kind), at: mark)
    }

    private func isBareValueByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: ":"): true
        default: isBareKeyByte(byte)
        }
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
}
