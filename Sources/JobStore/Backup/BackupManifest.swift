public import Cryptography
public import Documents
internal import JSONDocument
public import JobModel

/// What a backup says of itself: `manifest.json` in its folder.
public struct BackupManifest: Hashable, Sendable {
    /// Of how backups are laid out.
    public var format = BackupManifest.currentFormat
    /// When it was begun: every job that was acknowledged before is in it.
    public var createdAt: Moment
    /// The version of the database's tables.
    public var schema: Int
    /// The database's epoch.
    public var epoch: Int64
    /// How many jobs it holds, archived ones apart.
    public var jobs: Int
    /// Names the key that it is sealed with; `nil` for one that is not sealed.
    public var key: String?
    public var files: [BackupFile]
    /// Of a sealed one: made of all the rest with the key, so that no file can be left out, exchanged or brought in from
    /// another backup.
    public var code: String?

    static let currentFormat = 1

    /// How the database is called in a backup.
    static let database = "jobs.sqlite"

    public static let shape = Shape(
        "What a backup of the jobs says of itself.",
        initial: BackupManifest(createdAt: Moment(milliseconds: 0), schema: 0, epoch: 0, jobs: 0, files: []),
        fields: [
            Field("format", \.format, .integer(1...Int.max), required: true, "Of how backups are laid out."),
            Field("createdAt", \.createdAt, .moment, required: true, "Every job acknowledged before is in it."),
            Field("schema", \.schema, .integer(1...Int.max), required: true, "The version of the database's tables."),
            Field("epoch", \.epoch, .integer(0...Int64.max), required: true, "The database's epoch."),
            Field("jobs", \.jobs, .integer(0...Int.max), required: true, "How many jobs, archived ones apart."),
            Field("key", \.key, .anyText, "Names the key that it is sealed with."),
            Field("files", \.files, .list(of: BackupFile.shape.codec), required: true, "What it consists of."),
            Field("code", \.code, .anyText, "Made of all the rest with the key."),
        ])

    /// With its code, if there is a key. Whoever adds a field raises the format: older programs would leave it out.
    func signed(with key: SealingKey?) -> BackupManifest {
        var signed = self
        signed.code = nil
        signed.code = key?.code(of: Self.shape.json(signed).bytes)
        return signed
    }
}

/// A file of a backup.
public struct BackupFile: Hashable, Sendable {
    /// Below the backup's folder.
    public var path: String
    /// As it lies there, in bytes.
    public var size: Int64
    public var digest: SHA256Digest
    /// What is in it once it is unsealed; of a file that is not sealed, the same.
    public var contentSize: Int64
    public var contentDigest: SHA256Digest
    /// The original's own number and SQLite's counter of its changes, by which one that is the same still is known.
    public var changes: Int64

    /// Its name in the data folder.
    var original: String { path.hasSuffix(Self.sealed) ? String(path.dropLast(Self.sealed.count)) : path }

    static let sealed = ".sealed"

    static let shape = Shape(
        "A file of a backup.",
        initial: BackupFile(
            path: "", size: 0, digest: SHA256Digest(words: (0, 0, 0, 0)), contentSize: 0,
            contentDigest: SHA256Digest(words: (0, 0, 0, 0)), changes: 0),
        fields: [
            Field("path", \.path, .anyText, required: true, "Below the backup's folder."),
            Field("size", \.size, .integer(0...Int64.max), required: true, "In bytes, as it lies there."),
            Field("digest", \.digest, .digest, required: true, "SHA-256 of the file as it lies there."),
            Field("contentSize", \.contentSize, .integer(0...Int64.max), required: true, "In bytes, unsealed."),
            Field("contentDigest", \.contentDigest, .digest, required: true, "SHA-256 of the content, unsealed."),
            Field("changes", \.changes, .integer(0...Int64.max), required: true, "The original's number and changes."),
        ])
}

extension Codec where Value == SHA256Digest {
    fileprivate static var digest: Codec {
        parsed("a SHA-256 digest", pattern: "^[0-9a-f]{64}$") { text in
            guard let digest = SHA256Digest(hex: text) else { throw BadText(message: "is no SHA-256 digest") }
            return digest
        } print: {
            $0.hex
        }
    }
}
