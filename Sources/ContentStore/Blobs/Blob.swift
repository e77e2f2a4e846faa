public import Cryptography

/// A stored file, known by its content.
public struct Blob: Hashable, Sendable {
    public let digest: SHA256Digest
    /// In bytes.
    public let size: UInt64

    public init(digest: SHA256Digest, size: UInt64) {
        self.digest = digest
        self.size = size
    }
}
