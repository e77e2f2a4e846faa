import Archive
import ContentStore
import Cryptography
import Foundation
import ImageSpec
import Layers
import PythonPackaging
import Synchronization
import SystemPackage
import TestSupport
import Testing
import Units
import Workers

@Suite("Layers")
struct LayerBuilderTests {
    let fixture: LayerFixture

    init() throws {
        fixture = try LayerFixture()
    }

    @Test("have the bytes they always had")
    func golden() throws {
        // Every layer ever pushed has such digests: a change here is a change of format, and LayerRecord.version's.
        let unit = try fixture.plainUnit(LayerFixture.wheel().files)
        let glue = [
            GlueEntry(path: "bin/python", content: .link("/usr/bin/python3.11")),
            GlueEntry(path: "chidori.json", content: .file(Array("{}".utf8), isExecutable: false)),
            GlueEntry(path: "jars", content: .folder),
        ]
        let format = LayerFormat(root: "opt/chidori/env", epoch: 1_700_000_000)
        let layers = try fixture.builder(format).build([fixture.content([unit]), fixture.content([], glue: glue)])
        #expect(
            layers.map(\.diffID.hex) == [
                "3c3cb794bc5f061d83a504ecd538eee0fc3dc893b38fe618e83a3641627da493",
                "904f928b1e620ba5d25618bfd1736f389a09238c2b10f91909ba85e1ca5a47b2",
            ])
        #expect(
            layers.map(\.blob.digest.hex) == [
                "aae3c2d24820c52e0c2bc907448ba3bb7ceb9d0771ce59bbf17ecd1f7413da38",
                "0d0431486ab9aa30547bc59c5df6a81d2e1630a016201bdc7ea6adfe3398ef70",
            ])
    }

    @Test("unpack to the units' files, sorted, each folder once, with canonical modes, owners and times")
    func entries() async throws {
        let units = try [
            fixture.unit(LayerFixture.wheel("alpha")), fixture.unit(LayerFixture.wheel("beta", seed: 2)),
        ]
        let glue = [
            GlueEntry(path: "bin/python", content: .link("/usr/bin/python3.11")),
            GlueEntry(path: "empty", content: .folder),
            GlueEntry(path: "opt/beside", content: .link("/usr/bin/python3.11"), isOutside: true),
        ]
        let format = LayerFormat(root: "opt/chidori/env", epoch: 86400)
        let layer = try fixture.builder(format).build([fixture.content(units, glue: glue)])[0]
        let tar = try await fixture.tar(layer)
        #expect(SHA256Digest(of: tar) == layer.diffID)
        #expect(UInt64(tar.count) == layer.size)
        let path = try fixture.folder.write("layer.tar", tar)
        let program = """
            import hashlib, sys, tarfile
            for m in tarfile.open(sys.argv[1]):
                assert (m.uid, m.gid, m.uname, m.gname, m.mtime) == (0, 0, '', '', 86400), m
                data = tarfile.open(sys.argv[1]).extractfile(m).read() if m.isreg() else m.linkname.encode()
                print(m.type.decode(), oct(m.mode)[2:], hashlib.sha256(data).hexdigest(), m.name)
            """
        let listing = try await Command("python3", ["-c", program, path.string], environment: ["PYTHONUTF8": "1"]).run()
            .split(separator: "\n").map(String.init)
        var expected: [String: String] = [:]
        for file in try units.flatMap({ try $0.files() }) {
            expected["opt/chidori/env/" + file.path] = "0 \(file.isExecutable ? 755 : 644) \(file.digest.hex)"
        }
        expected["opt/beside"] = "2 777 \(SHA256Digest(of: "/usr/bin/python3.11").hex)"
        expected["opt/chidori/env/bin/python"] = "2 777 \(SHA256Digest(of: "/usr/bin/python3.11").hex)"
        let nothing = SHA256Digest(of: "").hex
        for path in expected.keys {
            var parts = path.split(separator: "/").dropLast()
            while !parts.isEmpty {
                expected[parts.joined(separator: "/")] = "5 755 \(nothing)"
                parts.removeLast()
            }
        }
        expected["opt/chidori/env/empty"] = "5 755 \(nothing)"
        let sorted = expected.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        #expect(listing == sorted.map { "\($0.value) \($0.key)" })
    }

    @Test("carry a wheel's deflate streams over as they are")
    func carriedOver() throws {
        let wheel = LayerFixture.wheel()
        let unit = try fixture.unit(wheel)
        let layer = try fixture.builder().build([fixture.content([unit])])[0]
        let archive = try ZipArchive(source: FileSource(fixture.store.blobPath(unit.artifact)))
        var stream = GzipMember.header
        let member = try archive.member(named: "demo/text.py")
        #expect(member.method == .deflated)
        try archive.stream(member, compressed: { stream += $0 }, inflated: { _ in })
        stream += GzipMember.trailer(crc32: member.crc32, size: member.size)
        let blob = try fixture.blob(layer)
        #expect(Data(blob).range(of: Data(stream)) != nil)
    }

    @Test(
        "hold jars as they are, in gzip without looking for repetitions",
        arguments: [0, 1, 0xFFFF, 0x10000, 3_000_000])
    func jars(_ count: Int) async throws {
        var state: UInt32 = 7
        let noise = (0..<count).map { _ -> UInt8 in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(state >> 24)
        }
        // An end record is all that a jar is held to.
        let jar = noise + [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 18)
        let name = JarName(module: "org.example:noise", version: "1", filename: "noise-1.jar")
        let catalog = UnitCatalog(store: fixture.store, workers: Workers(count: 1))
        let units = try catalog.units(
            of: [.init(name, digest: try fixture.store.insert(jar).digest)], python: PythonVersion(3, 11))
        let content = try fixture.content([fixture.unit(LayerFixture.wheel()), units[0]])
        let gzip = try fixture.builder(LayerFormat(root: "env")).build([content])[0]
        let tar = try await fixture.tar(gzip)
        #expect(SHA256Digest(of: tar) == gzip.diffID && UInt64(tar.count) == gzip.size)
        let path = try fixture.folder.write("layer.tar", tar)
        let found = try await Command("tar", ["-xOf", path.string, "env/jars/noise-1.jar"]).outcome()
        #expect(found.output == jar)
        let zstd = try fixture.builder(LayerFormat(compression: .zstd, root: "env")).build([content])[0]
        #expect(zstd.diffID == gzip.diffID)
    }

    @Test("of zstd have the same diffIDs", .enabled(if: Peer.has("zstd"), "needs zstd"))
    func zstd() async throws {
        let content = try fixture.content([fixture.unit(LayerFixture.wheel())])
        let gzip = try fixture.builder().build([content])[0]
        let zstd = try fixture.builder(LayerFormat(compression: .zstd, root: "env")).build([content])[0]
        #expect(zstd.diffID == gzip.diffID)
        #expect(zstd.blob != gzip.blob)
        #expect(zstd.descriptor.mediaType == "application/vnd.oci.image.layer.v1.tar+zstd")
        #expect(try await SHA256Digest(of: fixture.tar(zstd)) == zstd.diffID)
    }

    @Test("are the same for any number of workers, in any store")
    func reproducible() throws {
        var seen: Set<[Layer]> = []
        for workers in [1, 2, 5] {
            let fixture = try LayerFixture()
            let contents = try (1...6).map { seed in
                try fixture.content([fixture.unit(LayerFixture.wheel("demo\(seed)", seed: seed))], title: "\(seed)")
            }
            seen.insert(try fixture.builder(workers: workers).build(contents))
        }
        #expect(seen.count == 1)
        #expect(seen.first?.map(\.title) == ["1", "2", "3", "4", "5", "6"])
    }

    @Test("depend on the epoch and the root, and on nothing that stays the same")
    func formats() throws {
        let content = try fixture.content([fixture.unit(LayerFixture.wheel())])
        func diffID(_ format: LayerFormat) throws -> SHA256Digest {
            try fixture.builder(format).build([content])[0].diffID
        }
        let first = try diffID(LayerFormat(root: "env"))
        #expect(try diffID(LayerFormat(root: "env")) == first)
        #expect(try diffID(LayerFormat(root: "env", epoch: 1)) != first)
        #expect(try diffID(LayerFormat(root: "other")) != first)
    }

    @Test("are made once and found again; one whose blob is gone is made again")
    func cache() throws {
        let contents = try [fixture.content([fixture.unit(LayerFixture.wheel())])]
        let made = Mutex(0)
        func build() throws -> [Layer] { try fixture.builder().build(contents) { _ in made.withLock { $0 += 1 } } }
        let first = try build()
        #expect(try build() == first)
        #expect(made.withLock { $0 } == 1)
        try FileManager.default.removeItem(atPath: fixture.store.blobPath(first[0].blob.digest).string)
        #expect(try build() == first)
        #expect(made.withLock { $0 } == 2)
    }

    @Test("tell what each package takes")
    func parts() throws {
        let units = try [fixture.unit(LayerFixture.wheel("alpha")), fixture.unit(LayerFixture.wheel("beta", seed: 3))]
        let layer = try fixture.builder().build([fixture.content(units)])[0]
        #expect(layer.parts.map(\.title) == ["alpha 1.0", "beta 1.0"])
        #expect(layer.parts.map(\.size) == units.map(\.size))
        #expect(layer.parts.map(\.files) == units.map(\.fileCount))
        let compressed = layer.parts.reduce(0) { $0 + $1.compressedSize }
        #expect(compressed <= layer.blob.size && compressed > layer.blob.size * 9 / 10)
    }

    @Test("leave a path to the last unit that owns it, with everything below")
    func conflicts() async throws {
        let first = WheelFixture("first", files: [("shared/a.py", [1]), ("shared/b.py", [2]), ("thing", [3])])
        let second = WheelFixture("second", files: [("shared/a.py", [9]), ("thing/inside.py", [4])])
        let units = try [fixture.unit(first), fixture.unit(second)]
        let excluded = try PathOwnership(units).excluded
        let modules = "lib/python3.11/site-packages"
        #expect(excluded == [["\(modules)/shared/a.py", "\(modules)/thing"], []])
        #expect(try PathOwnership(units.reversed()).excluded[0] == ["\(modules)/shared/a.py", "\(modules)/thing"])
        let layers = try fixture.builder().build([
            fixture.content(units), fixture.content(units.reversed()),
        ])
        let listings = try await [
            Command("tar", ["-tzf", fixture.store.blobPath(layers[0].blob.digest).string]).run(),
            Command("tar", ["-tzf", fixture.store.blobPath(layers[1].blob.digest).string]).run(),
        ]
        #expect(listings[0].contains("thing/inside.py") && !listings[1].contains("thing/inside.py"))
        #expect(listings.allSatisfy { $0.split(separator: "\n").count { $0.hasSuffix("shared/a.py") } == 1 })
    }

    @Test("never hold two things at one path")
    func samePath() throws {
        let unit = try fixture.unit(WheelFixture("first"))
        for glue in [
            [GlueEntry(path: "lib/python3.11/site-packages/first/__init__.py", content: .link("x"))],
            [GlueEntry(path: "lib", content: .link("x"))],
            [GlueEntry(path: "a", content: .link("x")), GlueEntry(path: "a", content: .link("y"))],
            [GlueEntry(path: "a/b", content: .link("x")), GlueEntry(path: "a", content: .link("y"))],
        ] {
            let error = #expect(throws: LayersError.self) {
                try fixture.builder().build([fixture.content([unit], glue: glue)])
            }
            #expect(error?.code == .pathConflict)
        }
    }
}
