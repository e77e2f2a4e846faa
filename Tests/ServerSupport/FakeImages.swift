public import Cryptography
public import HTTPServer
import JSONDocument
import Synchronization
public import SystemPackage
import TestSupport

/// Repositories whose images a test makes up; their blobs are files of a folder.
public final class FakeImages: ImageService {
    private struct Repository {
        var tags: [String: SHA256Digest] = [:]
        var manifests: [SHA256Digest: ServedManifest] = [:]
        var blobs: Set<SHA256Digest> = []
        var referrers: [SHA256Digest: [Referrer]] = [:]
        /// What is said in place of a manifest.
        var trouble: ManifestAnswer?
    }

    private let state = Mutex<[String: Repository]>([:])
    private let folder: Scratch
    /// How many have waited for what is being made.
    private let waits = Mutex(0)

    public init() throws {
        folder = try Scratch("images")
    }

    // MARK: What a test makes up

    /// Puts a file there. No repository needs it yet.
    @discardableResult
    public func store(_ bytes: [UInt8]) throws -> SHA256Digest {
        let digest = SHA256Digest(of: bytes)
        try folder.write(digest.hex, bytes)
        return digest
    }

    /// An image of these layers under a tag.
    @discardableResult
    public func image(_ repository: String, tag: String, layers: [[UInt8]]) throws -> ServedManifest {
        let configuration = Array(#"{"architecture":"amd64","os":"linux"}"#.utf8)
        let blobs = try ([configuration] + layers).map { (try store($0), $0.count) }
        func descriptor(_ type: String, _ blob: (SHA256Digest, Int)) -> JSON {
            .object([
                .init("mediaType", .string("application/vnd.oci.image." + type)),
                .init("digest", .string(blob.0.prefixed)), .init("size", JSON(blob.1)),
            ])
        }
        let json: JSON = .object([
            .init("schemaVersion", .integer(2)), .init("mediaType", .string(Self.manifestType)),
            .init("config", descriptor("config.v1+json", blobs[0])),
            .init("layers", .array(blobs.dropFirst().map { descriptor("layer.v1.tar", $0) })),
        ])
        let bytes = Array(json.compact.utf8)
        let manifest = ServedManifest(digest: SHA256Digest(of: bytes), mediaType: Self.manifestType, bytes: bytes)
        state.withLock { state in
            state[repository, default: Repository()].tags[tag] = manifest.digest
            state[repository]?.manifests[manifest.digest] = manifest
            state[repository]?.blobs.formUnion(blobs.map(\.0))
        }
        return manifest
    }

    public static let manifestType = "application/vnd.oci.image.manifest.v1+json"

    public func refer(_ referrer: Referrer, to subject: SHA256Digest, in repository: String) {
        state.withLock { $0[repository, default: Repository()].referrers[subject, default: []].append(referrer) }
    }

    public func answer(_ answer: ManifestAnswer, in repository: String) {
        state.withLock { $0[repository, default: Repository()].trouble = answer }
    }

    public var waiters: Int { waits.withLock { $0 } }

    public func path(of blob: SHA256Digest) -> FilePath { folder.file(blob.hex) }

    // MARK: ImageService

    public func repositories() async throws -> [String] { state.withLock { Array($0.keys) } }

    public func tags(of repository: String) async throws -> [String]? {
        state.withLock { $0[repository].map { Array($0.tags.keys) } }
    }

    public func manifest(
        _ reference: ManifestReference, of repository: String, for asker: String, patience: Duration
    ) async throws -> ManifestAnswer {
        guard let found = state.withLock({ $0[repository] }) else { return .unknownRepository }
        if let trouble = found.trouble {
            if case .making = trouble {
                waits.withLock { $0 += 1 }
                try await Task.sleep(for: patience)
            }
            return trouble
        }
        let digest: SHA256Digest? =
            switch reference {
            case .digest(let digest): digest
            case .tag(let tag): found.tags[tag]
            }
        return digest.flatMap { found.manifests[$0] }.map(ManifestAnswer.manifest) ?? .unknownManifest
    }

    public func blob(_ digest: SHA256Digest, of repository: String) async throws -> FilePath? {
        state.withLock { $0[repository]?.blobs.contains(digest) ?? false } ? path(of: digest) : nil
    }

    public func referrers(to subject: SHA256Digest, in repository: String) async throws -> [Referrer]? {
        state.withLock { $0[repository].map { $0.referrers[subject] ?? [] } }
    }
}
