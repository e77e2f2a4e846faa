/// The secret with which files are sealed and opened: 32 random bytes.
public struct SealingKey: Sendable {
    let bytes: [UInt8]

    /// A new one.
    public init() {
        var generator = SystemRandomNumberGenerator()
        bytes = (0..<4).flatMap { _ in withUnsafeBytes(of: generator.next()) { Array($0) } }
    }

    /// Takes a key file's content: 64 hexadecimal digits, white space around them or not; `nil` for anything else.
    public init?(text: [UInt8]) {
        let trimmed = text.drop { $0 <= 0x20 }
        let digits = trimmed.prefix { $0 > 0x20 }
        guard trimmed.dropFirst(digits.count).allSatisfy({ $0 <= 0x20 }) else { return nil }
        // A digest has the same form.
        guard let read = SHA256Digest(hex: String(decoding: digits, as: UTF8.self)) else { return nil }
        bytes = read.bytes
    }

    /// What a key file holds, with a line feed at the end.
    public var text: String { hexadecimal(bytes) + "\n" }

    /// Shows to who has the key that who made it had it too: an HMAC in 64 hexadecimal digits.
    public func code(of message: [UInt8]) -> String {
        let key = derivedKey(from: bytes, salt: [], purpose: Array("chidori sealing key's codes".utf8), count: 32)
        return hexadecimal(authenticationCode(of: message, key: key))
    }

    /// Tells keys apart without telling anything of them: 16 hexadecimal digits.
    public var identifier: String {
        hexadecimal(derivedKey(from: bytes, salt: [], purpose: Array("chidori sealing key's name".utf8), count: 8))
    }
}
