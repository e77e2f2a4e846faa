import ContentStore
import Cryptography
import ImageSpec
import Layers
import TestSupport
import Testing
internal import Units

@Suite("Images")
struct ImageAssemblerTests {
    let fixture: LayerFixture

    init() throws {
        fixture = try LayerFixture()
    }

    private func plan(base: ImageBase? = nil) throws -> ImagePlan {
        let packages = try ["beta", "alpha"].map { Package(try fixture.unit(LayerFixture.wheel($0))) }
        return ImagePlan(
            platform: Platform(machine: "x86_64"), packages: packages,
            glue: [GlueEntry(path: "chidori.json", content: .file(Array("{}".utf8), isExecutable: false))], base: base,
            environment: ["B": "2", "A": "1"], labels: ["com.example.id": "42"], title: "demo", version: "3")
    }

    private func assemble(_ plan: ImagePlan) throws -> Image {
        let format = LayerFormat(epoch: 1_700_000_000)
        return try ImageAssembler(builder: fixture.builder(format)).assemble(plan)
    }

    private func base(architecture: String = "amd64") throws -> ImageBase {
        let blob = try fixture.store.insert(Array("base layer".utf8))
        let layer = Descriptor(
            mediaType: "application/vnd.docker.image.rootfs.diff.tar.gzip", digest: blob.digest, size: blob.size)
        var configuration = ImageConfiguration(
            platform: Platform(architecture: architecture), user: "spark", environment: ["PATH=/opt/spark/bin:/bin"],
            entrypoint: ["/opt/entrypoint.sh"], labels: ["base": "label"], diffIDs: [SHA256Digest(of: "tar")])
        configuration.created = "2020-01-01T00:00:00Z"
        let manifest = ImageManifest(
            configuration: Descriptor(mediaType: MediaType.configuration, of: configuration.bytes), layers: [layer])
        return ImageBase(
            name: "oci:/images:spark", digest: SHA256Digest(of: "m"), manifest: manifest, configuration: configuration)
    }

    @Test("put the environment's Python first, and the recipe's variables and labels in")
    func configuration() throws {
        let image = try assemble(plan())
        let configuration = image.configuration
        #expect(
            configuration.environment == [
                "PATH=/opt/chidori/env/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "PYSPARK_PYTHON=/opt/chidori/env/bin/python", "A=1", "B=2",
            ])
        #expect(configuration.created == "2023-11-14T22:13:20Z")
        #expect(
            configuration.labels == [
                Annotation.created: "2023-11-14T22:13:20Z", Annotation.title: "demo", Annotation.version: "3",
                "com.example.id": "42",
            ])
        #expect(configuration.diffIDs == image.layers.map(\.diffID))
        #expect(configuration.history.map(\.createdBy) == image.layers.map { "chidori: \($0.title)" })
        #expect(image.layers.last?.title == "environment")
        #expect(image.descriptor.digest == SHA256Digest(of: image.manifest.bytes))
        #expect(image.manifest.configuration.digest == SHA256Digest(of: configuration.bytes))
    }

    @Test("leave the base's layers and settings as they are")
    func onBase() throws {
        let base = try base()
        let image = try assemble(plan(base: base))
        #expect(image.manifest.layers[0].digest == base.manifest.layers[0].digest)
        #expect(image.manifest.layers[0].mediaType == MediaType.gzipLayer)
        #expect(image.configuration.diffIDs.first == base.configuration.diffIDs.first)
        #expect(image.configuration.variable("PATH") == "/opt/chidori/env/bin:/opt/spark/bin:/bin")
        #expect(image.configuration.user == "spark")
        #expect(image.configuration.entrypoint == ["/opt/entrypoint.sh"])
        #expect(image.configuration.labels["base"] == "label")
        #expect(image.configuration.labels[Annotation.baseDigest] == base.digest.prefixed)
        #expect(image.manifest.annotations[Annotation.baseName] == "oci:/images:spark")
        #expect(image.configuration.history.count == image.manifest.layers.count)
        #expect(image.blobs.map(\.digest).contains(base.manifest.layers[0].digest))
    }

    @Test("are refused for a base of another platform, with an environment already, or one that contradicts itself")
    func badBase() throws {
        var error = #expect(throws: LayersError.self) { try assemble(plan(base: self.base(architecture: "arm64"))) }
        #expect(error?.code == .badBase)
        var base = try self.base()
        base.configuration.diffIDs = []
        error = #expect(throws: LayersError.self) { try assemble(plan(base: base)) }
        #expect(error?.code == .badBase)
        base = try self.base()
        base.configuration.setVariable("PATH", "/opt/chidori/env/bin:/bin")
        error = #expect(throws: LayersError.self) { try assemble(plan(base: base)) }
        #expect(error?.code == .badBase && error?.message.contains("already") == true)
    }

    @Test("keep bytecode in layers of its own")
    func bytecode() throws {
        var plan = try plan()
        plan.packages[0].bytecode = try fixture.unit(
            WheelFixture("beta", files: [("beta/__pycache__/text.cpython-311.pyc", [1, 2, 3])]))
        let titles = try plan.layers().contents.map(\.title)
        #expect(titles.count { $0 == "bytecode of beta 1.0" } == 1)
        #expect(titles.last == "environment")
    }

    @Test("tell what takes the room, the largest package first")
    func size() throws {
        var plan = try plan(base: base())
        plan.packages.append(Package(try fixture.unit(LayerFixture.wheel("large", seed: 5))))
        let image = try assemble(plan)
        let size = ImageSize(image)
        #expect(size.packages.first?.title == "large 1.0")
        #expect(size.packages.map(\.size) == size.packages.map(\.size).sorted(by: >))
        #expect(size.layers.first?.title == "base" && size.layers.first?.size == nil)
        #expect(size.layers.count == image.manifest.layers.count)
        #expect(size.total == image.manifest.layers.reduce(0) { $0 + $1.size })
    }
}
