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
        let fragment = FileLink.fragmentStart(link)
        let address = UnsafeBufferPointer(rebasing: link[..<fragment])
        if FileLink.isSimple(address) {
            let name = UnsafeBufferPointer(rebasing: address[FileLink.nameStart(address)...])
            guard !name.isEmpty, name[0] != UInt8(ascii: ".") || FileLink.isPlain(String(decoding: name, as: UTF8.self))
            else { return nil }
            filename = String(decoding: name, as: UTF8.self)
            url = FileLink.resolved(address, String(decoding: address, as: UTF8.self), base)
        } else {
            let path = UnsafeBufferPointer(
                rebasing: address[..<(address.firstIndex(of: UInt8(ascii: "?")) ?? fragment)])
            filename = FileLink.percentDecoded(UnsafeBufferPointer(rebasing: path[FileLink.nameStart(path)...]))
            guard FileLink.isPlain(filename) else { return nil }
            url = FileLink.resolved(address, FileLink.percentEncoded(address), base)
        }
        if fragment < link.count { readHashes(UnsafeBufferPointer(rebasing: link[(fragment + 1)...])) }
    }

    /// Where the fragment starts with its `#`, nearly always one SHA-256 from the end.
    @inline(__always)
    private static func fragmentStart(_ link: UnsafeBufferPointer<UInt8>) -> Int {
        let usual = link.count - 72
        if usual >= 0, link[usual] == UInt8(ascii: "#"), firstIndex(of: 0x23, or: 0x23, in: link, from: 0) == usual {
            return usual
        }
        return link.firstIndex(of: UInt8(ascii: "#")) ?? link.count
    }

    /// Whether the link is an address as it stands, without a query, and nothing in its path is encoded.
    @inline(__always)
    private static func isSimple(_ address: UnsafeBufferPointer<UInt8>) -> Bool {
        // Without a way out of the loop, so that it runs on many bytes at once.
        var special: UInt8 = 0
        for byte in address {
            special |= byte &- 0x21 > 0x7E - 0x21 ? 1 : 0
            special |= byte == UInt8(ascii: "%") ? 1 : 0
            special |= byte == UInt8(ascii: "?") ? 1 : 0
            special |= byte == UInt8(ascii: "\\") ? 1 : 0
        }
        return special == 0
    }

    @inline(__always)
    private static func nameStart(_ path: UnsafeBufferPointer<UInt8>) -> Int {
        var start = path.count
        while start > 0, path[start - 1] != UInt8(ascii: "/") { start -= 1 }
        return start
    }

    @inline(__always)
    private static func resolved(
        _ address: UnsafeBufferPointer<UInt8>, _ text: String, _ base: URLReference
    ) -> String {
        URLReference.schemeLength(address) == nil ? base.resolve(text) : text
    }

    /// Reads `sha256=…` and the like.
    private mutating func readHashes(_ fragment: UnsafeBufferPointer<UInt8>) {
        // All but a few fragments are this one hash.
        if fragment.count == 71, isText(fragment[..<7], "sha256="),
            let digest = SHA256Digest(hexDigits: fragment[7...])
        {
            sha256 = digest
            return
        }
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
    static func percentEncoded(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
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
        let bytes = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: digits))
        guard let a = hexadecimalWord(bytes, 0), let b = hexadecimalWord(bytes, 16),
            let c = hexadecimalWord(bytes, 32), let d = hexadecimalWord(bytes, 48)
        else { return nil }
        self.init(words: (a, b, c, d))
    }
}

/// The value of the 16 hexadecimal digits at `offset`.
@inline(__always)
private func hexadecimalWord(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64? {
    var word: UInt64 = 0
    var isWrong: UInt8 = 0
    for index in offset..<offset &+ 16 {
        let byte = bytes[index]
        let letter = (byte | 0x20) &- 0x61
        isWrong |= byte &- 0x30 < 10 || letter < 6 ? 0 : 1
        word = word << 4 | UInt64((byte & 15) &+ (byte >> 6) &* 9)
    }
    return isWrong == 0 ? word : nil
}
