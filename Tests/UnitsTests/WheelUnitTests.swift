import Archive
import Cryptography
import Diagnostics
import PythonPackaging
import TestSupport
import Testing

@testable import Units

@Suite struct WheelUnitTests {
    static let python = PythonVersion(3, 11)
    static let modules = "lib/python3.11/site-packages/"

    static func unit(_ wheel: WheelFixture, directURL: String? = nil) throws -> Unit {
        try unit(wheel.filename, wheel.bytes, directURL: directURL)
    }

    static func unit(_ filename: String, _ bytes: [UInt8], directURL: String? = nil) throws -> Unit {
        let archive = try ZipArchive(source: MemorySource(bytes, name: filename))
        return try Unit.wheel(
            WheelFilename(filename), artifact: SHA256Digest(of: bytes), archive: archive, python: python,
            directURL: directURL)
    }

    static func text(_ path: String, of unit: Unit) throws -> String {
        let file = try #require(try unit.files().first { $0.path == path })
        guard case .generated(let bytes) = file.origin else {
            Issue.record("\(path) is not generated")
            return ""
        }
        #expect(file.digest == SHA256Digest(of: bytes))
        #expect(file.size == UInt64(bytes.count))
        return String(decoding: bytes, as: UTF8.self)
    }

    static func refusal(_ wheel: WheelFixture) -> UnitsError? {
        #expect(throws: UnitsError.self) { try unit(wheel) }
    }

    @Test("a wheel's root, its data schemes and what an installer adds have their places")
    func layout() throws {
        let wheel = WheelFixture("Demo.Pack", "1.0", files: [("demo/__init__.py", []), ("top.py", [1])])
            .adding("demo/run.sh", "true", executable: true)
            .adding("demo_pack-1.0.data/purelib/pure.py", "")
            .adding("demo_pack-1.0.data/platlib/plat.so", "so")
            .adding("demo_pack-1.0.data/headers/sub/demo.h", "h")
            .adding("demo_pack-1.0.data/scripts/demo-sh", "#!/bin/sh\n")
            .adding("demo_pack-1.0.data/data/share/demo/x.json", "{}")
            .adding("demo_pack-1.0.data/data/etc/demo.cfg", "e", executable: true)
            .script("demo", "demo.cli:main")
        let unit = try Self.unit(wheel)
        let files = try unit.files()
        let info = Self.modules + "demo_pack-1.0.dist-info/"
        #expect(
            files.map { ($0.isExecutable ? "x " : "- ") + $0.path } == [
                "x bin/demo", "x bin/demo-sh", "x etc/demo.cfg", "- include/site/python3.11/demo-pack/sub/demo.h",
                "- \(Self.modules)demo/__init__.py", "x \(Self.modules)demo/run.sh", "- \(info)INSTALLER",
                "- \(info)METADATA", "- \(info)RECORD", "- \(info)WHEEL", "- \(info)entry_points.txt",
                "- \(Self.modules)plat.so", "- \(Self.modules)pure.py", "- \(Self.modules)top.py",
                "- share/demo/x.json",
            ])
        #expect(unit.name == "demo-pack")
        #expect(unit.version == "1.0")
        #expect(unit.kind == .wheel)
        #expect(unit.artifact == SHA256Digest(of: wheel.bytes))
        #expect(try Self.text(info + "INSTALLER", of: unit) == "chidori\n")
    }

    @Test("members keep the index, size and digest that they have in the wheel")
    func members() throws {
        let wheel = WheelFixture("demo").adding("demo/data.bin", "some data")
        let archive = try ZipArchive(source: MemorySource(wheel.bytes))
        for file in try Self.unit(wheel).files() {
            guard case .member(let index) = file.origin else { continue }
            let member = archive.directory.members[index]
            #expect(file.path == Self.modules + member.name)
            #expect(try SHA256Digest(of: archive.contents(of: member)) == file.digest)
            #expect(member.size == file.size)
        }
    }

    @Test("the new RECORD lists every file as installed, in order, by paths relative to the modules")
    func record() throws {
        let wheel = WheelFixture("demo", files: [("demo.py", Array("x = 1\n".utf8))])
            .adding("demo-1.0.data/scripts/tool", "#!python\nprint()\n")
            .adding("demo-1.0.data/data/share/a,b", "")
        let unit = try Self.unit(wheel)
        let record = try WheelRecord(
            Array(Self.text(Self.modules + "demo-1.0.dist-info/RECORD", of: unit).utf8), of: "RECORD")
        var expected: [String: WheelRecord.Entry] = [:]
        for file in try unit.files() {
            let path =
                file.path.hasPrefix(Self.modules)
                ? String(file.path.dropFirst(Self.modules.count)) : "../../../" + file.path
            expected[path] = WheelRecord.Entry(path: path, sha256: file.digest, size: file.size)
        }
        expected["demo-1.0.dist-info/RECORD"] = WheelRecord.Entry(path: "demo-1.0.dist-info/RECORD")
        #expect(record.entries == expected.values.sorted { $0.path < $1.path })
        #expect(record.entries.map(\.path).first == "../../../bin/tool")
    }

    @Test("what an installer writes anew does not come from the wheel")
    func replaced() throws {
        let wheel = WheelFixture("demo")
            .adding("demo-1.0.dist-info/INSTALLER", "somebody\n")
            .adding("demo-1.0.dist-info/REQUESTED", "")
            .adding("demo-1.0.dist-info/direct_url.json", "{}")
            .adding("demo-1.0.dist-info/RECORD.jws", "signature")
        let unit = try Self.unit(wheel)
        let names = try unit.files().map(\.path).filter { $0.contains("dist-info") }
        #expect(names.map { $0.dropFirst(Self.modules.count + 19) } == ["INSTALLER", "METADATA", "RECORD", "WHEEL"])
        #expect(try Self.text(Self.modules + "demo-1.0.dist-info/INSTALLER", of: unit) == "chidori\n")
        let direct = try Self.unit(wheel, directURL: #"{"url": "https://example.org/demo.whl"}"#)
        #expect(
            try Self.text(Self.modules + "demo-1.0.dist-info/direct_url.json", of: direct).contains("example.org"))
        #expect(direct.treeDigest != unit.treeDigest)
    }

    @Test("an entry point's script takes the place of a script of the same name that the wheel brings")
    func entryPointWins() throws {
        let wheel = WheelFixture("demo").adding("demo-1.0.data/scripts/demo", "#!python\nold\n")
            .script("demo", "demo:main")
        #expect(try Self.text("bin/demo", of: Self.unit(wheel)).contains("from demo import main"))
    }

    @Test("a free-threaded Python has folders of its own")
    func freeThreaded() throws {
        let wheel = WheelFixture("demo")
        let unit = try Unit.wheel(
            WheelFilename(wheel.filename), artifact: SHA256Digest(of: wheel.bytes),
            archive: ZipArchive(source: MemorySource(wheel.bytes)),
            python: PythonVersion(3, 13, 2, isFreeThreaded: true))
        #expect(try unit.files().contains { $0.path == "lib/python3.13t/site-packages/demo/__init__.py" })
        #expect(unit.sitePackages == "lib/python3.13t/site-packages")
    }

    @Test("one wheel gives one tree digest; another Python, file or mode gives another")
    func digests() throws {
        let wheel = WheelFixture("demo").adding("demo/x", "x")
        let digest = try Self.unit(wheel).treeDigest
        #expect(try Self.unit(wheel).treeDigest == digest)
        #expect(try Self.unit(wheel.adding("demo/y", "")).treeDigest != digest)
        #expect(try Self.unit(wheel.with(\.executables, ["demo/x"])).treeDigest != digest)
    }
}

// Wheels that are not what they should be.
extension WheelUnitTests {
    @Test(
        "a RECORD that does not tell the truth is refused, and the wheel and the member are named",
        arguments: [
            ("demo/__init__.py", "demo/other.py", "does not list demo/__init__.py"),
            ("demo/__init__.py,sha256=", "demo/__init__.py,md5=", "by md5"),
            (",23\n", ",24\n", "a size of 24 bytes, but it has 23"),
        ])
    func untruthfulRecord(part: String, replacement: String, expected: String) throws {
        let wheel = WheelFixture(
            "demo", files: [("demo/__init__.py", Array("__version__ = '1.0'\n\n\n\n".utf8.prefix(23)))])
        let record = String(decoding: try #require(wheel.members.last).content, as: UTF8.self)
        try #require(record.contains(part))
        let error = Self.refusal(wheel.with(\.givenRecord, Array(record.replacing(part, with: replacement).utf8)))
        #expect(error?.code == .untruthfulRecord)
        #expect(error?.category == .badArtifact)
        #expect(error?.subject == "demo-1.0-py3-none-any.whl")
        #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
        #expect(error?.advice != nil)
    }

    @Test("RECORD must list what is there, with a hash, and nothing that is not")
    func recordRows() throws {
        let wheel = WheelFixture("demo")
        let rows = String(decoding: try #require(wheel.members.last).content, as: UTF8.self)
        func refusal(_ record: String) -> String {
            Self.refusal(wheel.with(\.givenRecord, Array(record.utf8)))?.message ?? ""
        }
        let hash = "sha256=" + SHA256Digest(of: "").base64URL
        #expect(refusal(rows + "demo/ghost.py,\(hash),0\n").contains("lists demo/ghost.py, which the wheel does not"))
        #expect(refusal(rows + "demo/__init__.py,\(hash),20\n").contains("lists demo/__init__.py twice"))
        let bare = rows.split(separator: "\n").map { $0.hasPrefix("demo/__init__") ? "demo/__init__.py,," : $0 }
        #expect(refusal(bare.joined(separator: "\n")).contains("lists demo/__init__.py without a hash"))
        let repeated = rows + rows
        #expect(try Self.unit(wheel.with(\.givenRecord, Array(repeated.utf8))).fileCount == 5)
        let signed = rows + "demo-1.0.dist-info/RECORD.jws,,\n"
        #expect(try Self.unit(wheel.with(\.givenRecord, Array(signed.utf8))).fileCount == 5)
    }

    @Test("a lie about a small member that is read at once is found at once")
    func lyingHash() throws {
        let wheel = WheelFixture("demo").script("demo", "demo:main")
        let rows = String(decoding: try #require(wheel.members.last).content, as: UTF8.self)
        for member in ["METADATA", "WHEEL", "entry_points.txt"] {
            let digest = SHA256Digest(of: try #require(wheel.members.first { $0.path.hasSuffix(member) }).content)
            let lie = rows.replacing(digest.base64URL, with: SHA256Digest(of: "lie").base64URL)
            let error = Self.refusal(wheel.with(\.givenRecord, Array(lie.utf8)))
            #expect(error?.code == .untruthfulRecord)
            #expect(error?.message.contains(member) == true)
        }
    }

    @Test("a stronger hash than SHA-256 is held against the member, and the SHA-256 computed")
    func strongerHash() throws {
        let content = Array("__version__ = '1.0'\n".utf8)
        guard var hasher = MessageHasher("sha512") else { return }
        content.withUnsafeBytes { hasher.update($0) }
        let claim = "sha512=" + hasher.base64URL()
        let wheel = WheelFixture("demo")
        let rows = String(decoding: try #require(wheel.members.last).content, as: UTF8.self)
        let strong = rows.replacing("sha256=" + SHA256Digest(of: content).base64URL, with: claim)
        let unit = try Self.unit(wheel.with(\.givenRecord, Array(strong.utf8)))
        #expect(try unit.files().contains { $0.digest == SHA256Digest(of: content) })
        let lie = strong.replacing("sha512=", with: "sha512=AAAA")
        #expect(Self.refusal(wheel.with(\.givenRecord, Array(lie.utf8)))?.code == .untruthfulRecord)
    }

    @Test("a wheel with no .dist-info, with two, or with another's is refused")
    func distInfo() throws {
        let none = CraftedZip([.init("demo/__init__.py", "")]).bytes
        let missing = #expect(throws: UnitsError.self) { try Self.unit("demo-1.0-py3-none-any.whl", none) }
        #expect(missing?.code == .invalidWheel)
        let two = Self.refusal(WheelFixture("demo").adding("other-2.0.dist-info/METADATA", ""))
        #expect(two?.code == .invalidWheel)
        #expect(two?.message.contains("demo-1.0.dist-info, other-2.0.dist-info") == true)
        for filename in ["other-1.0-py3-none-any.whl", "demo-1.1-py3-none-any.whl"] {
            let error = Self.refusal(WheelFixture("demo").with(\.givenFilename, filename))
            #expect(error?.code == .mismatchedName)
        }
        let spelled = WheelFixture("demo").with(\.givenFilename, "Demo-1.0.0-py3-none-any.whl")
        #expect(try Self.unit(spelled).name == "demo")
    }

    @Test(
        "metadata of another name or version is refused",
        arguments: ["Name: other\nVersion: 1.0", "Name: demo\nVersion: 2"])
    func metadata(fields: String) {
        let bytes = Array("Metadata-Version: 2.1\n\(fields)\n".utf8)
        #expect(Self.refusal(WheelFixture("demo").with(\.givenMetadata, bytes))?.code == .mismatchedName)
    }

    @Test("a scheme that nobody knows, and a file in none, are refused")
    func schemes() {
        let unknown = Self.refusal(WheelFixture("demo").adding("demo-1.0.data/windows/x", ""))
        #expect(unknown?.code == .invalidWheel)
        #expect(unknown?.message.contains("'windows'") == true)
        #expect(Self.refusal(WheelFixture("demo").adding("demo-1.0.data/x", ""))?.code == .invalidWheel)
    }

    @Test(
        "a wheel may not install what belongs to the environment",
        arguments: [
            "scripts/python", "scripts/python3", "scripts/python3.11", "data/bin/python", "data/pyvenv.cfg",
            "data/chidori.json", "data/jars/evil.jar", "data/bin/activate",
        ])
    func reserved(path: String) {
        let error = Self.refusal(WheelFixture("demo").adding("demo-1.0.data/" + path, "x"))
        #expect(error?.code == .forbiddenPath)
        #expect(Self.refusal(WheelFixture("demo").script("python3", "demo:main"))?.code == .forbiddenPath)
    }

    @Test(
        "names that only begin like an interpreter's are allowed",
        arguments: ["python-config", "pythonic", "python3-x"])
    func allowed(name: String) throws {
        _ = try Self.unit(WheelFixture("demo").script(name, "demo:main"))
    }

    @Test("two members for one place are refused")
    func conflict() {
        let error = Self.refusal(WheelFixture("demo").adding("demo-1.0.data/purelib/demo/__init__.py", "other"))
        #expect(error?.code == .pathConflict)
        #expect(error?.message.contains("lib/python3.11/site-packages/demo/__init__.py") == true)
        let folder = Self.refusal(WheelFixture("demo").adding("demo-1.0.data/purelib/demo", "a file"))
        #expect(folder?.code == .pathConflict)
    }

    @Test("a wheel without WHEEL, METADATA or RECORD, or of a later format, is refused")
    func required() throws {
        let wheel = WheelFixture("demo")
        for name in ["WHEEL", "METADATA", "RECORD"] {
            var zip = wheel.zip
            zip.members.removeAll { String(decoding: $0.name, as: UTF8.self).hasSuffix("dist-info/" + name) }
            #expect(throws: UnitsError.self) { try Self.unit(wheel.filename, zip.bytes) }
        }
        let later = wheel.zip.members.map { member -> CraftedZip.Member in
            guard String(decoding: member.name, as: UTF8.self).hasSuffix("/WHEEL") else { return member }
            return CraftedZip.Member("demo-1.0.dist-info/WHEEL", "Wheel-Version: 2.0\nRoot-Is-Purelib: true\n")
        }
        #expect(throws: (any Error).self) { try Self.unit(wheel.filename, CraftedZip(later).bytes) }
    }
}
