import ContentStore
import Cryptography
import Foundation
import ImageSpec
import Layers
import SystemPackage
import TestSupport
import Testing
internal import Units
import Workers

@Suite("OCI layouts")
struct OCILayoutTests {
    let fixture: LayerFixture
    let layout: OCILayout

    init() throws {
        fixture = try LayerFixture()
        layout = OCILayout(fixture.folder.file("out/images"))
    }

    private func image(_ name: String = "demo", machine: String = "x86_64") throws -> Image {
        let plan = ImagePlan(
            platform: Platform(machine: machine), packages: [Package(try fixture.unit(LayerFixture.wheel(name)))],
            glue: [GlueEntry(path: "chidori.json", content: .file(Array("{}".utf8), isExecutable: false))])
        return try ImageAssembler(builder: fixture.builder()).assemble(plan)
    }

    /// Every file with its number, so that one that was written again shows.
    private func files() throws -> [String: Int] {
        var found: [String: Int] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: layout.path.string) {
            let attributes = try FileManager.default.attributesOfItem(atPath: layout.path.appending(name).string)
            if attributes[.type] as? FileAttributeType == .typeRegular {
                found[name] = attributes[.systemFileNumber] as? Int
            }
        }
        return found
    }

    private func index() throws -> ImageIndex {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: layout.path.appending("index.json").string))
        return try ImageIndex(parsing: Array(bytes), name: "index.json")
    }

    @Test("what was damaged beside the store is whole again once the store has it whole")
    func mending() throws {
        let image = try image()
        try layout.write(ImageSet([image]), tag: "v1")
        let whole = try files()
        for blob in image.blobs {
            let path = layout.path.appending("blobs/sha256/\(blob.digest.hex)").string
            try FileManager.default.removeItem(atPath: path)
            try Data(repeating: 0, count: Int(blob.size)).write(to: URL(fileURLWithPath: path))
        }
        try layout.write(ImageSet([image]), tag: "v1")
        for blob in image.blobs {
            let path = layout.path.appending("blobs/sha256/\(blob.digest.hex)")
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path.string))
            #expect(SHA256Digest(of: bytes) == blob.digest)
            if case .file = blob.source {
                let name = "blobs/sha256/\(blob.digest.hex)"
                #expect(try files()[name] == whole[name])
            }
        }
        #expect(try files().keys.sorted() == whole.keys.sorted())
    }

    @Test("hold the image's blobs under their digests, linked from the store, and nothing else")
    func blobs() throws {
        let image = try image()
        try layout.write(ImageSet([image]), tag: "v1")
        let expected = image.blobs.map { "blobs/sha256/\($0.digest.hex)" } + ["index.json", "oci-layout"]
        #expect(try files().keys.sorted() == expected.sorted())
        for blob in image.blobs {
            let path = layout.path.appending("blobs/sha256/\(blob.digest.hex)")
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path.string))
            #expect(SHA256Digest(of: bytes) == blob.digest)
            if case .file(let source) = blob.source {
                let number = try FileManager.default.attributesOfItem(atPath: source.string)[.systemFileNumber] as? Int
                #expect(try files()["blobs/sha256/\(blob.digest.hex)"] == number)
            }
        }
        #expect(try index().manifests.map(\.digest) == [image.descriptor.digest])
        #expect(try index().manifests.map(\.annotations) == [[Annotation.referenceName: "v1"]])
    }

    @Test("keep other tags, and replace the one that is written")
    func tags() throws {
        let (first, second) = (try image("first"), try image("second"))
        try layout.write(ImageSet([first]), tag: "a")
        try layout.write(ImageSet([first]), tag: nil)
        try layout.write(ImageSet([first]), tag: "b")
        try layout.write(ImageSet([second]), tag: "a")
        try layout.write(ImageSet([second]), tag: nil)
        let list = try index().manifests
        #expect(list.map { $0.annotations[Annotation.referenceName] } == ["a", nil, "b"])
        let digests = [second.descriptor.digest, second.descriptor.digest, first.descriptor.digest]
        #expect(list.map(\.digest) == digests)
    }

    @Test("are not written where nothing is new")
    func again() throws {
        let image = try image()
        try layout.write(ImageSet([image]), tag: "v1")
        let before = try files()
        try layout.write(ImageSet([image]), tag: "v1")
        #expect(try files() == before)
    }

    @Test("are completed after a break, and mended where a blob is cut off")
    func broken() throws {
        let image = try image()
        let blobs = layout.path.appending("blobs/sha256")
        try FileManager.default.createDirectory(atPath: blobs.string, withIntermediateDirectories: true)
        let cut = blobs.appending(image.blobs[2].digest.hex)
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: cut.string))
        try Data([4]).write(to: URL(fileURLWithPath: blobs.appending(".chidori-layout-1-killed").string))
        try layout.write(ImageSet([image]), tag: "v1")
        #expect(try SHA256Digest(of: Data(contentsOf: URL(fileURLWithPath: cut.string))) == image.blobs[2].digest)
        #expect(try files().count == image.blobs.count + 2)
    }

    @Test("are left alone if they are something else")
    func refused() throws {
        let image = try ImageSet([image()])
        let file = try fixture.folder.write("file", "x")
        #expect(throws: LayersError.self) { try OCILayout(file).write(image, tag: nil) }
        try fixture.folder.write("site/index.json", "{}")
        #expect(throws: LayersError.self) { try OCILayout(fixture.folder.file("site")).write(image, tag: nil) }
        try fixture.folder.write("future/index.json", "{}")
        try fixture.folder.write("future/oci-layout", #"{"imageLayoutVersion":"2.0.0"}"#)
        #expect(throws: ImageSpecError.self) { try OCILayout(fixture.folder.file("future")).write(image, tag: nil) }
    }

    @Test("lose no image when many write at once")
    func concurrent() throws {
        let images = try (0..<8).map { ImageSet([try image("demo\($0)")]) }
        let layout = layout
        _ = try Workers(count: 8).map(Array(images.indices)) { try layout.write(images[$0], tag: "v\($0)") }
        #expect(Set(try index().manifests.map(\.digest)) == Set(images.map(\.descriptor.digest)))
    }

    @Test("hold one index for an image of several platforms, whatever order they were built in")
    func platforms() throws {
        let images = try [image(machine: "x86_64"), image(machine: "aarch64")]
        let set = ImageSet(images)
        #expect(ImageSet(images.reversed()).descriptor == set.descriptor)
        try layout.write(set, tag: "v1")
        #expect(try index().manifests.map(\.mediaType) == [MediaType.index])
        let path = layout.path.appending("blobs/sha256/\(set.descriptor.digest.hex)")
        let nested = try ImageIndex(parsing: Array(Data(contentsOf: URL(fileURLWithPath: path.string))), name: "index")
        #expect(nested.manifests.map(\.platform?.description) == ["linux/amd64", "linux/arm64"])
    }

    @Test("as one file are canonical tars, and left alone where they hold the image")
    func archive() async throws {
        let set = try ImageSet([image()])
        let path = fixture.folder.file("new/image.tar")
        try OCIArchive.write(set, tag: "v1", to: path)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path.string))
        let number = try FileManager.default.attributesOfItem(atPath: path.string)[.systemFileNumber] as? Int
        try OCIArchive.write(set, tag: "v1", to: path)
        #expect(try FileManager.default.attributesOfItem(atPath: path.string)[.systemFileNumber] as? Int == number)
        let other = fixture.folder.file("other.tar")
        try OCIArchive.write(set, tag: "v1", to: other)
        #expect(try Data(contentsOf: URL(fileURLWithPath: other.string)) == bytes)
        try OCIArchive.write(set, tag: "v2", to: path)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path.string)) != bytes)

        try layout.write(set, tag: "v2")
        let unpacked = fixture.folder.file("unpacked")
        try FileManager.default.createDirectory(atPath: unpacked.string, withIntermediateDirectories: true)
        try await Command("tar", ["-xf", path.string, "-C", unpacked.string]).run()
        try await Command("diff", ["-r", unpacked.string, layout.path.string]).run()
    }
}
