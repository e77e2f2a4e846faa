/// A user and a password, which no print, dump or interpolation shows.
public struct Credentials: Sendable, Hashable {
    public let user: String
    public let password: String

    public init(user: String, password: String) {
        self.user = user
        self.password = password
    }

    /// Reads the part of a URL before the `@`: `user:password`, percent-encoded. `nil` if it is empty.
    init?(userPart: Substring) {
        guard !userPart.isEmpty, userPart != ":" else { return nil }
        let colon = userPart.utf8.firstIndex(of: UInt8(ascii: ":")) ?? userPart.endIndex
        user = PercentEncoding.decoded(userPart[..<colon])
        password = colon == userPart.endIndex ? "" : PercentEncoding.decoded(userPart[colon...].dropFirst())
    }

    /// The value of an `Authorization` header (RFC 7617).
    var authorization: String {
        "Basic " + Base64.encoded(Array("\(user):\(password)".utf8))
    }
}

extension Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "(credentials)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Base64 with padding (RFC 4648 §4).
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encoded(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let three = bytes[start..<min(start + 3, bytes.count)]
            let word = three.reduce(0) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - three.count))
            for place in 0..<4 {
                text.append(
                    place <= three.count ? alphabet[Int(word >> UInt32(18 - 6 * place) & 63)] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
