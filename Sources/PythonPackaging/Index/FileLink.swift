import Cryptography

/// A link of an index page to a file: its address, file name and the hashes in its fragment.
struct FileLink {
    var filename: String
    var url: String
    var sha256: SHA256Digest?
    var otherHashes: [String: String] = [:]

    /// Reads a link; `nil` if it leads to no file, or to one whose name could lead out of a folder.
    init?(_ link: UnsafeBufferPointer<UInt8>, base: URLReference) {
        let link = trimmed(link)
        var pathEnd = link.count
        var nameStart = 0
        var isClean = true
        var isEncoded = false
        var end = link.count
        scan: for index in link.indices {
            switch link[index] {
            case UInt8(ascii: "#"):
                end = index
                break scan
            case UInt8(ascii: "?"):
                if pathEnd == link.count { pathEnd = index }
            case UInt8(ascii: "/"):
                if pathEnd == link.count { nameStart = index + 1 }
            case UInt8(ascii: "%"):
                isEncoded = true
            case 0x21...0x7E:
                continue
            default:
                isClean = false
            }
        }
        pathEnd = min(pathEnd, end)
        let address = UnsafeBufferPointer(rebasing: link[..<end])
        let text = isClean ? String(decoding: address, as: UTF8.self) : FileLink.percentEncoded(address)
        url = URLReference.schemeLength(address) == nil ? base.resolve(text) : text

        let name = UnsafeBufferPointer(rebasing: link[min(nameStart, pathEnd)..<pathEnd])
        filename = isEncoded ? FileLink.percentDecoded(name) : String(decoding: name, as: UTF8.self)
        guard FileLink.isPlain(filename) else { return nil }
        if end < link.count { readHashes(link[(end + 1)...]) }
    }

    /// Reads `sha256=…` and the like.
    private mutating func readHashes(_ fragment: Slice<UnsafeBufferPointer<UInt8>>) {
        for part in fragment.split(separator: UInt8(ascii: "&")) {
            guard let equals = part.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let value = part[(equals + 1)...]
            if isText(part[..<equals], "sha256") {
                sha256 = SHA256Digest(hexDigits: value)
            } else if let name = FileLink.hashName(part[..<equals]) {
                otherHashes[name] = String(decoding: value.map(lowercased), as: UTF8.self)
            }
        }
    }

    /// The algorithms that PEP 503 names beside SHA-256: those that every Python has.
    private static func hashName(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> String? {
        let name = String(decoding: bytes.map(lowercased), as: UTF8.self)
        let known = ["md5", "sha1", "sha224", "sha384", "sha512", "blake2b", "blake2s", "sha3_256", "sha3_512"]
        return known.contains(name) ? name : nil
    }

    /// Whether a name can only mean a file in the folder that it is put in.
    static func isPlain(_ name: String) -> Bool {
        !name.isEmpty && name != "." && name != ".."
            && !name.utf8.contains { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") || $0 < 0x20 || $0 == 0x7F }
    }

    /// Percent-encodes what may not stand in a URL: blanks, control characters and what is no ASCII.
    private static func percentEncoded(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        encoded.reserveCapacity(bytes.count + 16)
        for byte in bytes {
            // Browsers drop line breaks and tabs from links.
            if byte == 0x09 || byte == 0x0A || byte == 0x0D { continue }
            if (0x21...0x7E).contains(byte) {
                encoded.append(byte)
            } else {
                encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    static func percentDecoded(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count, let high = hexadecimal(bytes[index + 1]),
                let low = hexadecimal(bytes[index + 2])
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
}

/// The value of a hexadecimal digit of either case.
@inline(__always)
func hexadecimal(_ byte: UInt8) -> UInt8? {
    if isDigit(byte) { return byte &- 0x30 }
    let letter = (byte | 0x20) &- 0x61
    return letter < 6 ? letter &+ 10 : nil
}

extension SHA256Digest {
    /// Takes 64 hexadecimal digits; `nil` for anything else.
    init?(hexDigits digits: Slice<UnsafeBufferPointer<UInt8>>) {
        guard digits.count == 64 else { return nil }
        func word(_ start: Int) -> UInt64? {
            var word: UInt64 = 0
            for index in start..<start + 16 {
                guard let digit = hexadecimal(digits[index]) else { return nil }
                word = word << 4 | UInt64(digit)
            }
            return word
        }
        let start = digits.startIndex
        guard let a = word(start), let b = word(start + 16), let c = word(start + 32), let d = word(start + 48) else {
            return nil
        }
        self.init(words: (a, b, c, d))
    }
}
