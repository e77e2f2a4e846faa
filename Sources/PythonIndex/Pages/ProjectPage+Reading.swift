internal import ContentStore
internal import Cryptography
internal import PythonPackaging

extension ProjectPage {
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

    struct Tables {
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
