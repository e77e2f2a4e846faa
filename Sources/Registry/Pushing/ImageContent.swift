public import ImageSpec
public import SystemPackage

/// Where the bytes of a blob are.
public enum BlobSource: Sendable {
    case bytes([UInt8])
    case file(FilePath)
}

/// What can give the blobs of an image that is to be pushed. A layer is asked for only where the registry lacks it.
public protocol ImageContent: Sendable {
    /// - Throws: where there is no such blob.
    func source(of blob: Descriptor) async throws -> BlobSource
}

/// What a push has done.
public struct PushReport: Sendable, Equatable {
    /// Of the manifest or index.
    public var descriptor: Descriptor
    /// Blobs that the repository had.
    public var present = 0
    /// Blobs that came from another repository of the registry.
    public var mounted = 0
    /// Blobs that were sent.
    public var sent = 0
    /// Bytes of blobs in requests that the registry has answered.
    public var bytes: UInt64 = 0
    /// Whether a manifest or index was written; if not, everything was there, under its tag.
    public var isNew = false

    init(_ descriptor: Descriptor) {
        self.descriptor = descriptor
    }
}
