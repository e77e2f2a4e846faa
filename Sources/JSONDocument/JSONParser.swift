/// Why a text is no document that is read here.
public struct JSONFault: Error, Sendable, Equatable {
    /// A predicate: `ends inside a string`.
    public let message: String
    /// In bytes.
    public let position: Int
}

extension JSON {
    /// Which numbers a document may hold.
    public enum Numbers: Sendable {
        /// Whole ones of 64 bits in their one form, so that a document that is written again means the same.
        case integers
        /// All of RFC 8259 §6 that a `Double` can hold: those without fraction and exponent that fit are `integer`, all
        /// others `number`.
        case any
    }

    /// Reads one whole JSON value in UTF-8 (RFC 8259), no object with a key twice, nested no deeper than 64.
    public init(parsing bytes: [UInt8], numbers: Numbers = .any) throws(JSONFault) {
        var parser = JSONParser(bytes, numbers)
        self = try parser.document()
    }
}

private struct JSONParser {
    private let bytes: [UInt8]
    private let numbers: JSON.Numbers
    private var at = 0

    init(_ bytes: [UInt8], _ numbers: JSON.Numbers) {
        self.bytes = bytes
        self.numbers = numbers
    }

    mutating func document() throws(JSONFault) -> JSON {
        let value = try value(depth: 0)
        skipSpace()
        guard at == bytes.count else { throw fault("has something behind its end") }
        return value
    }

    private mutating func value(depth: Int) throws(JSONFault) -> JSON {
        guard depth < 64 else { throw fault("is nested too deeply") }
        skipSpace()
        guard at < bytes.count else { throw fault("ends early") }
        switch bytes[at] {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        default: return try number()
        }
    }

    private mutating func object(depth: Int) throws(JSONFault) -> JSON {
        at += 1
        var members: [JSON.Member] = []
        var names: Set<String> = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object(members) }
        repeat {
            skipSpace()
            guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { throw fault("lacks a key") }
            let key = try string()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw fault("lacks a colon") }
            guard names.insert(key).inserted else { throw fault("has the key \(key.debugDescription) twice") }
            members.append(JSON.Member(key, try value(depth: depth + 1)))
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw fault("lacks a closing brace") }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(JSONFault) -> JSON {
        at += 1
        var values: [JSON] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array(values) }
        repeat {
            values.append(try value(depth: depth + 1))
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw fault("lacks a closing bracket") }
        return .array(values)
    }

    private mutating func literal(_ word: String, _ value: JSON) throws(JSONFault) -> JSON {
        guard bytes[at...].starts(with: word.utf8) else { throw fault("is no JSON") }
        at += word.utf8.count
        return value
    }

    private mutating func number() throws(JSONFault) -> JSON {
        let start = at
        _ = take(UInt8(ascii: "-"))
        let leading = at
        let whole = skipDigits()
        guard whole > 0, whole == 1 || bytes[leading] != UInt8(ascii: "0") else { throw fault("is no JSON") }
        var isWhole = true
        if take(UInt8(ascii: ".")) {
            isWhole = false
            guard skipDigits() > 0 else { throw fault("lacks the digits of a fraction") }
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isWhole = false
            _ = take(UInt8(ascii: "+")) || take(UInt8(ascii: "-"))
            guard skipDigits() > 0 else { throw fault("lacks the digits of an exponent") }
        }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        let isMinusZero = text == "-0"
        if isWhole, !isMinusZero, let value = Int64(text) { return .integer(value) }
        guard numbers == .any else { throw fault("has a number that is no integer of 64 bits") }
        guard let value = Double(text), value.isFinite else { throw fault("has a number that is too large") }
        return .number(value)
    }

    /// Goes past digits, and gives how many there were.
    private mutating func skipDigits() -> Int {
        let start = at
        while at < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[at]) { at += 1 }
        return at - start
    }

    private mutating func string() throws(JSONFault) -> String {
        at += 1
        var text: [UInt8] = []
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else { throw fault("is not UTF-8") }
                return string
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw fault("has a control character in a string")
            default: text.append(byte)
            }
        }
        throw fault("ends inside a string")
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONFault) {
        guard at < bytes.count else { throw fault("ends inside a string") }
        let byte = bytes[at]
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(8)
        case UInt8(ascii: "f"): text.append(12)
        case UInt8(ascii: "n"): text.append(10)
        case UInt8(ascii: "r"): text.append(13)
        case UInt8(ascii: "t"): text.append(9)
        case UInt8(ascii: "u"):
            var code = try hex4()
            if (0xD800..<0xDC00).contains(code), bytes[at...].starts(with: "\\u".utf8) {
                at += 2
                let low = try hex4()
                guard (0xDC00..<0xE000).contains(low) else { throw fault("has half a surrogate pair") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw fault("has half a surrogate pair") }
            text += String(scalar).utf8
        default: throw fault("has an unknown escape")
        }
    }

    private mutating func hex4() throws(JSONFault) -> UInt32 {
        guard bytes.count - at >= 4 else { throw fault("ends inside a string") }
        var code: UInt32 = 0
        for byte in bytes[at..<at + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw fault("has a bad escape") }
            code = code << 4 | UInt32(digit)
        }
        at += 4
        return code
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard at < bytes.count, bytes[at] == byte else { return false }
        at += 1
        return true
    }

    private mutating func skipSpace() {
        while at < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[at]) { at += 1 }
    }

    private func fault(_ message: String) -> JSONFault { JSONFault(message: message, position: at) }
}
