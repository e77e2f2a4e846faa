public import Cryptography

/// One file of a project's page on an index (PEP 503, PEP 691).
public struct IndexFile: Sendable, Hashable {
    /// Whether a file was yanked (PEP 592): it is kept for those who pin its version, and for nobody else.
    public enum Yanked: Sendable, Hashable {
        case no
        /// With the reason given, which may be empty.
        case yes(reason: String)
    }

    /// Whether the index serves the wheel's METADATA beside it, at the file's URL with `.metadata` appended (PEP 658).
    public enum MetadataFile: Sendable, Hashable {
        case none
        /// With its digest, where the index tells one.
        case available(sha256: SHA256Digest?)
    }

    /// The last part of the URL, percent-decoded.
    public var filename: String
    /// Absolute, without a fragment; spaces and what is no ASCII are percent-encoded.
    public var url: String
    public var sha256: SHA256Digest?
    /// Digests by other algorithms, in lower-case hexadecimal, by the algorithm's name: `md5`, `sha512`.
    public var otherHashes: [String: String]
    /// What `Requires-Python` says; `nil` where it says nothing or nothing that can be read.
    public var requiresPython: SpecifierSet?
    public var yanked: Yanked
    public var metadata: MetadataFile
    /// In bytes (PEP 700), where the index tells it.
    public var size: UInt64?
    /// Where the index tells it (PEP 700).
    public var uploadTime: UploadTime?

    public init(
        filename: String, url: String, sha256: SHA256Digest? = nil, otherHashes: [String: String] = [:],
        requiresPython: SpecifierSet? = nil, yanked: Yanked = .no, metadata: MetadataFile = .none,
        size: UInt64? = nil, uploadTime: UploadTime? = nil
    ) {
        self.filename = filename
        self.url = url
        self.sha256 = sha256
        self.otherHashes = otherHashes
        self.requiresPython = requiresPython
        self.yanked = yanked
        self.metadata = metadata
        self.size = size
        self.uploadTime = uploadTime
    }

    public var isYanked: Bool { yanked != .no }

    /// Where the METADATA is that the index serves beside the file, if it does.
    public var metadataURL: String? { metadata == .none ? nil : url + ".metadata" }
}
