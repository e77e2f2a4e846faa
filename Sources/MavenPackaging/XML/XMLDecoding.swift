/// Brings a document to UTF-8: by its byte order mark, else by its declaration, else it is UTF-8 (XML 1.0, appendix F).
///
/// UTF-8, US-ASCII, ISO-8859-1, windows-1252 and UTF-16 are read. Bytes that are no UTF-8 in a document that says it
/// is are replaced, as Java does: authors' names in old POMs have some.
enum XMLDecoding {
    static func utf8(_ bytes: [UInt8], subject: String) throws(MavenPackagingError) -> [UInt8] {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return repaired(bytes[3...]) }
        if bytes.starts(with: [0xFE, 0xFF]) { return utf16(bytes[2...], isBigEndian: true) }
        if bytes.starts(with: [0xFF, 0xFE]) { return utf16(bytes[2...], isBigEndian: false) }
        if bytes.starts(with: [0x00, 0x3C, 0x00, 0x3F]) { return utf16(bytes[...], isBigEndian: true) }
        if bytes.starts(with: [0x3C, 0x00, 0x3F, 0x00]) { return utf16(bytes[...], isBigEndian: false) }
        guard let name = declared(bytes) else { return repaired(bytes[...]) }
        switch name.lowercased() {
        case "utf-8", "utf8", "us-ascii", "ascii": return repaired(bytes[...])
        case "iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "latin-1", "iso-8859-15", "windows-1252", "cp1252":
            return latin(bytes)
        default:
            throw MavenPackagingError(
                .badXML, subject, "is in the encoding '\(name)', which is not read",
                advice: "UTF-8, UTF-16, US-ASCII, ISO-8859-1 and windows-1252 are")
        }
    }

    /// The encoding that the document's first line names.
    private static func declared(_ bytes: [UInt8]) -> String? {
        guard bytes.starts(with: Array("<?xml".utf8)) else { return nil }
        let head = String(decoding: bytes.prefix(256), as: UTF8.self)
        guard let end = head.firstRange(of: "?>"), let key = head[..<end.lowerBound].firstRange(of: "encoding") else {
            return nil
        }
        let rest = head[key.upperBound..<end.lowerBound].drop { $0 == " " || $0 == "=" || $0 == "\t" }
        guard let quote = rest.first, quote == "\"" || quote == "'" else { return nil }
        return String(rest.dropFirst().prefix { $0 != quote })
    }

    private static func repaired(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        let isASCII = bytes.withUnsafeBytes { $0.allSatisfy { $0 < 0x80 } }
        if isASCII { return Array(bytes) }
        return Array(String(decoding: bytes, as: UTF8.self).utf8)
    }

    private static func latin(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count + bytes.count / 16)
        for byte in bytes {
            if byte < 0x80 {
                text.append(byte)
            } else {
                text.append(0xC0 | byte >> 6)
                text.append(0x80 | byte & 0x3F)
            }
        }
        return text
    }

    private static func utf16(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) -> [UInt8] {
        var units: [UInt16] = []
        units.reserveCapacity(bytes.count / 2)
        var index = bytes.startIndex
        while index + 1 < bytes.endIndex {
            let (a, b) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
            units.append(isBigEndian ? a << 8 | b : b << 8 | a)
            index += 2
        }
        return Array(String(decoding: units, as: UTF16.self).utf8)
    }
}
