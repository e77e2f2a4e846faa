import ContentStore
import Cryptography
import Diagnostics
import Foundation
import ImageSpec
import SystemPackage
import TestSupport
import Testing
import Transfer

@testable import Registry

/// An image in memory, or in files where a test wants it so.
struct FakeImage: ImageContent {
    private(set) var blobs: [SHA256Digest: BlobSource] = [:]
    private(set) var root: Descriptor

    /// - Parameters:
    ///   - layers: their bytes, the lowest first.
    ///   - folder: where layers lie as files; in memory if `nil`.
    init(
        _ layers: [[UInt8]], architecture: String = "amd64", type: String = MediaType.layer, in folder: Scratch? = nil
    ) throws {
        let configuration = ImageConfiguration(
            platform: Platform(architecture: architecture), diffIDs: layers.map { SHA256Digest(of: $0) })
        let manifest = ImageManifest(
            configuration: Descriptor(mediaType: MediaType.configuration, of: configuration.bytes),
            layers: layers.map {
                Descriptor(mediaType: type, digest: SHA256Digest(of: $0), size: UInt64($0.count))
            })
        root = Descriptor(mediaType: MediaType.manifest, of: manifest.bytes)
        for layer in layers {
            let digest = SHA256Digest(of: layer)
            blobs[digest] = try folder.map { .file(try $0.write(digest.hex, layer)) } ?? .bytes(layer)
        }
        for document in [configuration.bytes, manifest.bytes] { blobs[SHA256Digest(of: document)] = .bytes(document) }
    }

    /// One index of several.
    init(index images: [(FakeImage, Platform)]) {
        let index = ImageIndex(
            manifests: images.map { image, platform in
                var entry = image.root
                entry.platform = platform
                return entry
            })
        root = Descriptor(mediaType: MediaType.index, of: index.bytes)
        for (image, _) in images { blobs.merge(image.blobs) { $1 } }
        blobs[root.digest] = .bytes(index.bytes)
    }

    func source(of blob: Descriptor) throws -> BlobSource {
        try #require(blobs[blob.digest])
    }

    func bytes(_ digest: SHA256Digest) throws -> [UInt8] {
        switch try #require(blobs[digest]) {
        case .bytes(let bytes): return bytes
        case .file(let path): return Array(try Data(contentsOf: URL(fileURLWithPath: path.string)))
        }
    }
}

/// Bytes that no compression makes shorter.
func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    return (0..<count).map { _ in
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return UInt8(truncatingIfNeeded: state >> 24)
    }
}

/// A client that gives up quickly, goes through no proxy, and may speak plain HTTP to the hosts named.
func client(
    _ hosts: String..., files: [FilePath] = [], configuration: RegistriesConfiguration = RegistriesConfiguration(),
    chunkSize: UInt64 = 64 << 20, attempts: Int = 4
) -> RegistryClient {
    var transfer = TransferOptions()
    transfer.proxy = .none
    transfer.retry.attempts = attempts
    transfer.retry.firstPause = .milliseconds(2)
    transfer.stallTimeout = .seconds(5)
    transfer.connectTimeout = .seconds(5)
    var settings = RegistrySettings(
        transfer: transfer, credentials: RegistryCredentials(files: files), configuration: configuration,
        plainHosts: Set(hosts))
    settings.chunkSize = chunkSize
    settings.settlingTime = .milliseconds(60)
    return RegistryClient(settings)
}

func client(of registry: FakeRegistry, files: [FilePath] = [], chunkSize: UInt64 = 64 << 20) -> RegistryClient {
    client(registry.host, files: files, chunkSize: chunkSize)
}

extension FakeRegistry {
    func reference(_ rest: String) throws -> RegistryReference { try RegistryReference("\(host)/\(rest)") }
}

/// The code of what something throws, if that is a ``RegistryError``.
func code(_ body: () async throws -> Void) async -> RegistryErrorCode? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? RegistryError)?.code
    }
}
