public import ContentStore
public import Cryptography
public import ImageSpec

/// A finished layer in the store.
public struct Layer: Sendable, Hashable {
    /// What one package takes of it.
    public struct Part: Sendable, Hashable {
        /// `numpy 2.4.6`
        public var title: String
        public var files: Int
        /// Bytes of the files.
        public var size: UInt64
        /// Bytes of the blob that are the package's.
        public var compressedSize: UInt64
    }

    public var title: String
    /// The digest of the tar (OCI image-spec, config.md §layer diffID).
    public var diffID: SHA256Digest
    /// The compressed tar.
    public var blob: Blob
    /// Bytes of the tar.
    public var size: UInt64
    public var compression: LayerFormat.Compression
    public var parts: [Part]

    public var descriptor: Descriptor {
        let type =
            switch compression {
            case .gzip: MediaType.gzipLayer
            case .zstd: MediaType.zstdLayer
            }
        return Descriptor(mediaType: type, digest: blob.digest, size: blob.size)
    }
}
