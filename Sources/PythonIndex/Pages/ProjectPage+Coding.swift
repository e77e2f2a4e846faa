internal import Cryptography
internal import PythonPackaging

// The document: a head of fixed size (when), then the content, whose SHA-256 is the page's digest:
//
//     0  format  4  fetched  12  fresh until  20  digest
//     52 flags   53 count    57 where the rows' offsets lie
//     61 status, validators, tables of sources, URL prefixes, Requires-Python and yanked texts; rows; offsets of rows
//
// A row is its flags, its numbers into the tables, and what the flags say that follows.

extension ProjectPage {
    static let format: UInt32 = 0x5050_0001
    private static let headSize = 52

    /// Where things lie in a document.
    struct Layout: Sendable {
        var offsets = 0
        var prefixes: [String] = []
        var requiresPython: [String] = []
        var yanked: [String] = []
    }

    private enum Flag {
        static let sha256: UInt8 = 1
        static let urlEndsInName: UInt8 = 2
        static let otherHashes: UInt8 = 4
        static let yanked: UInt8 = 8
        static let metadata: UInt8 = 16
        static let metadataDigest: UInt8 = 32
        static let size: UInt8 = 64
        static let uploadTime: UInt8 = 128
    }

    private static let none = UInt32.max

    // MARK: - Writing

    init(
        _ project: PackageName, files: [(file: IndexFile, source: Source)], isKnown: Bool, status: String?,
        validators: Validators, fetched: Int64, freshUntil: Int64
    ) {
        var prefixes = TextNumbers(), pythons = TextNumbers(), reasons = TextNumbers()
        var sources: [Source] = []
        var rows = RowWriter()
        var offsets: [UInt32] = []
        for (file, source) in files {
            offsets.append(UInt32(rows.bytes.count))
            let place = sources.firstIndex(of: source) ?? sources.endIndex
            if place == sources.endIndex { sources.append(source) }
            Self.write(file, UInt16(clamping: place), to: &rows, &prefixes, &pythons, &reasons)
        }
        var content = RowWriter()
        content.number(UInt8(isKnown ? 1 : 0))
        content.number(UInt32(files.count))
        var tables = RowWriter()
        for text in [status, validators.eTag, validators.lastModified] { tables.text(text ?? "") }
        tables.text(validators.index)
        tables.number(UInt16(clamping: sources.count))
        for source in sources {
            tables.number(source.kind.rawValue)
            tables.text(source.url)
        }
        for table in [prefixes, pythons, reasons] {
            tables.number(UInt32(table.texts.count))
            for text in table.texts { tables.text(text) }
        }
        let rowsStart = Self.headSize + content.bytes.count + 4 + tables.bytes.count
        content.number(UInt32(rowsStart + rows.bytes.count))
        content.append(tables.bytes)
        content.append(rows.bytes)
        for offset in offsets { content.number(UInt32(rowsStart) + offset) }

        let digest = SHA256Digest(of: content.bytes)
        var document = RowWriter()
        document.number(Self.format)
        document.number(fetched)
        document.number(freshUntil)
        document.digest(digest)
        document.append(content.bytes)

        self.project = project
        self.digest = digest
        self.isKnown = isKnown
        self.status = status
        count = files.count
        self.sources = sources
        self.validators = validators
        self.fetched = fetched
        self.freshUntil = freshUntil
        self.document = document.bytes
        layout = Layout(
            offsets: rowsStart + rows.bytes.count, prefixes: prefixes.texts, requiresPython: pythons.texts,
            yanked: reasons.texts)
    }

    private static func write(
        _ file: IndexFile, _ source: UInt16, to rows: inout RowWriter, _ prefixes: inout TextNumbers,
        _ pythons: inout TextNumbers, _ reasons: inout TextNumbers
    ) {
        let prefix = commonPart(of: file.url)
        var rest = file.url.utf8.dropFirst(prefix.utf8.count)
        var flags: UInt8 = 0
        if rest.count > file.filename.utf8.count,
            rest.suffix(file.filename.utf8.count).elementsEqual(file.filename.utf8)
        {
            rest = rest.dropLast(file.filename.utf8.count)
            flags |= Flag.urlEndsInName
        }
        if file.sha256 != nil { flags |= Flag.sha256 }
        if !file.otherHashes.isEmpty { flags |= Flag.otherHashes }
        if file.isYanked { flags |= Flag.yanked }
        if case .available(let digest) = file.metadata {
            flags |= Flag.metadata
            if digest != nil { flags |= Flag.metadataDigest }
        }
        if file.size != nil { flags |= Flag.size }
        if file.uploadTime != nil { flags |= Flag.uploadTime }

        rows.number(flags)
        rows.number(source)
        rows.number(prefixes.number(of: prefix))
        rows.number(file.requiresPython.map { pythons.number(of: $0.description) } ?? none)
        rows.text(file.filename)
        rows.text(Substring(rest))
        if let digest = file.sha256 { rows.digest(digest) }
        if !file.otherHashes.isEmpty {
            let texts = file.otherHashes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            rows.text(texts.joined(separator: "&"))
        }
        if case .yes(let reason) = file.yanked { rows.number(reasons.number(of: reason)) }
        if case .available(.some(let digest)) = file.metadata { rows.digest(digest) }
        if let size = file.size { rows.number(size) }
        if let time = file.uploadTime { rows.number(time.microseconds) }
    }

    /// What many files' URLs begin with: scheme, host and the path's first part.
    private static func commonPart(of url: String) -> String {
        var slashes = 0
        for (index, byte) in zip(url.utf8.indices, url.utf8) where byte == UInt8(ascii: "/") {
            slashes += 1
            if slashes == 4 { return String(url[...index]) }
        }
        return ""
    }

    /// The page as fetched again at another time with the same content.
    func refreshed(fetched: Int64, freshUntil: Int64) -> ProjectPage {
        var head = RowWriter()
        head.number(Self.format)
        head.number(fetched)
        head.number(freshUntil)
        var document = document
        document.replaceSubrange(..<head.bytes.count, with: head.bytes)
        return ProjectPage(project, document: document) ?? self
    }

    // MARK: - Reading

    /// Reads a document; `nil` for one of another format or a damaged one.
    init?(_ project: PackageName, document: [UInt8]) {
        let page = document.withUnsafeBytes { bytes -> (head: Head, tables: Tables)? in
            var reader = RowReader(bytes)
            guard let head = Head(&reader), let tables = Tables(&reader), head.offsets + head.count * 4 == bytes.count
            else { return nil }
            return (head, tables)
        }
        guard let (head, tables) = page else { return nil }
        self.project = project
        digest = head.digest
        isKnown = head.isKnown
        count = head.count
        fetched = head.fetched
        freshUntil = head.freshUntil
        status = tables.status
        validators = tables.validators
        sources = tables.sources
        layout = Layout(
            offsets: head.offsets, prefixes: tables.texts[0], requiresPython: tables.texts[1],
            yanked: tables.texts[2])
        self.document = document
    }

    private struct Head {
        var fetched: Int64
        var freshUntil: Int64
        var digest: SHA256Digest
        var isKnown: Bool
        var count: Int
        var offsets: Int

        init?(_ reader: inout RowReader) {
            guard reader.number(UInt32.self) == ProjectPage.format, let fetched = reader.number(Int64.self),
                let freshUntil = reader.number(Int64.self), let digest = reader.digest(),
                let flags = reader.number(UInt8.self), let count = reader.number(UInt32.self),
                let offsets = reader.number(UInt32.self)
            else { return nil }
            self.fetched = fetched
            self.freshUntil = freshUntil
            self.digest = digest
            isKnown = flags & 1 != 0
            self.count = Int(count)
            self.offsets = Int(offsets)
        }
    }

    private struct Tables {
        var status: String?
        var validators: Validators
        var sources: [Source] = []
        var texts: [[String]] = []

        init?(_ reader: inout RowReader) {
            guard let status = reader.text(), let eTag = reader.text(), let lastModified = reader.text(),
                let index = reader.text(), let sourceCount = reader.number(UInt16.self)
            else { return nil }
            self.status = status.isEmpty ? nil : status
            validators = Validators(
                eTag: eTag.isEmpty ? nil : eTag, lastModified: lastModified.isEmpty ? nil : lastModified, index: index)
            for _ in 0..<sourceCount {
                guard let kind = reader.number(UInt8.self).flatMap({ Source.Kind(rawValue: $0) }),
                    let url = reader.text()
                else { return nil }
                sources.append(Source(kind, url: url))
            }
            for _ in 0..<3 {
                guard let count = reader.number(UInt32.self) else { return nil }
                var table: [String] = []
                for _ in 0..<count {
                    guard let text = reader.text() else { return nil }
                    table.append(text)
                }
                texts.append(table)
            }
        }
    }

    /// The files at some places.
    func decode(_ places: Range<Int>) throws -> [(file: IndexFile, source: Source)] {
        guard places.lowerBound >= 0, places.upperBound <= count else {
            throw PythonIndexError(
                .noSuchFile, project.description, "has no file \(places.upperBound - 1) on its page of \(count)")
        }
        var parsed: [UInt32: SpecifierSet?] = [:]
        return try document.withUnsafeBytes { bytes in
            try places.map { place in
                var offset = RowReader(bytes, at: layout.offsets + 4 * place)
                guard let start = offset.number(UInt32.self) else { throw damaged }
                var row = RowReader(bytes, at: Int(start))
                guard let decoded = decode(&row, &parsed) else { throw damaged }
                return decoded
            }
        }
    }

    private func decode(
        _ row: inout RowReader, _ parsed: inout [UInt32: SpecifierSet?]
    ) -> (file: IndexFile, source: Source)? {
        guard let flags = row.number(UInt8.self), let source = row.number(UInt16.self),
            let prefix = row.number(UInt32.self), let python = row.number(UInt32.self), let name = row.text(),
            let rest = row.text(), source < sources.count, prefix < layout.prefixes.count,
            python == Self.none || python < layout.requiresPython.count
        else { return nil }
        let end = flags & Flag.urlEndsInName != 0 ? name : ""
        var file = IndexFile(filename: name, url: layout.prefixes[Int(prefix)] + rest + end)
        if python != Self.none {
            file.requiresPython =
                parsed[python]
                ?? {
                    let set = try? SpecifierSet(layout.requiresPython[Int(python)])
                    parsed[python] = .some(set)
                    return set
                }()
        }
        if flags & Flag.sha256 != 0 {
            guard let digest = row.digest() else { return nil }
            file.sha256 = digest
        }
        if flags & Flag.otherHashes != 0 {
            guard let text = row.text() else { return nil }
            for part in text.split(separator: "&") {
                let words = part.split(separator: "=", maxSplits: 1)
                if words.count == 2 { file.otherHashes[String(words[0])] = String(words[1]) }
            }
        }
        if flags & Flag.yanked != 0 {
            guard let number = row.number(UInt32.self), number < layout.yanked.count else { return nil }
            file.yanked = .yes(reason: layout.yanked[Int(number)])
        }
        if flags & Flag.metadata != 0 {
            var digest: SHA256Digest?
            if flags & Flag.metadataDigest != 0 {
                guard let found = row.digest() else { return nil }
                digest = found
            }
            file.metadata = .available(sha256: digest)
        }
        if flags & Flag.size != 0 {
            guard let size = row.number(UInt64.self) else { return nil }
            file.size = size
        }
        if flags & Flag.uploadTime != 0 {
            guard let time = row.number(Int64.self) else { return nil }
            file.uploadTime = UploadTime(microseconds: time)
        }
        return (file, sources[Int(source)])
    }

    private var damaged: PythonIndexError {
        PythonIndexError(
            .damagedRecord, project.description, "has a stored page that cannot be read",
            advice: "run 'chidori store verify', or ask again with --refresh")
    }
}

/// Texts that repeat, each by its number in the order met.
private struct TextNumbers {
    private(set) var texts: [String] = []
    private var numbers: [String: UInt32] = [:]

    mutating func number(of text: String) -> UInt32 {
        if let known = numbers[text] { return known }
        let number = UInt32(texts.count)
        texts.append(text)
        numbers[text] = number
        return number
    }
}
