import Cryptography
import Foundation
import ImageSpec
import SystemPackage
import TestSupport
import Testing

@testable import Layers

@Suite("What is said of images in a layout")
struct ReferrersTests {
    private let folder: Scratch
    private let layout: OCILayout

    init() throws {
        folder = try Scratch("referrers")
        layout = OCILayout(folder.file("layout"))
    }

    /// Writes an image of one configuration and gives its descriptor.
    private func write(_ word: String, tag: String?) throws -> Descriptor {
        let configuration = ImageConfiguration(platform: Platform(architecture: "amd64"), labels: ["word": word])
        let manifest = ImageManifest(
            configuration: Descriptor(mediaType: MediaType.configuration, of: configuration.bytes), layers: [])
        let image = Image(
            platform: configuration.platform, manifest: manifest, configuration: configuration, layers: [],
            conflicts: [],
            descriptor: Descriptor(mediaType: MediaType.manifest, of: manifest.bytes),
            blobs: [ImageBlob(manifest.bytes), ImageBlob(configuration.bytes)])
        try layout.write(ImageSet([image]), tag: tag)
        return image.descriptor
    }

    private func artifact(_ text: String, about image: Descriptor) -> Artifact {
        Artifact(type: "application/spdx+json", content: Array(text.utf8), about: image)
    }

    @Test("artifacts are found by their image, once each, and are no images themselves")
    func attaching() throws {
        let one = try write("one", tag: nil)
        let artifacts = [artifact("a", about: one), artifact("b", about: one)]
        try layout.attach(artifacts)
        try layout.attach(artifacts)
        #expect(try layout.referrers(of: one.digest).map(\.descriptor.digest) == artifacts.map(\.descriptor.digest))
        #expect(try layout.image(tag: nil).digest == one.digest)
        // Another image without a tag takes the first one's place; what was said of that stays.
        let two = try write("two", tag: nil)
        #expect(try layout.image(tag: nil).digest == two.digest)
        #expect(try layout.referrers(of: two.digest).isEmpty)
        #expect(try layout.referrers(of: one.digest).count == 2)
        #expect(try layout.document(artifacts[1].manifest.layers[0]) == Array("b".utf8))
    }

    @Test("a manifest under a tag of its own is replaced, and images keep theirs")
    func tagged() throws {
        let one = try write("one", tag: "one")
        for word in ["first", "second", "second"] {
            let isNew = try layout.update(tag: "sha256-1.sig", type: "application/x") { known in
                let manifest = artifact(word, about: one).manifest
                #expect((known == nil) == (word == "first"))
                return known == manifest ? nil : (manifest, [Array(word.utf8), MediaType.emptyDocument])
            }
            let entry = try #require(try layout.manifest(tag: "sha256-1.sig"))
            let manifest = try ImageManifest(parsing: layout.document(entry), name: "x")
            #expect(try layout.document(manifest.layers[0]) == Array(word.utf8))
            #expect(isNew || word == "second")
        }
        #expect(try layout.image(tag: "one").digest == one.digest)
        #expect(try layout.image(tag: nil).digest == one.digest)
    }

    @Test("what many add to one manifest at one moment is all there")
    func parallel() async throws {
        let one = try write("one", tag: "one")
        let empty = Descriptor(mediaType: MediaType.empty, of: MediaType.emptyDocument)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<16 {
                group.addTask { [layout] in
                    _ = try layout.update(tag: "sha256-1.sig", type: "application/x") { known in
                        let bytes = Array("\(number)".utf8)
                        let layers = (known?.layers ?? []) + [Descriptor(mediaType: "application/x", of: bytes)]
                        return (
                            ImageManifest(configuration: empty, layers: layers, subject: one),
                            [bytes, MediaType.emptyDocument]
                        )
                    }
                }
            }
            try await group.waitForAll()
        }
        let entry = try #require(try layout.manifest(tag: "sha256-1.sig"))
        #expect(try ImageManifest(parsing: layout.document(entry), name: "x").layers.count == 16)
    }

    @Test("what is not there, or is not what its digest says, is told apart")
    func faults() throws {
        func code(_ body: () throws -> Void) -> LayersErrorCode? {
            do {
                try body()
                return nil
            } catch {
                return (error as? LayersError)?.code
            }
        }
        let image = Descriptor(mediaType: MediaType.manifest, of: [1])
        #expect(code { _ = try layout.image(tag: nil) } == .notFound)
        #expect(code { try layout.attach([artifact("a", about: image)]) } == .badLayout)
        let one = try write("one", tag: "one")
        _ = try write("two", tag: "two")
        #expect(code { _ = try layout.image(tag: nil) } == .notFound)
        #expect(code { _ = try layout.image(tag: "three") } == .notFound)
        #expect(code { try layout.check(image) } == .badLayout)
        try layout.check(one)
        var longer = one
        longer.size += 1
        #expect(code { try layout.check(longer) } == .badLayout)
        let path = layout.blobPath(one.digest).string
        try FileManager.default.removeItem(atPath: path)
        try Data("other".utf8).write(to: URL(fileURLWithPath: path))
        #expect(code { try layout.check(one) } == .badLayout)
        #expect(code { _ = try layout.document(one) } == .badLayout)
    }
}
