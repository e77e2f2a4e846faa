/// A text file as read: its name for messages, and its bytes. Reading files is for the caller.
public struct SourceText: Sendable {
    /// The path as the user knows it: `recipes/tensorflow.yaml`.
    public let name: String
    public let bytes: [UInt8]

    public init(_ bytes: some Sequence<UInt8>, name: String) {
        self.bytes = Array(bytes)
        self.name = name
    }

    public init(_ text: String, name: String) {
        bytes = Array(text.utf8)
        self.name = name
    }

    /// The folder part of the name, `""` for the current one; relative paths in the text start there.
    public var folder: String {
        guard let slash = name.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
        return String(name[..<slash])
    }

    /// The text without a byte order mark, checked to be UTF-8 within a size, without NUL.
    ///
    /// - Parameter limit: the most bytes that a reader of this format takes.
    public func validated(limit: Int) throws(DocumentError) -> ArraySlice<UInt8> {
        guard bytes.count <= limit else {
            throw DocumentError(
                .tooLarge, in: name, message: "has \(bytes.count) bytes, and at most \(limit) are read",
                advice: "check that this is the right file")
        }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            throw DocumentError(
                .notText, in: name, at: SourceMark(line: 1, column: 1), message: "is UTF-16",
                advice: "save the file as UTF-8")
        }
        let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        let text = bytes[start...]
        if let bad = firstForeignByte(in: text) {
            throw DocumentError(
                .notText, in: name, at: mark(of: bad),
                message: bytes[bad] == 0 ? "holds a NUL byte" : "is not UTF-8 here",
                advice: "save the file as UTF-8")
        }
        return text
    }

    /// The line and column of a byte.
    ///
    /// - Parameter offset: counts from the first byte of the file.
    public func mark(of offset: Int) -> SourceMark {
        var line = 1
        var column = 1
        for byte in bytes[..<min(offset, bytes.count)] {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        return SourceMark(line: line, column: column)
    }

    /// A line's text, shortened where it is long, for messages; `nil` where there is none.
    func excerpt(line: Int) -> String? {
        var current = 1
        var start = 0
        while current < line {
            guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            start = end + 1
            current += 1
        }
        let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
        return String(decoding: bytes[start..<min(end, start + 160)], as: UTF8.self)
    }
}

/// The place of the first byte that is NUL or no part of well-formed UTF-8 (RFC 3629).
private func firstForeignByte(in bytes: ArraySlice<UInt8>) -> Int? {
    bytes.withUnsafeBufferPointer { buffer in
        var index = 0
        while index < buffer.count {
            let byte = buffer[index]
            if byte < 0x80 {
                if byte == 0 { return bytes.startIndex + index }
                index += 1
                continue
            }
            let (length, lowest, highest): (Int, UInt8, UInt8)
            switch byte {
            case 0xC2...0xDF: (length, lowest, highest) = (2, 0x80, 0xBF)
            case 0xE0: (length, lowest, highest) = (3, 0xA0, 0xBF)
            case 0xED: (length, lowest, highest) = (3, 0x80, 0x9F)
            case 0xE1...0xEF: (length, lowest, highest) = (3, 0x80, 0xBF)
            case 0xF0: (length, lowest, highest) = (4, 0x90, 0xBF)
            case 0xF1...0xF3: (length, lowest, highest) = (4, 0x80, 0xBF)
            case 0xF4: (length, lowest, highest) = (4, 0x80, 0x8F)
            default: return bytes.startIndex + index
            }
            guard index + length <= buffer.count, (lowest...highest).contains(buffer[index + 1]) else {
                return bytes.startIndex + index
            }
            for next in (index + 2)..<max(index + 2, index + length) where buffer[next] & 0xC0 != 0x80 {
                return bytes.startIndex + index
            }
            index += length
        }
        return nil
    }
}
