import Archive
import ContentStore
import Cryptography
import Layers
import PythonPackaging
import SystemPackage
import TestSupport
import Testing
import Units

@Suite("A wheel that does not keep its word makes no layer")
struct LayerRefusalTests {
    let fixture: LayerFixture

    init() throws {
        fixture = try LayerFixture()
    }

    /// The error that building a layer from a crafted wheel ends with; the store must be as before.
    private func refusal(_ change: (inout CraftedZip) -> Void) throws -> any Error {
        // A unit is described from the directory alone, which these wheels tell no lies in.
        let wheel = WheelFixture("demo", files: [("demo/__init__.py", []), ("demo/a.py", Array("print(1)\n".utf8))])
        var zip = wheel.zip
        let good = try fixture.unit(wheel, zip.bytes)
        change(&zip)
        let bad = try fixture.store.insert(zip.bytes)
        let unit = try Unit(
            kind: .wheel, artifact: bad.digest, name: good.name, version: good.version, python: good.python,
            files: good.files())
        let error = #expect(throws: (any Error).self) { try fixture.builder().build([fixture.content([unit])]) }
        #expect(throws: (any Error).self) { try fixture.builder().build([fixture.content([unit])]) }
        return try #require(error)
    }

    private func index(_ zip: CraftedZip) throws -> Int {
        try #require(zip.members.firstIndex { $0.name == Array("demo/a.py".utf8) })
    }

    @Test("content with another digest than RECORD claims")
    func wrongDigest() throws {
        let error = try refusal { zip in
            guard let index = try? index(zip) else { return }
            zip.members[index] = CraftedZip.Member("demo/a.py", "print(2)\n")
        }
        let layersError = try #require(error as? LayersError)
        #expect(layersError.code == .wrongContent)
        #expect(layersError.subject.hasSuffix("demo/a.py"))
    }

    @Test("content of another size")
    func wrongSize() throws {
        let error = try refusal { zip in
            guard let index = try? index(zip) else { return }
            zip.members[index] = CraftedZip.Member("demo/a.py", "print(22)\n")
        }
        #expect((error as? LayersError)?.code == .wrongContent)
    }

    @Test("bytes behind the end of a deflate stream", arguments: [1, 8, 300_000])
    func trailing(_ count: Int) throws {
        let error = try refusal { zip in
            guard let index = try? index(zip) else { return }
            zip.members[index] = .deflated(
                "demo/a.py", "print(1)\n", trailing: [UInt8](repeating: 0x55, count: count))
        }
        #expect((error as? ArchiveError)?.code == .brokenStream)
    }

    @Test("a deflate stream without an end, and one that inflates to more")
    func broken() throws {
        let unfinished = try refusal { zip in
            guard let index = try? index(zip) else { return }
            zip.members[index] = .deflated("demo/a.py", "print(1)\n")
            zip.members[index].data[0] = 0
        }
        #expect((unfinished as? ArchiveError)?.code == .brokenStream)
        let longer = try refusal { zip in
            guard let index = try? index(zip) else { return }
            zip.members[index] = .deflated("demo/a.py", "print(1)\nprint(2)\n").with(\.size, 9)
        }
        #expect((longer as? ArchiveError)?.code == .wrongSize)
    }

    @Test("a checksum that does not fit")
    func checksum() throws {
        let error = try refusal { zip in
            guard let index = try? index(zip) else { return }
            zip.members[index].crc = 1
        }
        #expect((error as? ArchiveError)?.code == .wrongChecksum)
    }

    @Test("an artifact that is not in the store")
    func missing() throws {
        let good = try fixture.unit(WheelFixture("demo"))
        let unit = try Unit(
            kind: .wheel, artifact: SHA256Digest(of: "gone"), name: "demo", version: "1", python: good.python,
            files: good.files())
        let error = #expect(throws: UnitsError.self) { try fixture.builder().build([fixture.content([unit])]) }
        #expect(error?.code == .missingArtifact)
    }
}
