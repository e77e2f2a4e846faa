import Cryptography
import ImageSpec
import Synchronization
import TestSupport
import Testing

@testable import Registry

@Suite("Documents that many write", .timeLimit(.minutes(1)))
struct UpdatingTests {
    private struct Blobs: ImageContent {
        let blobs: [[UInt8]]
        func source(of blob: Descriptor) throws -> BlobSource {
            .bytes(try #require(blobs.first { SHA256Digest(of: $0) == blob.digest }))
        }
    }

    private static let type = "application/x-part"

    /// Adds a part to an artifact, unless it is there.
    private func add(_ part: String, to known: ImageManifest?) -> (manifest: ImageManifest, content: any ImageContent)?
    {
        let bytes = Array(part.utf8)
        var layers = known?.layers ?? []
        guard !layers.contains(where: { $0.digest == SHA256Digest(of: bytes) }) else { return nil }
        layers.append(Descriptor(mediaType: Self.type, of: bytes))
        let manifest = ImageManifest(
            configuration: Descriptor(mediaType: MediaType.empty, of: MediaType.emptyDocument), layers: layers)
        return (manifest, Blobs(blobs: [bytes, MediaType.emptyDocument]))
    }

    @Test("what eight add to one artifact at one moment is all there, though each takes its time", arguments: [0, 40])
    func parallel(_ milliseconds: Int) async throws {
        let registry = try FakeRegistry()
        let place = try registry.reference("a:parts")
        let settings = client(of: registry).settings
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<8 {
                group.addTask {
                    try await RegistryClient(settings).update(artifact: place, adding: "part \(number)") { known in
                        try await Task.sleep(for: .milliseconds(milliseconds))
                        return add("part \(number)", to: known)
                    }
                }
            }
            for try await isNew in group { #expect(isNew) }
        }
        let manifest = try ImageManifest(parsing: #require(registry.manifest("parts", in: "a")), name: "parts")
        #expect(
            Set(manifest.layers.map(\.digest))
                == Set((0..<8).map { SHA256Digest(of: Array("part \($0)".utf8)) }))
    }

    @Test("what is there already is not written again")
    func again() async throws {
        let registry = try FakeRegistry()
        let place = try registry.reference("a:parts")
        let client = client(of: registry)
        #expect(try await client.update(artifact: place, adding: "a part") { add("x", to: $0) })
        registry.server.forgetRequests()
        #expect(try await !client.update(artifact: place, adding: "a part") { add("x", to: $0) })
        #expect(registry.server.requests().allSatisfy { ["GET", "HEAD"].contains($0.method) })
    }

    @Test("a part that others take away over and over ends in an error")
    func overwritten() async throws {
        let registry = try FakeRegistry()
        let place = try registry.reference("a:parts")
        var settings = client(of: registry).settings
        settings.settlingTime = .milliseconds(5)
        let other = try #require(add("other", to: nil)).manifest.bytes
        registry.put(blob: Array("other".utf8), in: "a")
        registry.interfere { request in
            guard request.method == "GET", request.path.hasSuffix("/manifests/parts") else { return nil }
            return HTTPReply(200, other, type: MediaType.manifest)
        }
        let error = await #expect(throws: RegistryError.self) {
            try await RegistryClient(settings).update(artifact: place, adding: "the part") { add("x", to: $0) }
        }
        #expect(error?.code == .refused && error?.message.contains("does not keep the part") == true)
    }
}
