import Archive
import ContentStore
import Cryptography
import Diagnostics
import PythonPackaging
import TestSupport
import Testing
import Workers

@testable import Units

@Suite struct UnitReadingTests {
    let scratch: Scratch
    let store: ContentStore
    let catalog: UnitCatalog

    init() throws {
        scratch = try Scratch("reading")
        store = ContentStore(at: scratch.file("data"))
        catalog = UnitCatalog(store: store, workers: Workers(count: 2))
    }

    func insert(_ wheel: WheelFixture) throws -> UnitCatalog.Artifact {
        let blob = try store.insert(wheel.bytes)
        return UnitCatalog.Artifact(try WheelFilename(wheel.filename), digest: blob.digest)
    }

    static func contents(_ file: UnitFile, _ source: UnitSource) throws -> String {
        var reader = UnitReader()
        var bytes: [UInt8] = []
        try reader.read(file, of: source, into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("wheels become units in their order, and a known wheel is not opened again")
    func known() throws {
        let wheels = try [
            insert(WheelFixture("one")), insert(WheelFixture("two", "2.0")), insert(WheelFixture("three")),
        ]
        let units = try catalog.units(of: wheels, python: PythonVersion(3, 11, 2))
        #expect(units.map(\.description) == ["one 1.0", "two 2.0", "three 1.0"])
        for wheel in wheels { try store.blobPath(wheel.digest).removeFile() }
        #expect(try catalog.units(of: wheels.reversed(), python: PythonVersion(3, 11, 9)) == units.reversed())
        let error = #expect(throws: UnitsError.self) { try catalog.units(of: wheels, python: PythonVersion(3, 12)) }
        #expect(error?.code == .missingArtifact)
        #expect(error?.category == .unavailable)
    }

    @Test("a wheel that was asked for by URL is another unit than the same wheel from an index")
    func directURL() throws {
        let wheel = try insert(WheelFixture("one"))
        var direct = wheel
        direct.directURL = #"{"archive_info": {}, "url": "https://example.org/one.whl"}"#
        let units = try catalog.units(of: [wheel, direct], python: PythonVersion(3, 11))
        #expect(units[1].fileCount == units[0].fileCount + 1)
        #expect(try catalog.units(of: [direct, wheel], python: PythonVersion(3, 11)) == units.reversed())
    }

    @Test("a tree that the store has lost is read from the wheel again")
    func lostTree() throws {
        let wheel = try insert(WheelFixture("one"))
        let unit = try #require(try catalog.units(of: [wheel], python: PythonVersion(3, 11)).first)
        try store.removeRecord(kind: "unittree.1", key: "\(unit.artifact.hex) \(unit.treeDigest.hex)")
        let again = try #require(try catalog.units(of: [wheel], python: PythonVersion(3, 11)).first)
        #expect(try again.files() == unit.files())
        let known = try #require(try catalog.units(of: [wheel], python: PythonVersion(3, 11)).first)
        try store.blobPath(wheel.digest).removeFile()
        #expect(try known.files() == unit.files())
    }

    @Test("a known file under another package's name is refused")
    func wrongName() throws {
        var wheel = try insert(WheelFixture("one"))
        _ = try catalog.units(of: [wheel], python: PythonVersion(3, 11))
        wheel.name = .python(.wheel(try WheelFilename("one-1.1-py3-none-any.whl")))
        let error = #expect(throws: UnitsError.self) { try catalog.units(of: [wheel], python: PythonVersion(3, 11)) }
        #expect(error?.code == .mismatchedName)
    }

    @Test("every file of a unit is read as promised, from the wheel or from the description")
    func reading() throws {
        let wheel = try insert(
            WheelFixture("one").adding("one/data.txt", "hello").adding("one-1.0.data/scripts/run", "#!python\nx\n"))
        let unit = try #require(try catalog.units(of: [wheel], python: PythonVersion(3, 11)).first)
        let source = try UnitSource(unit, in: store)
        for file in try unit.files() {
            let text = try Self.contents(file, source)
            #expect(SHA256Digest(of: text) == file.digest)
            #expect(UInt64(text.utf8.count) == file.size)
        }
        let data = try #require(try unit.files().first { $0.path.hasSuffix("one/data.txt") })
        #expect(try Self.contents(data, source) == "hello")
    }

    @Test("the compressed form is passed on beside the content, and inflates to it")
    func compressed() throws {
        let wheel = try insert(WheelFixture("one"))
        let unit = try #require(try catalog.units(of: [wheel], python: PythonVersion(3, 11)).first)
        let source = try UnitSource(unit, in: store)
        var reader = UnitReader()
        for file in try unit.files() {
            var compressed: [UInt8] = []
            var inflated: [UInt8] = []
            try reader.stream(
                file, of: source, compressed: { compressed.append(contentsOf: $0) },
                inflated: { inflated.append(contentsOf: $0) })
            guard let member = try source.member(of: file) else {
                #expect(compressed.isEmpty)
                continue
            }
            #expect(UInt64(compressed.count) == member.compressedSize)
            if member.method == .stored { #expect(compressed == inflated) }
        }
    }

    @Test("a RECORD that lies about a large member is found when the member is read, and names wheel and file")
    func lyingRecord() throws {
        let honest = WheelFixture("one").adding("one/data.bin", String(repeating: "x", count: 5000))
        let rows = String(decoding: try #require(honest.members.last).content, as: UTF8.self)
        let digest = SHA256Digest(of: String(repeating: "x", count: 5000)).base64URL
        let lie = rows.replacing(digest, with: SHA256Digest(of: "other").base64URL)
        let wheel = try insert(honest.with(\.givenRecord, Array(lie.utf8)))
        let unit = try #require(try catalog.units(of: [wheel], python: PythonVersion(3, 11)).first)
        let source = try UnitSource(unit, in: store)
        let data = try #require(try unit.files().first { $0.path.hasSuffix("one/data.bin") })
        let error = #expect(throws: UnitsError.self) { try Self.contents(data, source) }
        #expect(error?.code == .wrongContent)
        #expect(error?.category == .badArtifact)
        #expect(error?.subject == "one 1.0, lib/python3.11/site-packages/one/data.bin")
    }

    @Test("a unit whose artifact is gone, or is another archive than it counts in, is refused")
    func wrongArchive() throws {
        let wheel = try insert(WheelFixture("one").adding("one/a", "").adding("one/b", ""))
        let unit = try #require(try catalog.units(of: [wheel], python: PythonVersion(3, 11)).first)
        let other = UnitSource(unit, archive: try ZipArchive(source: MemorySource(CraftedZip([.init("a", "b")]).bytes)))
        for file in try unit.files() {
            guard case .member(let index) = file.origin, index > 0 else { continue }
            let error = #expect(throws: UnitsError.self) { try Self.contents(file, other) }
            #expect(error?.code == .damagedRecord)
        }
        try store.blobPath(wheel.digest).removeFile()
        #expect(throws: UnitsError.self) { try UnitSource(unit, in: store) }
    }
}
