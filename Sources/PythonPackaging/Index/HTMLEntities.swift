/// Character references of HTML, as far as index pages may hold them: numbers, and the names of ASCII characters.
enum HTMLEntities {
    /// The text with its character references replaced; what is no reference stays as it is.
    static func decoded(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "&"), let (character, length) = reference(bytes, at: index) {
                decoded += Array(String(character).utf8)
                index += length
            } else {
                decoded.append(bytes[index])
                index += 1
            }
        }
        return decoded
    }

    /// The character that the reference at `start` means, and the reference's length.
    private static func reference(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> (Unicode.Scalar, Int)? {
        guard start + 1 < bytes.count else { return nil }
        if bytes[start + 1] == UInt8(ascii: "#") { return number(bytes, at: start) }
        var end = start + 1
        while end < bytes.count, end - start < 12, isAlphanumeric(bytes[end]) { end += 1 }
        let name = String(decoding: bytes[(start + 1)..<end], as: UTF8.self)
        if end < bytes.count, bytes[end] == UInt8(ascii: ";") {
            return names[name].map { ($0, end - start + 1) }
        }
        // The oldest names count without a semicolon too, but not before what may go on a query's key.
        guard ["amp", "lt", "gt", "quot"].contains(name), end == bytes.count || bytes[end] != UInt8(ascii: "=") else {
            return nil
        }
        return names[name].map { ($0, end - start) }
    }

    private static func number(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> (Unicode.Scalar, Int)? {
        var index = start + 2
        let isHexadecimal = index < bytes.count && bytes[index] | 0x20 == UInt8(ascii: "x")
        if isHexadecimal { index += 1 }
        let first = index
        var value: UInt32 = 0
        while index < bytes.count, index - first < 9, let digit = hexadecimal(bytes[index]),
            isHexadecimal || digit < 10
        {
            value = value &* (isHexadecimal ? 16 : 10) &+ UInt32(digit)
            index += 1
        }
        guard index > first else { return nil }
        if index < bytes.count, bytes[index] == UInt8(ascii: ";") { index += 1 }
        let scalar = value == 0 ? nil : Unicode.Scalar(value)
        return (scalar ?? "\u{FFFD}", index - start)
    }

    private static let names: [String: Unicode.Scalar] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "AMP": "&", "LT": "<", "GT": ">", "QUOT": "\"",
        "nbsp": "\u{A0}", "Tab": "\t", "NewLine": "\n", "excl": "!", "num": "#", "dollar": "$", "percnt": "%",
        "lpar": "(", "rpar": ")", "ast": "*", "midast": "*", "plus": "+", "comma": ",", "period": ".", "sol": "/",
        "colon": ":", "semi": ";", "equals": "=", "quest": "?", "commat": "@", "lsqb": "[", "lbrack": "[",
        "bsol": "\\", "rsqb": "]", "rbrack": "]", "Hat": "^", "lowbar": "_", "UnderBar": "_", "grave": "`",
        "lcub": "{", "lbrace": "{", "verbar": "|", "vert": "|", "rcub": "}", "rbrace": "}", "tilde": "\u{2DC}",
        "hyphen": "\u{2010}", "dash": "\u{2010}",
    ]
}
