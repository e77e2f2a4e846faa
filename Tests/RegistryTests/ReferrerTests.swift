import Cryptography
import ImageSpec
import SystemPackage
import TestSupport
import Testing

@testable import Registry

@Suite("Referrers", .timeLimit(.minutes(1)))
struct ReferrerTests {
    private struct Blobs: ImageContent {
        let payload: [UInt8]
        func source(of blob: Descriptor) -> BlobSource {
            .bytes(blob.digest == SHA256Digest(of: payload) ? payload : MediaType.emptyDocument)
        }
    }

    private func artifact(_ payload: String, _ type: String, of subject: Descriptor) -> (ImageManifest, Blobs) {
        let bytes = Array(payload.utf8)
        let manifest = ImageManifest(
            configuration: Descriptor(mediaType: MediaType.empty, of: MediaType.emptyDocument),
            layers: [Descriptor(mediaType: type, of: bytes)], annotations: ["who": payload], artifactType: type,
            subject: subject)
        return (manifest, Blobs(payload: bytes))
    }

    @Test("are listed by the registry, or by the fallback tag where it keeps no lists", arguments: [true, false])
    func listed(_ keeps: Bool) async throws {
        let registry = try FakeRegistry()
        registry.change { $0.keepsReferrers = keeps }
        let client = client(of: registry)
        let image = try FakeImage([noise(10)])
        _ = try await client.push(image.root, from: image, to: registry.reference("a:1"))
        let place = try registry.reference("a")
        #expect(try await client.referrers(of: image.root.digest, in: place).isEmpty)
        let (sbom, sbomBlobs) = artifact("sbom", "application/spdx+json", of: image.root)
        let (signature, signatureBlobs) = artifact("signature", "application/x-signature", of: image.root)
        let first = try await client.push(artifact: sbom, from: sbomBlobs, to: place)
        let second = try await client.push(artifact: signature, from: signatureBlobs, to: place.with(tag: "signed"))
        // A second time changes nothing.
        try await client.push(artifact: sbom, from: sbomBlobs, to: place)
        let all = try await client.referrers(of: image.root.digest, in: place)
        #expect(Set(all.map(\.digest)) == [first.digest, second.digest] && all.count == 2)
        let one = try await client.referrers(
            of: image.root.digest, in: place, artifactType: "application/spdx+json")
        #expect(one.map(\.digest) == [first.digest])
        #expect(registry.names(in: "a").contains("sha256-\(image.root.digest.hex)") == !keeps)
        #expect(registry.names(in: "a").contains("signed"))
        let fetched = try await client.manifest(place.with(digest: first.digest))
        #expect(try ImageManifest(parsing: fetched.bytes, name: "sbom") == sbom)
        #expect(try await client.bytes(of: sbom.layers[0], in: place) == Array("sbom".utf8))
    }

    @Test("none is lost where many are pushed at one moment, each by a client of its own")
    func parallel() async throws {
        let registry = try FakeRegistry()
        let pusher = client(of: registry)
        let image = try FakeImage([noise(10)])
        _ = try await pusher.push(image.root, from: image, to: registry.reference("a:1"))
        let place = try registry.reference("a")
        let pushed = try await withThrowingTaskGroup(of: SHA256Digest.self) { group in
            for number in 0..<8 {
                let (manifest, blobs) = artifact("sbom \(number)", "application/spdx+json", of: image.root)
                group.addTask {
                    try await RegistryClient(pusher.settings).push(artifact: manifest, from: blobs, to: place).digest
                }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        let listed = try await pusher.referrers(of: image.root.digest, in: place)
        #expect(Set(listed.map(\.digest)) == pushed && listed.count == 8)
    }

    @Test("an image under the fallback's tag is left alone")
    func occupied() async throws {
        let registry = try FakeRegistry()
        let client = client(of: registry)
        let image = try FakeImage([noise(10)])
        let tag = RegistryClient.fallbackTag(image.root.digest)
        _ = try await client.push(image.root, from: image, to: registry.reference("a:\(tag)"))
        let (sbom, blobs) = artifact("sbom", "application/spdx+json", of: image.root)
        #expect(
            await code { _ = try await client.push(artifact: sbom, from: blobs, to: registry.reference("a")) }
                == .unsupported)
        #expect(try registry.manifest(tag, in: "a") == image.bytes(image.root.digest))
    }
}
