import Archive
import ContentStore
import Cryptography
import Foundation
import ImageSpec
import SystemPackage
import TestSupport
import Testing

@testable import BaseImages

@Suite("An image in a layout is a base")
struct LayoutTests {
    let scratch: Scratch
    let store: ContentStore
    let folder: FilePath

    init() throws {
        scratch = try Scratch("layout")
        store = ContentStore(at: scratch.file("data"))
        folder = scratch.file("images")
    }

    private func put(_ bytes: [UInt8]) throws -> SHA256Digest {
        let digest = SHA256Digest(of: bytes)
        try scratch.write("images/blobs/sha256/\(digest.hex)", bytes)
        return digest
    }

    /// An image of one layer.
    private func manifest(_ architecture: String, diffIDs: Int = 1, layer: [UInt8]? = nil) throws -> Descriptor {
        let layer = layer ?? Array("layer for \(architecture)".utf8)
        let configuration = ImageConfiguration(
            platform: Platform(architecture: architecture), environment: ["A=b", "PATH=relative:/opt/bin:/usr/bin"],
            diffIDs: Array(repeating: SHA256Digest(of: layer), count: diffIDs))
        let manifest = ImageManifest(
            configuration: Descriptor(mediaType: MediaType.configuration, of: configuration.bytes),
            layers: [Descriptor(mediaType: MediaType.layer, digest: try put(layer), size: UInt64(layer.count))])
        _ = try put(configuration.bytes)
        _ = try put(manifest.bytes)
        return Descriptor(mediaType: MediaType.manifest, of: manifest.bytes)
    }

    private func publish(_ manifests: [(Descriptor, tag: String?)]) throws {
        let index = ImageIndex(
            manifests: manifests.map { descriptor, tag in
                var descriptor = descriptor
                if let tag { descriptor.annotations[Annotation.referenceName] = tag }
                return descriptor
            })
        try scratch.write("images/index.json", index.bytes)
    }

    private func image(_ tag: String? = nil, _ architecture: DebianArchitecture = .amd64) throws -> BaseImage {
        try BaseImages(store: store, folders: []).image(.layout(folder, tag: tag), for: architecture)
    }

    private func code(_ tag: String? = nil, _ architecture: DebianArchitecture = .amd64) -> BaseError.Code? {
        do {
            _ = try image(tag, architecture)
            return nil
        } catch { return (error as? BaseError)?.code }
    }

    @Test("its blobs come into the store, and it is known by its manifest's digest")
    func reads() throws {
        let descriptor = try manifest("amd64")
        try publish([(descriptor, "one"), (try manifest("arm64"), "two")])
        let image = try image("one")
        #expect(image.digest == descriptor.digest)
        #expect(image.configuration.variable("A") == "b")
        for blob in [descriptor, image.manifest.configuration] + image.manifest.layers {
            #expect(try store.contains(blob.digest))
        }
    }

    @Test("an index of platforms gives the one that is asked for")
    func platforms() throws {
        var arm = try manifest("arm64")
        var intel = try manifest("amd64")
        arm.platform = Platform(architecture: "arm64", variant: "v8")
        intel.platform = Platform(architecture: "amd64")
        let inner = ImageIndex(manifests: [arm, intel])
        _ = try put(inner.bytes)
        try publish([(Descriptor(mediaType: MediaType.index, of: inner.bytes), nil)])
        #expect(try image().platform.architecture == "amd64")
        #expect(try image(nil, .arm64).platform.architecture == "arm64")
    }

    @Test("its interpreter is found on its PATH by its version, and a missing one is named")
    func interpreters() throws {
        var tar: [UInt8] = []
        var writer = TarWriter()
        for path in ["opt/bin/python3.11", "usr/bin/python3.12"] {
            try writer.add(TarHeader(path: path, mode: 0o755), content: Array("program".utf8)) {
                tar.append(contentsOf: $0)
            }
        }
        try writer.finish { tar.append(contentsOf: $0) }
        try publish([(try manifest("amd64", layer: tar), nil)])
        let bases = BaseImages(store: store, folders: [])
        let image = try image()
        #expect(try bases.python(in: image, version: "3.11") == "/opt/bin/python3.11")
        #expect(try bases.python(in: image, version: "3.12") == "/usr/bin/python3.12")
        #expect { try bases.python(in: image, version: "3.13") } throws: {
            ($0 as? BaseError)?.code == .noInterpreter && "\($0)".contains("3.13")
        }
    }

    @Test("a missing folder, tag, choice or platform is told")
    func missing() throws {
        #expect(code() == .notFound)
        let descriptor = try manifest("amd64")
        try publish([(descriptor, "one"), (try manifest("arm64"), "two")])
        #expect(code() == .notFound)
        #expect(code("three") == .notFound)
        #expect(code("two") == .platform)
    }

    @Test("a lying digest, a wrong size, a missing diffID and no JSON are refused, and nothing false is stored")
    func broken() throws {
        let descriptor = try manifest("amd64")
        try publish([(descriptor, nil)])
        let layer = try image().manifest.layers[0]
        let fresh = try LayoutTests()
        _ = try fresh.manifest("amd64")
        try fresh.publish([(descriptor, nil)])
        try fresh.scratch.write("images/blobs/sha256/\(layer.digest.hex)", "something else")
        #expect(fresh.code() == .unusableImage)
        #expect(try !fresh.store.contains(layer.digest))
        try fresh.publish([(try fresh.manifest("amd64", diffIDs: 2), nil)])
        #expect(fresh.code() == .unusableImage)
        try fresh.scratch.write("images/index.json", "{")
        #expect(fresh.code() == .unusableImage)
    }
}
