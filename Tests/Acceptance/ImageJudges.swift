import Archive
import ContentStore
import Cryptography
import Foundation
import ImageSpec
import Layers
import PythonPackaging
import SystemPackage
import TestSupport
import Testing
import Units
import Workers

/// What skopeo and umoci say of images made from wheels whose deflate streams come from zlib.
@Suite(
    "Images stand before skopeo and umoci",
    .enabled(if: Peer.has("skopeo", "umoci", "zstd"), "needs skopeo, umoci and zstd"))
struct ImageJudges {
    let folder: Scratch
    let store: ContentStore

    init() throws {
        folder = try Scratch("images")
        store = ContentStore(at: folder.file("data"))
    }

    /// A wheel made by Python's own `zipfile`, with files of random sizes and contents.
    private func unit(_ name: String, seed: Int) async throws -> Units.Unit {
        let program = """
            import base64, hashlib, random, sys, zipfile
            path, name, seed = sys.argv[1:]
            r = random.Random(int(seed))
            info = f'{name}-1.0.dist-info'
            files = {f'{name}/__init__.py': b'', f'{info}/METADATA': f'Metadata-Version: 2.1\\nName: {name}\\nVersion: 1.0\\n'.encode(),
                     f'{info}/WHEEL': b'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n'}
            for i in range(200):
                size = r.choice([0, 1, 511, 512, 513, r.randrange(5000), r.randrange(200000)])
                kind = r.randrange(3)
                data = r.randbytes(size) if kind == 0 else bytes(r.choices(b'abc \\n', k=size)) if kind == 1 else bytes(size)
                folder = '/'.join(r.choice(['a', 'b-c', 'é', 'long' * 20]) for _ in range(r.randrange(4)))
                files[f'{name}/{folder}/{i}.bin'.replace('//', '/')] = data
            with zipfile.ZipFile(path, 'w') as z:
                record = ''
                for n, data in files.items():
                    level = r.choice([1, 6, 9])
                    z.writestr(n, data, r.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED]), level)
                    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b'=').decode()
                    record += f'{n},sha256={digest},{len(data)}\\n'
                z.writestr(f'{info}/RECORD', record + f'{info}/RECORD,,\\n', zipfile.ZIP_DEFLATED)
            """
        let filename = "\(name)-1.0-py3-none-any.whl"
        let path = folder.file(filename)
        try await Command(
            "python3", ["-c", program, path.string, name, String(seed)], environment: ["PYTHONUTF8": "1"]
        ).run()
        let blob = try store.insert(copying: path)
        let archive = try ZipArchive(source: FileSource(path))
        return try Unit.wheel(
            WheelFilename(filename), artifact: blob.digest, archive: archive, python: PythonVersion(3, 11))
    }

    private func image(
        _ units: [Units.Unit], _ compression: LayerFormat.Compression = .gzip, machine: String = "x86_64"
    ) throws -> Image {
        let plan = ImagePlan(
            platform: Platform(machine: machine), packages: units.map { Package($0) },
            glue: [GlueEntry(path: "bin/python", content: .link("/usr/bin/python3.11"))], title: "demo")
        let builder = LayerBuilder(
            store: store, format: LayerFormat(compression: compression), workers: Workers(count: 2))
        return try ImageAssembler(builder: builder).assemble(plan)
    }

    @Test("skopeo inspects and copies a layout and an archive", arguments: LayerFormat.Compression.allCases)
    func skopeo(_ compression: LayerFormat.Compression) async throws {
        let image = try await image([unit("alpha", seed: 1), unit("beta", seed: 2)], compression)
        let set = ImageSet([image])
        let layout = folder.file("layout")
        try OCILayout(layout).write(set, tag: "v1")
        try OCIArchive.write(set, tag: "v1", to: folder.file("image.tar"))
        for source in ["oci:\(layout):v1", "oci-archive:\(folder.file("image.tar")):v1"] {
            let text = try await Command("skopeo", ["inspect", source]).run()
            #expect(text.contains(image.descriptor.digest.prefixed))
            let copy = "oci:\(folder.file("copy")):v1"
            try await Command("skopeo", ["--insecure-policy", "copy", "-q", source, copy]).run()
            let copied = try await Command("skopeo", ["inspect", "--format", "{{.Digest}}", copy]).run()
            #expect(copied == image.descriptor.digest.prefixed + "\n")
        }
        // Docker's form makes skopeo unpack every layer and hold it against its diffID.
        let unpacked = "dir:\(folder.file("unpacked"))"
        let source = "oci:\(layout):v1"
        try await Command("skopeo", ["--insecure-policy", "copy", "-q", "--dest-decompress", source, unpacked]).run()
        for layer in image.layers {
            let tar = try FileSource(folder.file("unpacked").appending(layer.diffID.hex))
            #expect(tar.size == layer.size)
        }
    }

    @Test(
        "umoci unpacks every file that the units list, byte for byte",
        .enabled(if: ContainerPeer.canUnpack, "needs root, umoci and skopeo"))
    func umoci() async throws {
        let units = try await [unit("alpha", seed: 3), unit("beta", seed: 4)]
        let layout = folder.file("layout")
        try OCILayout(layout).write(ImageSet([image(units)]), tag: "v1")
        let container = try await ContainerPeer(layout: layout, tag: "v1", bundle: folder.file("bundle"))
        let root = container.rootFileSystem.appending("opt/chidori/env")
        var expected: Set<String> = ["bin/python"]
        for file in try units.flatMap({ try $0.files() }) {
            expected.insert(file.path)
            let path = root.appending(file.path)
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path.string))
            #expect(SHA256Digest(of: bytes) == file.digest, "\(file.path)")
            let mode = try FileManager.default.attributesOfItem(atPath: path.string)[.posixPermissions] as? Int
            #expect(mode == Int(file.mode))
        }
        let found = try FileManager.default.subpathsOfDirectory(atPath: root.string).filter { name in
            let attributes = try? FileManager.default.attributesOfItem(atPath: root.appending(name).string)
            return attributes?[.type] as? FileAttributeType != .typeDirectory
        }
        #expect(Set(found) == expected)
    }

    @Test("skopeo takes the image of one platform out of an index of several")
    func platforms() async throws {
        let unit = try await unit("alpha", seed: 5)
        let images = try [image([unit], machine: "x86_64"), image([unit], machine: "aarch64")]
        let layout = folder.file("layout")
        try OCILayout(layout).write(ImageSet(images), tag: "v1")
        for image in images {
            let arguments = ["--override-arch", image.platform.architecture, "inspect", "--config", "oci:\(layout):v1"]
            let text = try await Command("skopeo", arguments).run()
            let seen = try ImageConfiguration(parsing: Array(text.utf8), name: "configuration")
            #expect(seen.platform == image.platform)
            #expect(seen.diffIDs == image.configuration.diffIDs)
        }
    }
}
