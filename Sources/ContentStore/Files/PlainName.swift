internal import Cryptography

/// Text made plain: letters, digits, `.`, `_`, `+` and `-` stay, any other byte becomes `%XX`.
enum PlainName {
    /// A file name for any key; a long one becomes its digest.
    static func file(_ key: String) -> String {
        let name = escaped(key)
        guard !name.isEmpty, name.utf8.count <= 200, !name.hasPrefix(".") else { return SHA256Digest(of: key).hex }
        return name
    }

    static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var plain: [UInt8] = []
        plain.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "+"),
                UInt8(ascii: "-"):
                plain.append(byte)
            default:
                plain += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: plain, as: UTF8.self)
    }

    /// The text that was escaped; `nil` if it is no escaped text.
    static func unescaped(_ plain: some StringProtocol) -> String? {
        var text: [UInt8] = []
        var rest = plain.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                text.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit)
            else { return nil }
            text.append(high << 4 | low)
        }
        return String(validating: text, as: UTF8.self)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        Character(UnicodeScalar(byte)).hexDigitValue.map(UInt8.init)
    }
}
