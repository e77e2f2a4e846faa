/// One way of saying who we are that a server offers in `WWW-Authenticate` (RFC 9110 §11.3).
struct AuthenticationChallenge: Equatable, Sendable {
    /// In lower case: `bearer`, `basic`.
    let scheme: String
    /// By their names in lower case.
    var parameters: [String: String] = [:]

    /// Reads a header field, or several joined by commas: a comma stands between parameters and between challenges alike.
    /// What is none is passed over.
    static func challenges(in text: String) -> [AuthenticationChallenge] {
        var scanner = ChallengeScanner(text)
        var challenges: [AuthenticationChallenge] = []
        while let word = scanner.word() {
            if let value = scanner.value() {
                if !challenges.isEmpty { challenges[challenges.count - 1].parameters[word.lowercased()] = value }
            } else {
                challenges.append(AuthenticationChallenge(scheme: word.lowercased()))
            }
        }
        return challenges
    }
}

/// The words of a `WWW-Authenticate` header.
private struct ChallengeScanner {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// The next token: a scheme's or a parameter's name. What no token begins with is skipped.
    mutating func word() -> String? {
        while position < bytes.count, !Self.isToken(bytes[position]) { position += 1 }
        let start = position
        while position < bytes.count, Self.isToken(bytes[position]) { position += 1 }
        return start < position ? String(decoding: bytes[start..<position], as: UTF8.self) : nil
    }

    /// What follows `=` after a token; `nil` where there is no `=`.
    mutating func value() -> String? {
        var next = position
        while next < bytes.count, Self.isBlank(bytes[next]) { next += 1 }
        guard next < bytes.count, bytes[next] == UInt8(ascii: "=") else { return nil }
        position = next + 1
        while position < bytes.count, Self.isBlank(bytes[position]) { position += 1 }
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
            let start = position
            while position < bytes.count,
                Self.isToken(bytes[position]) || bytes[position] == UInt8(ascii: "/")
                    || bytes[position] == UInt8(ascii: ":")
            { position += 1 }
            return String(decoding: bytes[start..<position], as: UTF8.self)
        }
        position += 1
        var text: [UInt8] = []
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            if bytes[position] == UInt8(ascii: "\\"), position + 1 < bytes.count { position += 1 }
            text.append(bytes[position])
            position += 1
        }
        position = min(position + 1, bytes.count)
        return String(decoding: text, as: UTF8.self)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// RFC 9110 §5.6.2.
    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
