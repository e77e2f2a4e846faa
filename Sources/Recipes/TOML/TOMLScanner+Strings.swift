extension TOMLScanner {
    /// Reads `"…"`, the opening quote being here.
    mutating func basicString() throws(TOMLProblem) -> String {
        let opening = mark
        advance()
        let start = position
        // Most strings hold no escape, and are taken as they are.
        while true {
            switch current {
            case UInt8(ascii: "\""):
                let value = text(start..<position)
                advance()
                return value
            case UInt8(ascii: "\\"): return try escapedString(from: start, opening: opening, isLong: false)
            default: try textByte(opening)
            }
        }
    }

    /// Reads `'…'`.
    mutating func literalString() throws(TOMLProblem) -> String {
        let opening = mark
        advance()
        let start = position
        while current != UInt8(ascii: "'") || isAtEnd { try textByte(opening) }
        let value = text(start..<position)
        advance()
        return value
    }

    /// Reads `"""…"""`, the line feed right after the opening left out.
    mutating func longBasicString() throws(TOMLProblem) -> String {
        let opening = mark
        advance(3)
        if isAtNewline { newline() }
        return try escapedString(from: position, opening: opening, isLong: true)
    }

    /// Reads `'''…'''`.
    mutating func longLiteralString() throws(TOMLProblem) -> String {
        let opening = mark
        advance(3)
        if isAtNewline { newline() }
        var value: [UInt8] = []
        while true {
            if current == UInt8(ascii: "'"), !isAtEnd {
                if let quotes = try closingQuotes(UInt8(ascii: "'")) {
                    value += repeatElement(UInt8(ascii: "'"), count: quotes)
                    return String(decoding: value, as: UTF8.self)
                }
                value.append(UInt8(ascii: "'"))
                advance()
            } else if isAtNewline {
                value.append(0x0A)
                newline()
            } else {
                value.append(current)
                try textByte(opening)
            }
        }
    }

    /// Steps over one byte of a string's text.
    @inline(__always)
    private mutating func textByte(_ opening: SourceMark) throws(TOMLProblem) {
        guard !isAtEnd, !isControl(current) else { throw unfinished(opening) }
        advanceInText()
    }

    private func unfinished(_ opening: SourceMark) -> TOMLProblem {
        if isAtEnd || isAtNewline {
            return TOMLProblem(message: "this text has no closing quote on its line", mark: opening)
        }
        return problem("holds a control character in a text", advice: "write it as an escape, such as \\u0000")
    }

    /// Where three quotes end a long string, steps over them and gives how many more belong to its text: up to two.
    private mutating func closingQuotes(_ quote: UInt8) throws(TOMLProblem) -> Int? {
        var count = 0
        while peek(count) == quote, count < 6 { count += 1 }
        guard count >= 3 else { return nil }
        guard count < 6 else {
            advance(5)
            throw problem("expected the end of the text: at most two quotes may stand before the closing three")
        }
        advance(count)
        return count - 3
    }

    /// Reads the rest of a basic string, decoding escapes; `start` is where its text starts.
    private mutating func escapedString(
        from start: Int, opening: SourceMark, isLong: Bool
    ) throws(TOMLProblem) -> String {
        var value = Array(bytes[start..<position])
        while true {
            switch current {
            case UInt8(ascii: "\"") where !isAtEnd:
                if !isLong {
                    advance()
                    return String(decoding: value, as: UTF8.self)
                }
                if let quotes = try closingQuotes(UInt8(ascii: "\"")) {
                    value += repeatElement(UInt8(ascii: "\""), count: quotes)
                    return String(decoding: value, as: UTF8.self)
                }
                value.append(UInt8(ascii: "\""))
                advance()
            case UInt8(ascii: "\\"):
                if isLong, try skipFoldedLine() { continue }
                try escape(into: &value)
            default:
                if isLong, isAtNewline {
                    value.append(0x0A)
                    newline()
                } else {
                    value.append(current)
                    try textByte(opening)
                }
            }
        }
    }

    /// A backslash at a line's end leaves out the line end and every blank that follows.
    private mutating func skipFoldedLine() throws(TOMLProblem) -> Bool {
        var distance = 1
        while peek(distance) == 0x20 || peek(distance) == 0x09 { distance += 1 }
        guard peek(distance) == 0x0A || (peek(distance) == 0x0D && peek(distance + 1) == 0x0A) else { return false }
        advance(distance)
        while true {
            if isAtNewline {
                newline()
            } else if current == 0x20 || current == 0x09 {
                advance()
            } else {
                return true
            }
        }
    }

    private mutating func escape(into value: inout [UInt8]) throws(TOMLProblem) {
        let simple: UInt8
        switch peek(1) {
        case UInt8(ascii: "b"): simple = 0x08
        case UInt8(ascii: "t"): simple = 0x09
        case UInt8(ascii: "n"): simple = 0x0A
        case UInt8(ascii: "f"): simple = 0x0C
        case UInt8(ascii: "r"): simple = 0x0D
        case UInt8(ascii: "\""): simple = UInt8(ascii: "\"")
        case UInt8(ascii: "\\"): simple = UInt8(ascii: "\\")
        case UInt8(ascii: "u"): return try unicodeEscape(digits: 4, into: &value)
        case UInt8(ascii: "U"): return try unicodeEscape(digits: 8, into: &value)
        default:
            throw problem("has an escape that TOML does not know", advice: "write \\\\ for a backslash")
        }
        value.append(simple)
        advance(2)
    }

    private mutating func unicodeEscape(digits: Int, into value: inout [UInt8]) throws(TOMLProblem) {
        var number: UInt32 = 0
        for index in 2..<(2 + digits) {
            guard let digit = Character(Unicode.Scalar(peek(index))).hexDigitValue else {
                throw problem("expected \(digits) hexadecimal digits in the escape")
            }
            number = number << 4 | UInt32(digit)
        }
        guard let scalar = Unicode.Scalar(number) else { throw problem("has an escape of no Unicode scalar") }
        value += Array(String(Character(scalar)).utf8)
        advance(2 + digits)
    }
}
