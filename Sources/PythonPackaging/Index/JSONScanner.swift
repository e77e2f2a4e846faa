/// Reads JSON (RFC 8259) from bytes, value by value, without building a tree.
struct JSONScanner {
    /// What stands where something else was expected.
    struct Problem: Error {
        var message: String
        var position: Int
    }

    /// Deeper nesting is refused before it exhausts the stack.
    static let deepest = 100

    private var scanner: ByteScanner

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        scanner = ByteScanner(bytes)
        if scanner.matchesExactly("\u{FEFF}") { scanner.position += 3 }
    }

    /// The first byte of the value that comes next; 0 at the end.
    @inline(__always)
    mutating func peek() -> UInt8 {
        skipSpace()
        return scanner.current
    }

    var position: Int { scanner.position }

    /// Calls `body` for each key of the object that comes next; it must read the value.
    mutating func object(
        _ body: (_ key: UnsafeBufferPointer<UInt8>, _ scanner: inout JSONScanner) throws(Problem) -> Void
    ) throws(Problem) {
        try expect(UInt8(ascii: "{"), "an object")
        if peek() == UInt8(ascii: "}") {
            scanner.position += 1
            return
        }
        while true {
            skipSpace()
            let key = try rawString()
            try expect(UInt8(ascii: ":"), "':'")
            if key.isEscaped {
                let text = try JSONScanner.unescaped(key.bytes, at: scanner.position)
                var failure: Problem?
                text.withUnsafeBufferPointer { bytes in
                    do throws(Problem) { try body(bytes, &self) } catch { failure = error }
                }
                if let failure { throw failure }
            } else {
                try body(key.bytes, &self)
            }
            if try !continues(until: UInt8(ascii: "}")) { return }
        }
    }

    /// Calls `body` before each element of the array that comes next; it must read the element.
    mutating func array(_ body: (_ scanner: inout JSONScanner) throws(Problem) -> Void) throws(Problem) {
        try expect(UInt8(ascii: "["), "an array")
        if peek() == UInt8(ascii: "]") {
            scanner.position += 1
            return
        }
        while true {
            try body(&self)
            if try !continues(until: UInt8(ascii: "]")) { return }
        }
    }

    /// Calls `body` with the text of the string that comes next, escapes replaced.
    mutating func string<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) throws(Problem) -> Result {
        skipSpace()
        let raw = try rawString()
        if !raw.isEscaped { return body(raw.bytes) }
        return try JSONScanner.unescaped(raw.bytes, at: scanner.position).withUnsafeBufferPointer(body)
    }

    mutating func text() throws(Problem) -> String {
        try string { String(decoding: $0, as: UTF8.self) }
    }

    /// Reads a number; `nil` if it is no whole non-negative one that fits.
    mutating func wholeNumber() throws(Problem) -> UInt64? {
        skipSpace()
        let start = scanner.position
        try skipValue()
        var value: UInt64 = 0
        for byte in scanner.bytes[start..<scanner.position] {
            guard isDigit(byte) else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(byte &- 0x30))
            if overflow || carry { return nil }
            value = sum
        }
        return value
    }

    /// Steps over the value that comes next, whatever it is.
    mutating func skipValue(depth: Int = 0) throws(Problem) {
        guard depth < JSONScanner.deepest else {
            throw Problem(message: "is nested too deeply", position: scanner.position)
        }
        switch peek() {
        case UInt8(ascii: "{"):
            try object { (_, scanner) throws(Problem) in try scanner.skipValue(depth: depth + 1) }
        case UInt8(ascii: "["):
            try array { (scanner) throws(Problem) in try scanner.skipValue(depth: depth + 1) }
        case UInt8(ascii: "\""):
            _ = try rawString()
        default:
            let start = scanner.position
            while !scanner.isAtEnd, isAlphanumeric(scanner.current) || "+-.".utf8.contains(scanner.current) {
                scanner.position += 1
            }
            if scanner.position == start { throw Problem(message: "expected a value", position: start) }
        }
    }

    /// Whether nothing but space is left.
    mutating func isAtEnd() -> Bool {
        skipSpace()
        return scanner.isAtEnd
    }

    private mutating func continues(until end: UInt8) throws(Problem) -> Bool {
        switch peek() {
        case UInt8(ascii: ","):
            scanner.position += 1
            return true
        case end:
            scanner.position += 1
            return false
        default:
            throw Problem(message: "expected ',' or the end of a list", position: scanner.position)
        }
    }

    private mutating func expect(_ byte: UInt8, _ what: String) throws(Problem) {
        guard peek() == byte else { throw Problem(message: "expected \(what)", position: scanner.position) }
        scanner.position += 1
    }

    @inline(__always)
    private mutating func skipSpace() {
        while scanner.current == 0x20 || scanner.current == 0x0A || scanner.current == 0x0D || scanner.current == 0x09 {
            scanner.position += 1
        }
    }

    /// The string that comes next as it stands, and whether escapes are in it.
    mutating func rawString() throws(Problem) -> (bytes: UnsafeBufferPointer<UInt8>, isEscaped: Bool) {
        guard scanner.take(UInt8(ascii: "\"")) else {
            throw Problem(message: "expected a string", position: scanner.position)
        }
        let start = scanner.position
        var isEscaped = false
        var position = start
        while let index = firstIndex(of: UInt8(ascii: "\""), or: UInt8(ascii: "\\"), in: scanner.bytes, from: position)
        {
            if scanner.bytes[index] == UInt8(ascii: "\"") {
                scanner.position = index + 1
                return (UnsafeBufferPointer(rebasing: scanner.bytes[start..<index]), isEscaped)
            }
            isEscaped = true
            position = index + 2
        }
        throw Problem(message: "has a string without an end", position: start)
    }

    static func unescaped(
        _ bytes: UnsafeBufferPointer<UInt8>, at position: Int
    ) throws(Problem) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        func hexadecimalWord(_ start: Int) -> UInt32? {
            guard start + 4 <= bytes.count else { return nil }
            var value: UInt32 = 0
            for byte in bytes[start..<start + 4] {
                guard let digit = hexadecimal(byte) else { return nil }
                value = value << 4 | UInt32(digit)
            }
            return value
        }
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count else {
                result.append(bytes[index])
                index += 1
                continue
            }
            let escape = bytes[index + 1]
            index += 2
            switch escape {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(escape)
            case UInt8(ascii: "u"):
                guard var value = hexadecimalWord(index) else {
                    throw Problem(message: "has a broken \\u escape", position: position)
                }
                index += 4
                if 0xD800..<0xDC00 ~= value, index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"),
                    bytes[index + 1] == UInt8(ascii: "u"), let low = hexadecimalWord(index + 2),
                    0xDC00..<0xE000 ~= low
                {
                    value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
                    index += 6
                }
                result += Array(String(Unicode.Scalar(value) ?? "\u{FFFD}").utf8)
            default:
                throw Problem(message: "has an unknown escape", position: position)
            }
        }
        return result
    }
}
