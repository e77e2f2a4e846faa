internal import Archive
internal import ContentStore
internal import Cryptography
internal import Preflight
internal import Workers

/// What jars hold: read once from each jar, then from the store.
struct JarContents: Sendable {
    private static let kind: RecordKind = "jarcontent.3"

    let store: ContentStore
    let workers: Workers

    /// A jar whose bytes can be had.
    struct Source: Sendable {
        let digest: SHA256Digest
        /// Gives the jar's bytes; asked only where the store knows nothing of it.
        let open: @Sendable () throws -> any ByteSource
    }

    /// What each jar holds, or why that cannot be read. Blocks.
    ///
    /// - Throws: where the store or the machine refuses.
    func contents(of jars: [Source]) throws -> [Result<JarContent, ArchiveError>] {
        let keys = jars.map(\.digest.hex)
        let records = try store.records(kind: Self.kind, keys: keys)
        let known = try workers.map(Array(keys)) { key in records[key].flatMap { try? JarContent(record: $0) } }
        var places: [SHA256Digest: Int] = [:]
        for index in jars.indices where known[index] == nil { places[jars[index].digest] = index }
        let missing = places.values.sorted()
        let found = try workers.map(missing) { index -> Result<JarContent, ArchiveError> in
            do {
                return .success(try JarContent(of: jars[index].open()))
            } catch let error as ArchiveError where error.code != .unreadable {
                return .failure(error)
            }
        }
        let read = Dictionary(uniqueKeysWithValues: zip(missing.map { jars[$0].digest }, found))
        try store.setRecords(
            kind: Self.kind,
            read.compactMap { digest, outcome in (try? outcome.get()).map { (digest.hex, $0.record) } })
        return try jars.indices.map { index in
            if let content = known[index] { return .success(content) }
            guard let outcome = read[jars[index].digest] else {
                throw BuilderError(
                    .damaged, subject: keys[index], message: "was not looked into", advice: "run the command again")
            }
            return outcome
        }
    }
}

extension JarContent {
    /// As the store keeps it: the facts, the names of packages, and a row of numbers for each property of classes.
    var record: [UInt8] {
        var record = RecordWriter()
        let parts = classes.parts
        record.reserve(parts.names.count + parts.hashes.count * 28 + 64)
        record.number(UInt8(isSealed ? 1 : 0))
        record.shortNumber(UInt(classFileVersion ?? 0))
        for texts in [signers, nativeProcessors, otherwiseSealed] {
            record.shortNumber(UInt(texts.count))
            for text in texts.sorted() { record.text(text) }
        }
        record.shortNumber(UInt(parts.packages.count))
        for package in parts.packages { record.text(package) }
        record.row(parts.packageOf)
        record.row(parts.hashes)
        record.row(parts.contents)
        record.row(parts.tails)
        record.row(parts.nameEnds)
        record.stretch(parts.names)
        return record.bytes
    }

    /// - Throws: `RecordDamage`.
    init(record bytes: [UInt8]) throws {
        self.init()
        var record = RecordReader(bytes)
        isSealed = try record.number(UInt8.self) != 0
        let version = try record.count()
        classFileVersion = version == 0 ? nil : version
        for _ in 0..<(try record.count()) { signers.insert(try record.text()) }
        for _ in 0..<(try record.count()) { nativeProcessors.insert(try record.text()) }
        for _ in 0..<(try record.count()) { otherwiseSealed.insert(try record.text()) }
        var packages: [String] = []
        for _ in 0..<(try record.count()) { packages.append(try record.text()) }
        let parts = ClassListing.Parts(
            packages: packages, packageOf: try record.row(), hashes: try record.row(), contents: try record.row(),
            tails: try record.row(), nameEnds: try record.row(), names: Array(bytes[try record.stretch()]))
        try record.expectEnd()
        guard let listing = ClassListing(parts) else { throw record.damage }
        classes = listing
    }
}
