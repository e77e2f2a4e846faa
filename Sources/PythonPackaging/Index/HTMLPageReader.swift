import Cryptography

/// Reads index pages in HTML (PEP 503): every anchor with an `href` that leads to a file.
///
/// It follows the tokens of HTML (comments, quoted and unquoted attributes, character references), not its tree, which
/// index pages do not need.
struct HTMLPageReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let pageURL: String
    private var position = 0
    private var base: URLReference
    private var hasBase = false
    private var hasTags = false
    private var files: [IndexFile] = []
    private var status: String?
    private var requiresPython = RequiresPythonTable()

    static func read(
        _ bytes: UnsafeBufferPointer<UInt8>, url: String
    ) throws(PythonPackagingError) -> SimplePage {
        var reader = HTMLPageReader(bytes: bytes, url: url)
        try reader.readPage()
        return SimplePage(files: reader.files, status: reader.status)
    }

    private init(bytes: UnsafeBufferPointer<UInt8>, url: String) {
        self.bytes = bytes
        pageURL = url
        base = URLReference(base: url)
        files.reserveCapacity(bytes.count / 400)
    }

    private mutating func readPage() throws(PythonPackagingError) {
        while let start = next(UInt8(ascii: "<"), from: position) {
            position = start + 1
            if starts(with: "!--") {
                position += 3
                skip(past: "-->")
            } else if (byte(0) | 0x20) &- 0x61 < 26 {
                hasTags = true
                try readTag()
            } else if byte(0) == UInt8(ascii: "!") || byte(0) == UInt8(ascii: "/") || byte(0) == UInt8(ascii: "?") {
                hasTags = true
                position = next(UInt8(ascii: ">"), from: position).map { $0 + 1 } ?? bytes.count
            }
        }
        if !hasTags, bytes.contains(where: { $0 > 0x20 }) {
            throw PythonPackagingError(
                code: .notAnIndexPage, subject: URLReference.withoutSecrets(pageURL),
                message: "answers with text that is no HTML",
                advice: "check that the index URL leads to a simple index, as .../simple/ does")
        }
    }

    private mutating func readTag() throws(PythonPackagingError) {
        let start = position
        while position < bytes.count, !HTMLPageReader.endsName(bytes[position]) { position += 1 }
        let name = bytes[start..<position]
        if name.count == 1, name[start] | 0x20 == UInt8(ascii: "a") {
            readAnchor()
        } else if isText(name, "base") {
            readBase()
        } else if isText(name, "meta") {
            try readMeta()
        } else {
            while readAttribute() != nil {}
            if isText(name, "script") || isText(name, "style") || isText(name, "title") || isText(name, "textarea") {
                skipRawText(name)
            }
        }
    }

    private mutating func readAnchor() {
        var href: Value?
        var python: Value?
        var yanked: Value?
        var metadata: Value?
        var legacyMetadata: Value?
        var uploadTime: Value?
        while let attribute = readAttribute() {
            let name = attribute.name
            switch name.count {
            case 4: if href == nil, isText(name, "href") { href = attribute.value }
            case 11: if yanked == nil, isText(name, "data-yanked") { yanked = attribute.value }
            case 16: if uploadTime == nil, isText(name, "data-upload-time") { uploadTime = attribute.value }
            case 18: if metadata == nil, isText(name, "data-core-metadata") { metadata = attribute.value }
            case 20: if python == nil, isText(name, "data-requires-python") { python = attribute.value }
            case 23:
                if legacyMetadata == nil, isText(name, "data-dist-info-metadata") { legacyMetadata = attribute.value }
            default: break
            }
        }
        guard let href, let link = decoding(href, { FileLink($0, base: base) }) else { return }
        var file = IndexFile(
            filename: link.filename, url: link.url, sha256: link.sha256, otherHashes: link.otherHashes)
        if let python {
            file.requiresPython = requiresPython.specifiers(
                UnsafeBufferPointer(rebasing: bytes[python.range]), decode: HTMLEntities.decoded)
        }
        if let yanked {
            file.yanked = .yes(reason: decoding(yanked) { String(decoding: trimmed($0), as: UTF8.self) })
        }
        if let metadata = metadata ?? legacyMetadata {
            file.metadata = decoding(metadata) { HTMLPageReader.metadata(trimmed($0)) }
        }
        if let uploadTime { file.uploadTime = decoding(uploadTime) { UploadTime(utf8: trimmed($0)) } }
        files.append(file)
    }

    /// `sha256=…` or `true` (PEP 714); a digest by another algorithm is one that nobody checks.
    private static func metadata(_ text: UnsafeBufferPointer<UInt8>) -> IndexFile.MetadataFile {
        if isText(text[...], "false") { return .none }
        guard text.count > 7, isText(text[..<7], "sha256=") else { return .available(sha256: nil) }
        return .available(sha256: SHA256Digest(hexDigits: text[7...]))
    }

    /// The first `<base href>` counts, for the links after it.
    private mutating func readBase() {
        while let attribute = readAttribute() {
            guard !hasBase, isText(attribute.name, "href") else { continue }
            hasBase = true
            let href = decoding(attribute.value) { FileLink.percentEncoded(trimmed($0)) }
            base = URLReference(base: base.resolve(href))
        }
    }

    private mutating func readMeta() throws(PythonPackagingError) {
        var name = ""
        var content = ""
        while let attribute = readAttribute() {
            let value = decoding(attribute.value) { String(decoding: trimmed($0), as: UTF8.self) }
            if isText(attribute.name, "name") { name = value.lowercased() }
            if isText(attribute.name, "content") { content = value }
        }
        if name == "pypi:repository-version", !content.hasPrefix("1."), content != "1" {
            throw SimplePage.unsupportedVersion(content, url: pageURL)
        }
        if name == "pypi:project-status" { status = content }
    }
}

// The tokens of a tag.
extension HTMLPageReader {
    /// An attribute's value as it stands, character references and all.
    private struct Value {
        var range: Range<Int>
        var hasReferences = false
    }

    /// Calls `body` with the value's text, references replaced.
    @inline(__always)
    private func decoding<Result>(_ value: Value, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        let raw = UnsafeBufferPointer(rebasing: bytes[value.range])
        if !value.hasReferences { return body(raw) }
        return HTMLEntities.decoded(raw).withUnsafeBufferPointer(body)
    }

    /// Reads the next attribute; `nil` once the tag has ended, which is stepped over.
    private mutating func readAttribute() -> (name: Slice<UnsafeBufferPointer<UInt8>>, value: Value)? {
        while position < bytes.count, HTMLPageReader.isSpace(bytes[position]) || bytes[position] == UInt8(ascii: "/") {
            position += 1
        }
        guard position < bytes.count else { return nil }
        if bytes[position] == UInt8(ascii: ">") {
            position += 1
            return nil
        }
        let start = position
        position += 1
        while position < bytes.count, bytes[position] != UInt8(ascii: "="),
            !HTMLPageReader.endsName(bytes[position])
        {
            position += 1
        }
        let name = bytes[start..<position]
        skipSpace()
        guard byte(0) == UInt8(ascii: "=") else { return (name, Value(range: position..<position)) }
        position += 1
        skipSpace()
        return (name, readValue())
    }

    private mutating func readValue() -> Value {
        let quote = byte(0)
        let isQuoted = quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'")
        if isQuoted { position += 1 }
        let start = position
        var hasReferences = false
        if isQuoted {
            while let index = firstIndex(of: quote, or: UInt8(ascii: "&"), in: bytes, from: position) {
                position = index
                if bytes[index] == quote { break }
                hasReferences = true
                position += 1
            }
            if byte(0) != quote { position = bytes.count }
        } else {
            while position < bytes.count, byte(0) != UInt8(ascii: ">"), !HTMLPageReader.isSpace(byte(0)) {
                if byte(0) == UInt8(ascii: "&") { hasReferences = true }
                position += 1
            }
        }
        let range = start..<position
        if isQuoted, position < bytes.count { position += 1 }
        return Value(range: range, hasReferences: hasReferences)
    }

    /// Steps over the text of an element in which tags have no meaning, up to its end tag.
    private mutating func skipRawText(_ name: Slice<UnsafeBufferPointer<UInt8>>) {
        while let start = next(UInt8(ascii: "<"), from: position) {
            position = start + 1
            guard byte(0) == UInt8(ascii: "/"), start + 2 + name.count <= bytes.count else { continue }
            let found = bytes[(start + 2)..<(start + 2 + name.count)]
            if zip(found, name).allSatisfy({ lowercased($0) == lowercased($1) }) {
                position = start
                return
            }
        }
        position = bytes.count
    }

    @inline(__always)
    private func byte(_ offset: Int) -> UInt8 {
        position + offset < bytes.count ? bytes[position + offset] : 0
    }

    @inline(__always)
    private func next(_ byte: UInt8, from start: Int) -> Int? {
        firstIndex(of: byte, or: byte, in: bytes, from: start)
    }

    private func starts(with text: StaticString) -> Bool {
        position + text.utf8CodeUnitCount <= bytes.count
            && (0..<text.utf8CodeUnitCount).allSatisfy { bytes[position + $0] == text.utf8Start[$0] }
    }

    private mutating func skip(past text: StaticString) {
        while position < bytes.count, !starts(with: text) { position += 1 }
        position = min(position + text.utf8CodeUnitCount, bytes.count)
    }

    private mutating func skipSpace() {
        while position < bytes.count, HTMLPageReader.isSpace(bytes[position]) { position += 1 }
    }

    @inline(__always)
    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x09 || byte == 0x0D || byte == 0x0C
    }

    @inline(__always)
    private static func endsName(_ byte: UInt8) -> Bool {
        isSpace(byte) || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "/")
    }
}
