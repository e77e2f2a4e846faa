import Archive
import ContentStore
import Cryptography
import Layers
import SystemPackage
import TestSupport
import Testing
import Units

@Suite("An environment in one file")
struct TreeArchiveTests {
    let fixture: LayerFixture

    init() throws {
        fixture = try LayerFixture()
    }

    private let glue = [
        GlueEntry(path: "bin/python", content: .file(Array("#!/bin/sh\n".utf8), isExecutable: true)),
        GlueEntry(path: "chidori.json", content: .file(Array("{}".utf8), isExecutable: false)),
    ]

    /// `MODE DIGEST PATH` of each file, as Python finds it in an archive.
    private func listing(_ path: FilePath) async throws -> [String] {
        let program = """
            import hashlib, sys, tarfile, zipfile
            path = sys.argv[1]
            if path.endswith('.zip'):
                z = zipfile.ZipFile(path)
                assert z.testzip() is None
                found = [(i.external_attr >> 16 & 0o777, z.read(i), i.filename) for i in z.infolist()]
            else:
                t = tarfile.open(path)
                found = [(m.mode, t.extractfile(m).read(), m.name) for m in t if m.isreg()]
            for mode, data, name in found: print(oct(mode)[2:], hashlib.sha256(data).hexdigest(), name)
            """
        return try await Command("python3", ["-c", program, path.string], environment: ["PYTHONUTF8": "1"]).run()
            .split(separator: "\n").map(String.init)
    }

    @Test("holds every file at its root, with its bytes and mode", arguments: TreeArchive.Format.allCases)
    func files(_ format: TreeArchive.Format) async throws {
        let units = try [
            fixture.unit(LayerFixture.wheel("alpha")), fixture.unit(LayerFixture.wheel("beta", seed: 2)),
            fixture.plainUnit([("empty", []), ("many", [UInt8](repeating: 7, count: 3 << 20))]),
        ]
        let archive = try fixture.builder().archive(fixture.content(units, glue: glue), as: format)
        let path = fixture.folder.file(format == .zip ? "deep/er/tree.zip" : "deep/er/tree.tar.gz")
        try archive.write(to: path, from: fixture.store)
        var expected = try units.flatMap { try $0.files() }.map {
            ($0.path, "\($0.isExecutable ? 755 : 644) \($0.digest.hex)")
        }
        expected.append(("bin/python", "755 \(SHA256Digest(of: "#!/bin/sh\n").hex)"))
        expected.append(("chidori.json", "644 \(SHA256Digest(of: "{}").hex)"))
        let sorted = expected.sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
        #expect(try await listing(path) == sorted.map { "\($0.1) \($0.0)" })
        #expect(archive.files == sorted.count)
    }

    @Test("has the same bytes wherever it is made, and is found where it was made before")
    func same() throws {
        let other = try LayerFixture()
        for format in TreeArchive.Format.allCases {
            let mine = try fixture.builder(workers: 1).archive(
                fixture.content([fixture.unit(LayerFixture.wheel())], glue: glue), as: format)
            let theirs = try other.builder(LayerFormat(root: "elsewhere"), workers: 4).archive(
                other.content([other.unit(LayerFixture.wheel())], glue: glue), as: format)
            #expect(mine.blob == theirs.blob)
            let again = try fixture.builder().archive(
                fixture.content([fixture.unit(LayerFixture.wheel())], glue: glue), as: format)
            #expect(again.blob == mine.blob && again.files == mine.files && again.size == mine.size)
        }
    }

    @Test("carries a wheel's deflate streams into a zip as they are")
    func carriedOver() throws {
        let unit = try fixture.unit(LayerFixture.wheel())
        let archive = try fixture.builder().archive(fixture.content([unit]), as: .zip)
        let wheel = try ZipArchive(source: FileSource(fixture.store.blobPath(unit.artifact)))
        let zip = try ZipArchive(source: FileSource(fixture.store.blobPath(archive.blob.digest)))
        let member = try wheel.member(named: "demo/text.py")
        let carried = try #require(zip.directory.members.first { $0.name.hasSuffix("site-packages/demo/text.py") })
        var streams: [[UInt8]] = [[], []]
        try wheel.stream(member, compressed: { streams[0] += $0 }, inflated: { _ in })
        try zip.stream(carried, compressed: { streams[1] += $0 }, inflated: { _ in })
        #expect(member.method == .deflated && streams[0] == streams[1])
    }

    @Test("a zip takes no link, and neither takes a file that is not what its package says")
    func refusals() throws {
        let link = GlueEntry(path: "bin/python3", content: .link("python"))
        #expect(throws: LayersError.self) {
            try fixture.builder().archive(fixture.content([], glue: glue + [link]), as: .zip)
        }
        let wheel = LayerFixture.wheel()
        let unit = try fixture.unit(wheel)
        let changed = try fixture.unit(
            wheel, LayerFixture.deflated(wheel.with(\.files, wheel.files.map { ($0.path, $0.content.map { $0 ^ 1 }) })))
        let lying = try Unit(
            kind: .wheel, artifact: changed.artifact, name: "demo", version: "1.0", python: unit.python,
            files: unit.files())
        for format in TreeArchive.Format.allCases {
            let error = #expect(throws: LayersError.self) {
                try fixture.builder().archive(fixture.content([lying]), as: format)
            }
            #expect(error?.code == .wrongContent)
        }
    }

    @Test("its format is told by its name")
    func names() {
        #expect(TreeArchive.Format(named: "a.tar.gz") == .tarGzip)
        #expect(TreeArchive.Format(named: "a.tgz") == .tarGzip)
        #expect(TreeArchive.Format(named: "a.zip") == .zip)
        for name in ["a.tar", "a.gz", "zip", "", "a.tar.zst"] { #expect(TreeArchive.Format(named: name) == nil) }
    }
}
