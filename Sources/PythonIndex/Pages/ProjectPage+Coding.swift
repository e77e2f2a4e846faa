internal import ContentStore
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
        var tables = Tables.Writer()
        var sources: [Source] = []
        var rows = RecordWriter()
        rows.reserve(files.count * 200)
        var offsets: [UInt32] = []
        offsets.reserveCapacity(files.count)
        for (file, source) in files {
            offsets.append(UInt32(rows.count))
            let place = sources.firstIndex(of: source) ?? sources.endIndex
            if place == sources.endIndex { sources.append(source) }
            Self.write(file, UInt16(clamping: place), to: &rows, &tables)
        }
        var content = RecordWriter()
        content.number(UInt8(isKnown ? 1 : 0))
        content.number(UInt32(files.count))
        var texts = RecordWriter()
        for text in [status, validators.eTag, validators.lastModified] { texts.text(text ?? "", length: UInt16.self) }
        texts.text(validators.index, length: UInt16.self)
        texts.number(UInt16(clamping: sources.count))
        for source in sources {
            texts.number(source.kind.rawValue)
            texts.text(source.url, length: UInt16.self)
        }
        for table in tables.all {
            texts.number(UInt32(table.count))
            for text in table { texts.text(text, length: UInt16.self) }
        }
        let rowsStart = Self.headSize + content.count + 4 + texts.count
        content.number(UInt32(rowsStart + rows.count))
        content.append(texts.bytes)
        content.append(rows.bytes)
        for offset in offsets { content.number(UInt32(rowsStart) + offset) }

        let digest = SHA256Digest(of: content.bytes)
        var document = RecordWriter()
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
            offsets: rowsStart + rows.count, prefixes: tables.all[0], requiresPython: tables.all[1],
            yanked: tables.all[2])
    }

    private static func write(
        _ file: IndexFile, _ source: UInt16, to rows: inout RecordWriter, _ tables: inout Tables.Writer
    ) {
        var (url, name) = (file.url, file.filename)
        var flags: UInt8 = 0
        if file.sha256 != nil { flags |= Flag.sha256 }
        if !file.otherHashes.isEmpty { flags |= Flag.otherHashes }
        if file.isYanked { flags |= Flag.yanked }
        if case .available(let digest) = file.metadata {
            flags |= Flag.metadata
            if digest != nil { flags |= Flag.metadataDigest }
        }
        if file.size != nil { flags |= Flag.size }
        if file.uploadTime != nil { flags |= Flag.uploadTime }

        url.withUTF8 { url in
            name.withUTF8 { name in
                let prefix = commonPart(of: url)
                var rest = url[prefix.endIndex...]
                if rest.count > name.count, rest.suffix(name.count).elementsEqual(name) {
                    rest = rest.dropLast(name.count)
                    flags |= Flag.urlEndsInName
                }
                rows.number(flags)
                rows.number(source)
                rows.number(tables.number(ofPrefix: prefix))
                rows.number(file.requiresPython.map { tables.number(of: $0) } ?? none)
                rows.text(name[...], length: UInt16.self)
                rows.text(rest, length: UInt16.self)
            }
        }
        if let digest = file.sha256 { rows.digest(digest) }
        if !file.otherHashes.isEmpty {
            let texts = file.otherHashes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            rows.text(texts.joined(separator: "&"), length: UInt16.self)
        }
        if case .yes(let reason) = file.yanked { rows.number(tables.number(ofReason: reason)) }
        if case .available(.some(let digest)) = file.metadata { rows.digest(digest) }
        if let size = file.size { rows.number(size) }
        if let time = file.uploadTime { rows.number(time.microseconds) }
    }

    /// What many files' URLs begin with: scheme, host and the path's first part.
    private static func commonPart(of url: UnsafeBufferPointer<UInt8>) -> Slice<UnsafeBufferPointer<UInt8>> {
        var slashes = 0
        for index in url.indices where url[index] == UInt8(ascii: "/") {
            slashes += 1
            if slashes == 4 { return url[...index] }
        }
        return url[..<0]
    }

    /// The page as fetched again at another time with the same content.
    func refreshed(fetched: Int64, freshUntil: Int64) -> ProjectPage {
        var head = RecordWriter()
        head.number(Self.format)
        head.number(fetched)
        head.number(freshUntil)
        var document = document
        document.replaceSubrange(..<head.count, with: head.bytes)
        return ProjectPage(project, document: document) ?? self
    }

    // MARK: - Reading

    /// Reads a document; `nil` for one of another format or a damaged one.
    init?(_ project: PackageName, document: [UInt8]) {
        var reader = RecordReader(document)
        guard let head = try? Head(&reader), let tables = try? Tables(&reader),
            head.offsets + head.count * 4 == document.count
        else { return nil }
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

        init(_ reader: inout RecordReader) throws(RecordDamage) {
            guard try reader.number(UInt32.self) == ProjectPage.format else { throw reader.damage }
            fetched = try reader.number()
            freshUntil = try reader.number()
            digest = try reader.digest()
            isKnown = try reader.number(UInt8.self) & 1 != 0
            count = Int(try reader.number(UInt32.self))
            offsets = Int(try reader.number(UInt32.self))
        }
    }

    fileprivate struct Tables {
        var status: String?
        var validators: Validators
        var sources: [Source] = []
        var texts: [[String]] = []

        init(_ reader: inout RecordReader) throws(RecordDamage) {
            let status = try reader.shortText()
            let (eTag, lastModified) = (try reader.shortText(), try reader.shortText())
            self.status = status.isEmpty ? nil : status
            validators = Validators(
                eTag: eTag.isEmpty ? nil : eTag, lastModified: lastModified.isEmpty ? nil : lastModified,
                index: try reader.shortText())
            for _ in 0..<(try reader.number(UInt16.self)) {
                guard let kind = Source.Kind(rawValue: try reader.number()) else { throw reader.damage }
                sources.append(Source(kind, url: try reader.shortText()))
            }
            for _ in 0..<3 {
                var table: [String] = []
                for _ in 0..<(try reader.number(UInt32.self)) { table.append(try reader.shortText()) }
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
        do throws(RecordDamage) {
            var files: [(file: IndexFile, source: Source)] = []
            files.reserveCapacity(places.count)
            for place in places {
                var offset = RecordReader(document, at: layout.offsets + 4 * place)
                var row = RecordReader(document, at: Int(try offset.number(UInt32.self)))
                files.append(try decode(&row, &parsed))
            }
            return files
        } catch {
            throw PythonIndexError(
                .damagedRecord, project.description, "has a stored page that cannot be read",
                advice: "lock again with --upgrade=\(project), which asks for the page again")
        }
    }

    private func decode(
        _ row: inout RecordReader, _ parsed: inout [UInt32: SpecifierSet?]
    ) throws(RecordDamage) -> (file: IndexFile, source: Source) {
        let flags = try row.number(UInt8.self)
        let (source, prefix, python) = (
            try row.number(UInt16.self), try row.number(UInt32.self), try row.number(UInt32.self)
        )
        let (name, rest) = (try row.shortText(), try row.shortText())
        guard source < sources.count, prefix < layout.prefixes.count,
            python == Self.none || python < layout.requiresPython.count
        else { throw row.damage }
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
        if flags & Flag.sha256 != 0 { file.sha256 = try row.digest() }
        if flags & Flag.otherHashes != 0 {
            for part in try row.shortText().split(separator: "&") {
                let words = part.split(separator: "=", maxSplits: 1)
                if words.count == 2 { file.otherHashes[String(words[0])] = String(words[1]) }
            }
        }
        if flags & Flag.yanked != 0 {
            let number = try row.number(UInt32.self)
            guard number < layout.yanked.count else { throw row.damage }
            file.yanked = .yes(reason: layout.yanked[Int(number)])
        }
        if flags & Flag.metadata != 0 {
            file.metadata = .available(sha256: flags & Flag.metadataDigest != 0 ? try row.digest() : nil)
        }
        if flags & Flag.size != 0 { file.size = try row.number(UInt64.self) }
        if flags & Flag.uploadTime != 0 { file.uploadTime = UploadTime(microseconds: try row.number(Int64.self)) }
        return (file, sources[Int(source)])
    }
}

extension RecordReader {
    /// A name, a URL: what an index says in at most 65,535 bytes.
    fileprivate mutating func shortText() throws(RecordDamage) -> String { try text(length: UInt16.self) }
}

extension ProjectPage.Tables {
    /// Gives texts that repeat from file to file their numbers, in the order met.
    fileprivate struct Writer {
        private var prefixes = Numbers<String>()
        private var pythons = Numbers<SpecifierSet>()
        private var reasons = Numbers<String>()
        private var lastPrefix: [UInt8] = []

        var all: [[String]] { [prefixes.all, pythons.all.map(\.description), reasons.all] }

        mutating func number(ofPrefix prefix: Slice<UnsafeBufferPointer<UInt8>>) -> UInt32 {
            // Neighbours mostly lie on one host.
            if let last = prefixes.last, lastPrefix.elementsEqual(prefix) { return last }
            lastPrefix = Array(prefix)
            return prefixes.number(of: String(decoding: prefix, as: UTF8.self))
        }

        mutating func number(of specifiers: SpecifierSet) -> UInt32 { pythons.number(of: specifiers) }

        mutating func number(ofReason reason: String) -> UInt32 { reasons.number(of: reason) }
    }

    private struct Numbers<Value: Hashable> {
        private(set) var all: [Value] = []
        private var numbers: [Value: UInt32] = [:]
        /// The number that was asked for last.
        private(set) var last: UInt32?

        mutating func number(of value: Value) -> UInt32 {
            if let last, all[Int(last)] == value { return last }
            let number = numbers[value] ?? UInt32(all.count)
            if number == all.count {
                all.append(value)
                numbers[value] = number
            }
            last = number
            return number
        }
    }
}
