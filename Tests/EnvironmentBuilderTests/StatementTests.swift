import Cryptography
import ImageSpec
import Registry
import SupplyChain
import TestSupport
import Testing
import Transfer

@testable import EnvironmentBuilder
@testable import Layers

/// Whoever may write beside an image can hang there what was signed for another one.
@Suite("What is said of images, and about which")
struct StatementTests {
    private let folder: Scratch
    private let layout: OCILayout
    private let key = SigningKey()

    init() throws {
        folder = try Scratch("statements")
        layout = OCILayout(folder.file("layout"))
    }

    /// Writes an image of one configuration and gives its descriptor.
    private func image(_ word: String) throws -> Descriptor {
        let configuration = ImageConfiguration(platform: Platform(architecture: "amd64"), labels: ["word": word])
        let manifest = ImageManifest(
            configuration: Descriptor(mediaType: MediaType.configuration, of: configuration.bytes), layers: [])
        let image = Image(
            platform: configuration.platform, manifest: manifest, configuration: configuration, layers: [],
            conflicts: [], descriptor: Descriptor(mediaType: MediaType.manifest, of: manifest.bytes),
            blobs: [ImageBlob(manifest.bytes), ImageBlob(configuration.bytes)])
        try layout.write(ImageSet([image]), tag: word)
        return image.descriptor
    }

    /// A signed statement about an image, hung below the same or another one.
    private func statement(
        about subject: Descriptor, below image: Descriptor, type: String = Provenance.mediaType, by key: SigningKey
    ) -> Artifact {
        let payload =
            #"{"_type":"https://in-toto.io/Statement/v1","predicateType":"https://slsa.dev/provenance/v1","#
            + #""predicate":{},"subject":[{"name":"x","digest":{"sha256":"\#(subject.digest.hex)"}}]}"#
        let envelope = Envelope(Array(payload.utf8), type: type, signedWith: key)
        return Artifact(
            type: Provenance.mediaType, content: envelope.bytes, mediaType: Envelope.mediaType, about: image)
    }

    private func trust(
        _ image: Descriptor, on shelf: ImageShelf? = nil, _ key: SigningKey?
    ) async throws -> [ImageReport.Statement.Trust] {
        try await (shelf ?? .layout(layout)).statements(about: image.digest, key?.verification).map(\.trust)
    }

    @Test("what the key has signed about another image counts for nothing, and the image's own is still to be said")
    func replayed() async throws {
        let (first, second) = (try image("first"), try image("second"))
        try layout.attach([statement(about: first, below: second, by: key)])
        #expect(try await trust(second, key) == [.otherSubject])
        let own = statement(about: second, below: second, by: key)
        let shelf = ImageShelf.layout(layout)
        let before = try await shelf.statements(about: second.digest, key.verification)
        #expect(RegistryReleases.missing([own], among: before) == [own])
        try layout.attach([own])
        #expect(try await trust(second, key) == [.otherSubject, .signed])
        let after = try await shelf.statements(about: second.digest, key.verification)
        #expect(RegistryReleases.missing([own], among: after).isEmpty)
    }

    @Test("a payload of another type, another key's, or about one image of an index is told apart")
    func others() async throws {
        let (first, second) = (try image("first"), try image("second"))
        try layout.attach([statement(about: first, below: first, type: "application/json", by: key)])
        try layout.attach([statement(about: second, below: second, by: SigningKey())])
        #expect(try await trust(first, key) == [.otherSubject])
        #expect(try await trust(second, key) == [.otherKey])
        #expect(try await trust(second, nil) == [.unsigned])
    }

    @Test("a bill that nobody signed is left out only where the very same is there")
    func bills() async throws {
        let image = try image("first")
        func bill(_ text: String) -> Artifact {
            Artifact(type: "application/spdx+json", content: Array(text.utf8), about: image)
        }
        try layout.attach([bill("{}")])
        let known = try await ImageShelf.layout(layout).statements(about: image.digest, key.verification)
        #expect(RegistryReleases.missing([bill("{}"), bill("[]")], among: known) == [bill("[]")])
    }

    @Test("what a registry lists for an image, and is about another by its own words, counts for nothing")
    func listed() async throws {
        let (first, second) = (try image("first"), try image("second"))
        let registry = try FakeRegistry()
        let artifact = statement(about: first, below: first, by: key)
        for blob in artifact.blobs { registry.put(blob: blob, in: "a") }
        registry.put(manifest: artifact.manifest.bytes, type: MediaType.manifest, in: "a")
        for image in [first, second] {
            registry.put(
                manifest: ImageIndex(manifests: [artifact.descriptor]).bytes, type: MediaType.index,
                as: "sha256-\(image.digest.hex)", in: "a")
        }
        var settings = RegistrySettings(plainHosts: [registry.host])
        settings.transfer.proxy = .none
        let shelf = ImageShelf.repository(try RegistryReference("\(registry.host)/a"), RegistryClient(settings))
        #expect(try await trust(first, on: shelf, key) == [.signed])
        #expect(try await trust(second, on: shelf, key) == [.otherSubject])
        #expect(try await trust(second, on: shelf, nil) == [.otherSubject])
    }
}
