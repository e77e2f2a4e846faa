/// The algorithms of the files that stand beside an artifact, the best first.
public enum ChecksumKind: String, Sendable, CaseIterable {
    case sha512, sha256, sha1, md5

    /// How many hexadecimal digits it has.
    public var digits: Int {
        switch self {
        case .sha512: 128
        case .sha256: 64
        case .sha1: 40
        case .md5: 32
        }
    }
}

/// Reads `artifact.jar.sha1` and its like, of which there are as many forms as tools: the digits alone; digits and a
/// file's name, as `sha1sum` prints them; `SHA1(name)= digits`, as OpenSSL does; `name: digits`; digits in groups.
public enum ChecksumFile {
    /// The checksum in lower case; `nil` where the text holds none of the kind.
    public static func digits(in bytes: some Sequence<UInt8>, of kind: ChecksumKind) -> String? {
        let text = String(decoding: Array(bytes.prefix(4096)), as: UTF8.self)
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split { $0 == " " || $0 == "\t" || $0 == "=" || $0 == ":" || $0 == "*" || $0 == ")" }
            for word in words.prefix(16) {
                let word = word.last == "," ? word.dropLast() : word
                if word.utf8.count == kind.digits, isHex(word) { return word.lowercased() }
            }
            // Groups of digits, as gpg prints them, after a name that may itself be of such digits.
            for start in words.indices.prefix(4) {
                let joined = words[start...].joined()
                if words.count - start > 1, joined.utf8.count == kind.digits, isHex(joined[...]) {
                    return joined.lowercased()
                }
            }
        }
        return nil
    }

    private static func isHex(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
        }
    }
}
