internal import ContentStore
internal import Cryptography
internal import PythonPackaging

extension ProjectPage {
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
