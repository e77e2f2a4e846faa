/// What an `Authorization` header says (RFC 9110 §11.6.2), which no print, dump or interpolation shows.
public struct Authorization: Sendable, Hashable {
    let value: String

    /// RFC 7617.
    public static func basic(_ credentials: Credentials) -> Authorization {
        Authorization(value: credentials.authorization)
    }

    /// RFC 6750 §2.1. `nil` for what is no token: a line break in it would begin another header.
    public static func bearer(_ token: String) -> Authorization? {
        guard !token.isEmpty, token.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else { return nil }
        return Authorization(value: "Bearer \(token)")
    }
}

extension Authorization: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "(authorization)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
