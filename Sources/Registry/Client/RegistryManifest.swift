internal import Cryptography
public import ImageSpec

/// A manifest or index as a registry has it: its type, digest and size, and its bytes.
public struct RegistryManifest: Sendable, Equatable {
    /// The type is OCI's or Docker's, as it was given.
    public let descriptor: Descriptor
    public let bytes: [UInt8]

    /// A document at hand.
    public init(mediaType: String, _ bytes: [UInt8]) {
        descriptor = Descriptor(mediaType: mediaType, of: bytes)
        self.bytes = bytes
    }

    public var isIndex: Bool { MediaType.canonical(descriptor.mediaType) == MediaType.index }

    /// A larger one is no manifest (distribution-spec §pushing manifests: what registries must take).
    public static let limit = 4 << 20
    /// How deep indexes may list indexes.
    static let deepest = 4
    /// How many documents an image of many platforms may have.
    static let most = 1000
    /// How many bytes the documents of one image, or the pages of one list, may have together.
    static let budget = 64 << 20

    /// Reads what it names.
    ///
    /// - Throws: `ImageSpecError`.
    public func contents(name: String) throws -> Contents {
        if isIndex { return .index(try ImageIndex(parsing: bytes, name: name)) }
        return .manifest(try ImageManifest(parsing: bytes, name: name))
    }

    public enum Contents: Sendable {
        case index(ImageIndex)
        case manifest(ImageManifest)
    }
}
