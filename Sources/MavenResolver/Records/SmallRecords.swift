internal import ContentStore
internal import Cryptography
internal import MavenPackaging

/// A POM as it came, or that there is none.
struct POMRecord {
    static let kind: RecordKind = "maven-pom.2"

    /// Milliseconds since 1970.
    var learnt: Int64
    /// Empty where no repository has it.
    var url: String
    /// As the file's name has it: a snapshot's time and number, else the version.
    var fileVersion = ""
    /// Of a file of this machine.
    var stamp: FileStamp?
    var bytes: [UInt8]
    /// Nobody but the local repository vouches for it, or it is a web page that came in a POM's place: it is not kept.
    var isProvisional = false

    var isMissing: Bool { url.isEmpty }

    func encoded() -> [UInt8] {
        var writer = RecordWriter()
        writer.number(learnt)
        writer.text(url)
        writer.text(fileVersion)
        FileStamp.put(stamp, &writer)
        writer.append(bytes)
        return writer.bytes
    }

    init(learnt: Int64, url: String, bytes: [UInt8]) {
        self.learnt = learnt
        self.url = url
        self.bytes = bytes
    }

    init(_ record: [UInt8]) throws(RecordDamage) {
        var reader = RecordReader(record)
        learnt = try reader.number()
        url = try reader.text()
        fileVersion = try reader.text()
        stamp = try FileStamp.read(&reader)
        bytes = Array(record[try reader.take(reader.remaining)])
    }
}

/// What repositories list of a module, the folders of versions that they show included.
struct ListingRecord {
    static let kind: RecordKind = "maven-versions.2"

    /// Milliseconds since 1970.
    var learnt: Int64
    /// `nil` where no repository lists anything.
    var listing: ModuleListing?

    func encoded() -> [UInt8] {
        var writer = RecordWriter()
        writer.number(learnt)
        writer.number(UInt8(listing == nil ? 0 : 1))
        if let listing {
            ProjectRecord.put(listing.latest, &writer)
            ProjectRecord.put(listing.release, &writer)
            writer.shortNumber(UInt(listing.versions.count))
            for version in listing.versions { writer.text(version) }
        }
        return writer.bytes
    }

    init(learnt: Int64, listing: ModuleListing?) {
        self.learnt = learnt
        self.listing = listing
    }

    init(_ record: [UInt8]) throws(RecordDamage) {
        var reader = RecordReader(record)
        learnt = try reader.number()
        guard try reader.number(UInt8.self) == 1 else { return }
        var listing = ModuleListing(versions: [])
        listing.latest = try ProjectRecord.optional(&reader)
        listing.release = try ProjectRecord.optional(&reader)
        let count = try reader.count()
        guard count <= reader.remaining else { throw reader.damage }
        for _ in 0..<count { listing.versions.append(try reader.text()) }
        self.listing = listing
    }
}

/// A jar that was fetched: where it came from, and what it is.
struct JarRecord {
    static let kind: RecordKind = "maven-jar.2"

    /// Milliseconds since 1970.
    var learnt: Int64
    var fileVersion: String
    var repository: String
    var isFromDefault: Bool
    var url: String
    var sha256: SHA256Digest
    /// In bytes.
    var size: UInt64
    var checksums: [ChecksumKind: String]
    /// Of a file of this machine.
    var stamp: FileStamp?
    /// Nobody but the local repository vouches for it: it is not kept.
    var isProvisional = false

    func encoded() -> [UInt8] {
        var writer = RecordWriter()
        writer.number(learnt)
        writer.text(fileVersion)
        writer.text(repository)
        writer.number(UInt8(isFromDefault ? 1 : 0))
        writer.text(url)
        writer.digest(sha256)
        writer.number(size)
        FileStamp.put(stamp, &writer)
        writer.number(UInt8(checksums.count))
        for (kind, digits) in checksums.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            writer.text(kind.rawValue)
            writer.text(digits)
        }
        return writer.bytes
    }

    init(
        learnt: Int64, fileVersion: String, repository: Repository, url: String, sha256: SHA256Digest, size: UInt64,
        checksums: [ChecksumKind: String]
    ) {
        self.learnt = learnt
        self.fileVersion = fileVersion
        self.repository = repository.id
        isFromDefault = repository.isDefault
        self.url = url
        self.sha256 = sha256
        self.size = size
        self.checksums = checksums
    }

    init(_ record: [UInt8]) throws(RecordDamage) {
        var reader = RecordReader(record)
        learnt = try reader.number()
        fileVersion = try reader.text()
        repository = try reader.text()
        isFromDefault = try reader.number(UInt8.self) == 1
        url = try reader.text()
        sha256 = try reader.digest()
        size = try reader.number()
        stamp = try FileStamp.read(&reader)
        checksums = [:]
        for _ in 0..<(try reader.number(UInt8.self)) {
            guard let kind = ChecksumKind(rawValue: try reader.text()) else { throw reader.damage }
            checksums[kind] = try reader.text()
        }
        try reader.expectEnd()
    }
}
