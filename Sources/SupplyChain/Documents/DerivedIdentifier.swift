internal import Cryptography

/// Identifiers that are the same for the same content, where standards ask for a new one each time.
enum DerivedIdentifier {
    /// A UUID of version 8 (RFC 9562 §5.8) made of the first bits of a digest, in lower case.
    static func uuid(of content: [UInt8]) -> String {
        var bytes = Array(SHA256Digest(of: content).bytes.prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        var text = ""
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text += "-" }
            text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return text
    }
}
