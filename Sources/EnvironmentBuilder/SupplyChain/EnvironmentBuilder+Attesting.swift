public import Cryptography
public import ImageSpec
internal import PythonPackaging
internal import Recipes
internal import Registry
public import SupplyChain
internal import SystemPackage
internal import Workers

/// What is said of an image beside it.
public struct Attesting: Sendable {
    /// Signs the provenance.
    public var key: SigningKey?
    /// Who has built it, a URI.
    public var builder: String

    public init(key: SigningKey? = nil, builder: String = Provenance.standardBuilder) {
        self.key = key
        self.builder = builder
    }
}

extension EnvironmentBuilder {
    /// The bills of materials and the provenance of an image, as artifacts that refer to it. Without a key their bytes
    /// follow from the lock and the image alone.
    func attestations(
        of environments: [BasedEnvironment], _ located: LocatedLock, base: String?, beside folder: FilePath,
        about image: Descriptor, _ attesting: Attesting
    ) async throws -> [Artifact] {
        try await blocking { [self] in
            var inventory = try inventory(
                of: located, named: located.name,
                environments.map { ($0.environment.platform, $0.environment.id, $0.environment.units) })
            let bases = environments.compactMap(\.base)
            if let base, !bases.isEmpty {
                inventory.base = try self.base(
                    base, bases, for: environments.map(\.environment.platform), beside: folder)
            }
            return Self.attestations(of: inventory, about: image, attesting)
        }
    }

    /// What is attached to an image whose contents are known.
    public static func attestations(
        of inventory: Inventory, about image: Descriptor, _ attesting: Attesting
    ) -> [Artifact] {
        let statement = Provenance(
            of: [.init(name: inventory.name, digest: image.digest)], inventory, builder: attesting.builder
        ).bytes
        let envelope = attesting.key.map { Envelope(statement, type: Provenance.mediaType, signedWith: $0) }
        return [
            Artifact(type: SPDXDocument.mediaType, content: SPDXDocument.bytes(inventory), about: image),
            Artifact(type: CycloneDXDocument.mediaType, content: CycloneDXDocument.bytes(inventory), about: image),
            Artifact(
                type: Provenance.mediaType, content: envelope?.bytes ?? statement,
                mediaType: envelope == nil ? nil : Envelope.mediaType, about: image),
        ]
    }

    /// An archive is one image in one file: there is no place beside it.
    static func cannotHold(_ reference: ImageReference) -> BuilderError {
        BuilderError(
            .unknownInput, subject: "\(reference)",
            message: "is one file with one image, and has no place for what is said of it",
            advice: "write the image to a folder, oci:DIR[:TAG], or push it to a registry")
    }
}

/// Blobs that are at hand.
struct BytesContent: ImageContent {
    private let blobs: [SHA256Digest: [UInt8]]

    init(_ blobs: [[UInt8]]) {
        self.blobs = Dictionary(blobs.map { (SHA256Digest(of: $0), $0) }) { first, _ in first }
    }

    func source(of blob: Descriptor) throws -> BlobSource {
        guard let bytes = blobs[blob.digest] else {
            throw RegistryError(
                .damaged, blob.digest.prefixed, "belongs to what is to be pushed and is not at hand",
                advice: "report it: this is a fault of the program's")
        }
        return .bytes(bytes)
    }
}
