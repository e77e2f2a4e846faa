public import Cryptography
public import SystemPackage

/// A file to fetch into a place on disk.
public struct Download: Sendable {
    public var url: ResourceURL
    /// Where the bytes go. A file that is there is taken for the beginning of this download and gone on with if
    /// `digest` can tell in the end whether that was right; otherwise it is written anew. Nobody else may write to it.
    public var file: FilePath
    public var digest: SHA256Digest?
    /// In bytes.
    public var size: UInt64?
    /// A file without a known size is refused beyond this many bytes.
    public var limit: UInt64 = 64 << 30
    public var headers: [(name: String, value: String)] = []
    /// As in ``Request/authorization``.
    public var authorization: Authorization?

    public init(_ url: ResourceURL, to file: FilePath, digest: SHA256Digest? = nil, size: UInt64? = nil) {
        self.url = url
        self.file = file
        self.digest = digest
        self.size = size
    }
}

/// A download that is done: the file is whole, and its digest is the one expected if one was. It is not yet synced.
public struct Downloaded: Sendable {
    /// Of every byte of the file.
    public let digest: SHA256Digest
    /// In bytes.
    public let size: UInt64
    /// Where it came from, after redirects.
    public let url: ResourceURL
    /// How many bytes were there already when the download began.
    public let resumed: UInt64
}

/// How far a download is.
public struct DownloadProgress: Sendable {
    /// Bytes of the file that are there.
    public let received: UInt64
    /// The whole, if it is known.
    public let size: UInt64?
}
