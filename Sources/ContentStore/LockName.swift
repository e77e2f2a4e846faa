internal import Cryptography

/// File names for keys: letters, digits, `.`, `_`, `+` and `-` stay, other bytes become `%XX`, long names a digest.
enum LockName {
    static func escaped(_ key: String) -> String {
        var name: [UInt8] = []
        for (offset, byte) in key.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"):
                name.append(byte)
            case UInt8(ascii: ".") where offset > 0:
                name.append(byte)
            default:
                let digits = Array("0123456789ABCDEF".utf8)
                name += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return name.count <= 200 && !name.isEmpty ? String(decoding: name, as: UTF8.self) : SHA256Digest(of: key).hex
    }
}
