/// Any text as the name of a file: letters, digits, `.`, `_`, `-` and `@` as they are, other bytes as `%XX`.
enum FileNameText {
    static func encoded(_ text: String, as role: String) throws -> String {
        var name = ""
        for byte in text.utf8 {
            let isPlain =
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || [UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "@")].contains(byte)
                || (byte == UInt8(ascii: ".") && !name.isEmpty)
            if isPlain {
                name.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                name += digits.utf8.count == 1 ? "%0" + digits : "%" + digits
            }
        }
        // File names have 255 bytes at most, and an end is put behind some.
        guard !name.isEmpty, name.utf8.count <= 220 else {
            throw PublishingError(
                .unusableName, text, text.isEmpty ? "cannot be \(role): it is empty" : "is too long for \(role)",
                advice: "choose one of 1 to 220 letters, digits and signs such as - and _")
        }
        return name
    }

    static func decoded(_ name: String) -> String? {
        var bytes: [UInt8] = []
        var rest = name.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
