/// `%XX` in URLs (RFC 3986 §2.1).
enum PercentEncoding {
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// Encodes everything that may not stand in a path; slashes stay.
    static func encoded(path: String) -> String {
        encoded(path) { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-._~!$&'()*,;=:@/".utf8.contains(byte)
            }
        }
    }

    /// A URL as somebody wrote it, made fit to be sent: trimmed, without line breaks and tabs (as browsers do), with
    /// blanks, control characters and non-ASCII encoded.
    static func cleaned(_ text: String) -> String {
        let isClean = text.utf8.allSatisfy { 0x21...0x7E ~= $0 }
        if isClean { return text }
        let inner = text.utf8.drop { $0 <= 0x20 }
        let trimmed = String(decoding: inner.reversed().drop { $0 <= 0x20 }.reversed(), as: UTF8.self)
        let kept = trimmed.utf8.filter { $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
        return encoded(String(decoding: kept, as: UTF8.self)) { 0x21...0x7E ~= $0 }
    }

    static func encoded(_ text: String, where isKept: (UInt8) -> Bool) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if isKept(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The text behind the encoding; what is no encoding stays as it is.
    static func decoded(_ text: some StringProtocol) -> String {
        let bytes = Array(text.utf8)
        guard bytes.contains(UInt8(ascii: "%")) else { return String(text) }
        var decoded: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let high = value(bytes[index + 1]), let low = value(bytes[index + 2])
            {
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
