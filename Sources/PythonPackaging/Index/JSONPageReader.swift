import Cryptography

/// Reads index pages in JSON (PEP 691, with the later keys of PEP 700, 714 and 792).
struct JSONPageReader {
    private var files: [IndexFile] = []
    private var hasFiles = false
    private var status: String?
    private var apiVersion: String?
    private var base: URLReference
    private var requiresPython = RequiresPythonTable()

    static func read(
        _ bytes: UnsafeBufferPointer<UInt8>, url: String
    ) throws(PythonPackagingError) -> SimplePage {
        var reader = JSONPageReader(base: URLReference(base: url))
        var scanner = JSONScanner(bytes)
        do throws(JSONScanner.Problem) {
            try reader.readPage(&scanner)
            guard scanner.isAtEnd() else {
                throw JSONScanner.Problem(message: "goes on after its end", position: scanner.position)
            }
        } catch {
            throw PythonPackagingError(
                code: .malformedIndexPage, subject: URLReference.withoutSecrets(url),
                message: "answers with broken JSON: it \(error.message) at byte \(error.position)",
                advice: "ask again; if it stays so, tell the index's operator", column: error.position + 1)
        }
        if let version = reader.apiVersion, !version.hasPrefix("1."), version != "1" {
            throw SimplePage.unsupportedVersion(version, url: url)
        }
        guard reader.hasFiles else {
            throw PythonPackagingError(
                code: .notAnIndexPage, subject: URLReference.withoutSecrets(url),
                message: "answers with JSON that lists no files",
                advice: "check that the index URL leads to a simple index, as .../simple/ does")
        }
        return SimplePage(files: reader.files, status: reader.status)
    }

    private init(base: URLReference) { self.base = base }

    private mutating func readPage(_ scanner: inout JSONScanner) throws(JSONScanner.Problem) {
        try scanner.object { (key, scanner) throws(JSONScanner.Problem) in
            if isText(key[...], "files"), scanner.peek() == UInt8(ascii: "[") {
                hasFiles = true
                try scanner.array { (scanner) throws(JSONScanner.Problem) in try readFile(&scanner) }
            } else if isText(key[...], "meta"), scanner.peek() == UInt8(ascii: "{") {
                try readMeta(&scanner)
            } else if isText(key[...], "project-status") {
                try readStatus(&scanner)
            } else {
                try scanner.skipValue()
            }
        }
    }

    private mutating func readMeta(_ scanner: inout JSONScanner) throws(JSONScanner.Problem) {
        try scanner.object { (key, scanner) throws(JSONScanner.Problem) in
            if isText(key[...], "api-version"), scanner.peek() == UInt8(ascii: "\"") {
                apiVersion = try scanner.text()
            } else if isText(key[...], "project-status") {
                try readStatus(&scanner)
            } else {
                try scanner.skipValue()
            }
        }
    }

    /// `{"status": "archived", "reason": …}`, or the status alone.
    private mutating func readStatus(_ scanner: inout JSONScanner) throws(JSONScanner.Problem) {
        switch scanner.peek() {
        case UInt8(ascii: "\""): status = try scanner.text()
        case UInt8(ascii: "{"):
            try scanner.object { (key, scanner) throws(JSONScanner.Problem) in
                if isText(key[...], "status"), scanner.peek() == UInt8(ascii: "\"") {
                    status = try scanner.text()
                } else {
                    try scanner.skipValue()
                }
            }
        default: try scanner.skipValue()
        }
    }

    private mutating func readFile(_ scanner: inout JSONScanner) throws(JSONScanner.Problem) {
        let start = scanner.position
        var filename: String?
        var link: FileLink?
        var hasURL = false
        var file = IndexFile(filename: "", url: "")
        var legacyMetadata: IndexFile.MetadataFile?
        var metadata: IndexFile.MetadataFile?
        try scanner.object { (key, scanner) throws(JSONScanner.Problem) in
            let isString = scanner.peek() == UInt8(ascii: "\"")
            switch key.count {
            case 3 where isString && isText(key[...], "url"):
                hasURL = true
                link = try scanner.string { FileLink($0, base: base) }
            case 4 where isText(key[...], "size"):
                file.size = try scanner.wholeNumber()
            case 6 where isText(key[...], "hashes") && scanner.peek() == UInt8(ascii: "{"):
                (file.sha256, file.otherHashes) = try JSONPageReader.hashes(&scanner)
            case 6 where isText(key[...], "yanked"):
                file.yanked = try JSONPageReader.yanked(&scanner)
            case 8 where isString && isText(key[...], "filename"):
                filename = try scanner.text()
            case 11 where isString && isText(key[...], "upload-time"):
                file.uploadTime = try scanner.string { UploadTime(utf8: $0) }
            case 13 where isText(key[...], "core-metadata"):
                metadata = try JSONPageReader.metadata(&scanner)
            case 15 where isString && isText(key[...], "requires-python"):
                let text = try scanner.rawString()
                file.requiresPython = requiresPython.specifiers(text.bytes) { raw in
                    // Broken escapes make a demand that cannot be read, which is none.
                    text.isEscaped ? (try? JSONScanner.unescaped(raw, at: 0)) ?? [] : Array(raw)
                }
            case 18 where isText(key[...], "dist-info-metadata"):
                legacyMetadata = try JSONPageReader.metadata(&scanner)
            default:
                try scanner.skipValue()
            }
        }
        guard hasURL else { throw JSONScanner.Problem(message: "lists a file without a URL", position: start) }
        // A link to no file, or to one with a name that leads elsewhere, is passed over as in HTML.
        guard let link, filename.map(FileLink.isPlain) ?? true else { return }
        file.filename = filename ?? link.filename
        file.url = link.url
        file.sha256 = file.sha256 ?? link.sha256
        if file.otherHashes.isEmpty { file.otherHashes = link.otherHashes }
        file.metadata = metadata ?? legacyMetadata ?? .none
        files.append(file)
    }

    private static func hashes(
        _ scanner: inout JSONScanner
    ) throws(JSONScanner.Problem) -> (SHA256Digest?, [String: String]) {
        var sha256: SHA256Digest?
        var others: [String: String] = [:]
        try scanner.object { (key, scanner) throws(JSONScanner.Problem) in
            guard scanner.peek() == UInt8(ascii: "\"") else { return try scanner.skipValue() }
            if isText(key[...], "sha256") {
                sha256 = try scanner.string { SHA256Digest(hexDigits: $0[...]) }
            } else {
                let name = String(decoding: key, as: UTF8.self)
                others[name] = try scanner.text().lowercased()
            }
        }
        return (sha256, others)
    }

    /// `true`, `false`, or the reason (PEP 691), which may be empty.
    private static func yanked(_ scanner: inout JSONScanner) throws(JSONScanner.Problem) -> IndexFile.Yanked {
        switch scanner.peek() {
        case UInt8(ascii: "\""): return .yes(reason: try scanner.text())
        case UInt8(ascii: "t"):
            try scanner.skipValue()
            return .yes(reason: "")
        default:
            try scanner.skipValue()
            return .no
        }
    }

    /// `true`, `false`, or the hashes (PEP 714).
    private static func metadata(
        _ scanner: inout JSONScanner
    ) throws(JSONScanner.Problem) -> IndexFile.MetadataFile {
        switch scanner.peek() {
        case UInt8(ascii: "{"): return .available(sha256: try hashes(&scanner).0)
        case UInt8(ascii: "t"):
            try scanner.skipValue()
            return .available(sha256: nil)
        default:
            try scanner.skipValue()
            return .none
        }
    }
}
