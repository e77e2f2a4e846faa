import Cryptography

/// Reads the rows of a RECORD as Python's `csv` does.
struct WheelRecordReader {
    struct Problem: Error {
        var row: Int
        var message: String
    }

    private var scanner: ByteScanner
    private var row = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) { scanner = ByteScanner(bytes) }

    mutating func entries() throws(Problem) -> [WheelRecord.Entry] {
        var entries: [WheelRecord.Entry] = []
        entries.reserveCapacity(scanner.end / 96)
        while !scanner.isAtEnd {
            row += 1
            if takeLineEnd() { continue }
            entries.append(try entry())
        }
        return entries
    }

    private mutating func entry() throws(Problem) -> WheelRecord.Entry {
        var entry = WheelRecord.Entry(path: "")
        if scanner.current == UInt8(ascii: "\"") {
            entry.path = String(decoding: try quoted(), as: UTF8.self)
        } else {
            entry.path = scanner.text(plain())
        }
        if entry.path.isEmpty { throw Problem(row: row, message: "names no file") }
        try expectComma()
        try readHash(into: &entry)
        try expectComma()
        let size = try field()
        if !size.isEmpty {
            guard size.allSatisfy(isDigit), case .small(let value) = size.withUnsafeBufferPointer(VersionNumber.init)
            else { throw Problem(row: row, message: "has a malformed size") }
            entry.size = value
        }
        guard scanner.isAtEnd || takeLineEnd() else { throw Problem(row: row, message: "has more than three fields") }
        return entry
    }

    private mutating func readHash(into entry: inout WheelRecord.Entry) throws(Problem) {
        if scanner.matchesExactly("sha256=") {
            scanner.position += 7
            let digits = plain()
            guard let digest = SHA256Digest(base64URLDigits: scanner.bytes[digits]) else {
                throw Problem(row: row, message: "has a malformed sha256 hash")
            }
            entry.sha256 = digest
            return
        }
        let hash = try field()
        if hash.isEmpty { return }
        let text = String(decoding: hash, as: UTF8.self)
        if text.hasPrefix("sha256="), let digest = SHA256Digest(base64URL: text.dropFirst(7)) {
            entry.sha256 = digest
        } else if text.contains("="), !text.hasPrefix("sha256=") {
            entry.otherHash = text
        } else {
            throw Problem(row: row, message: "has a malformed hash")
        }
    }

    private mutating func expectComma() throws(Problem) {
        guard scanner.take(UInt8(ascii: ",")) else { throw Problem(row: row, message: "has not three fields") }
    }

    private mutating func field() throws(Problem) -> [UInt8] {
        scanner.current == UInt8(ascii: "\"") ? try quoted() : Array(scanner.bytes[plain()])
    }

    /// The range of a field without quotes, up to the comma or the row's end.
    private mutating func plain() -> Range<Int> {
        let start = scanner.position
        while !scanner.isAtEnd, scanner.current != UInt8(ascii: ","), scanner.current != 0x0A, scanner.current != 0x0D {
            scanner.position += 1
        }
        return start..<scanner.position
    }

    /// A field in quotes, in which a doubled quote stands for one.
    private mutating func quoted() throws(Problem) -> [UInt8] {
        scanner.position += 1
        var value: [UInt8] = []
        while !scanner.isAtEnd {
            let byte = scanner.current
            scanner.position += 1
            if byte == UInt8(ascii: "\"") {
                if scanner.current != UInt8(ascii: "\"") { return value }
                scanner.position += 1
            }
            value.append(byte)
        }
        throw Problem(row: row, message: "has a quote without an end")
    }

    private mutating func takeLineEnd() -> Bool {
        if scanner.take(0x0A) { return true }
        guard scanner.take(0x0D) else { return false }
        _ = scanner.take(0x0A)
        return true
    }
}

extension SHA256Digest {
    /// Takes the 43 digits of URL-safe base64 that RECORD uses, with or without padding; `nil` for anything else.
    init?(base64URLDigits digits: Slice<UnsafeBufferPointer<UInt8>>) {
        guard digits.count == 43 || (digits.count == 44 && digits.last == UInt8(ascii: "=")) else { return nil }
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        for index in digits.startIndex..<digits.startIndex + 43 {
            guard let value = SHA256Digest.base64Value(digits[index]) else { return nil }
            // The whole is shifted left by six bits; the last digit carries four.
            let shift: UInt64 = index == digits.startIndex + 42 ? 4 : 6
            let fresh = UInt64(value) >> (6 - shift)
            words.0 = words.0 << shift | words.1 >> (64 - shift)
            words.1 = words.1 << shift | words.2 >> (64 - shift)
            words.2 = words.2 << shift | words.3 >> (64 - shift)
            words.3 = words.3 << shift | fresh
        }
        self.init(words: words)
    }

    @inline(__always)
    private static func base64Value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte &- 0x41
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte &- 0x61 &+ 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte &- 0x30 &+ 52
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
