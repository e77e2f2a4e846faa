import Archive
import ContentStore
import Cryptography
import Diagnostics
import PythonPackaging
import TestSupport
import Testing
import Workers

@testable import Units

@Suite struct EggUnitTests {
    static let modules = "lib/python3.11/site-packages/"
    static let info = modules + "demo-1.0.dist-info/"

    static func unit(
        _ egg: EggFixture, python: PythonVersion = PythonVersion(3, 11), directURL: String? = nil
    ) throws -> Unit {
        let archive = try ZipArchive(source: MemorySource(egg.bytes, name: egg.filename))
        return try Unit.egg(
            EggFilename(egg.filename), artifact: egg.digest, archive: archive, python: python, directURL: directURL)
    }

    static func paths(_ egg: EggFixture) throws -> [String] {
        try unit(egg).files().map(\.path)
    }

    static func refusal(_ egg: EggFixture) -> (any Diagnostic)? {
        do {
            _ = try unit(egg)
        } catch let error as any Diagnostic {
            return error
        } catch {
            Issue.record("\(error) is no diagnostic")
        }
        return nil
    }

    @Test("modules, scripts and metadata have the places that a wheel's have")
    func layout() throws {
        let egg = EggFixture("demo", requires: "six\n[x]\nfoo\n")
            .adding("demo/run.sh", "true", executable: true)
            .adding("top.py", "x = 1\n")
            .telling("not-zip-safe", "\n").telling("SOURCES.txt", "setup.py\n").telling("dependency_links.txt", "\n")
            .telling("native_libs.txt", "demo/_x.so\n").telling("custom.txt", "kept\n")
            .telling("entry_points.txt", "[console_scripts]\ndemo = demo:main\n")
            .telling("scripts/tool", "#!/build/bin/python3.11 -E\nprint(1)\n")
        let unit = try Self.unit(egg)
        #expect(
            try unit.files().map { ($0.isExecutable ? "x " : "- ") + $0.path }
                == [
                    "x bin/demo", "x bin/tool", "- \(Self.modules)demo/__init__.py", "x \(Self.modules)demo/run.sh",
                    "- \(Self.info)INSTALLER", "- \(Self.info)METADATA", "- \(Self.info)RECORD", "- \(Self.info)WHEEL",
                    "- \(Self.info)custom.txt", "- \(Self.info)entry_points.txt", "- \(Self.info)top_level.txt",
                    "- \(Self.modules)top.py",
                ].sorted { $0.dropFirst(2) < $1.dropFirst(2) })
        #expect(unit.kind == .egg)
        #expect((unit.name, unit.version) == ("demo", "1.0"))
        #expect(unit.artifact == egg.digest)
        #expect(try WheelUnitTests.text(Self.info + "INSTALLER", of: unit) == "chidori\n")
        let metadata = try WheelUnitTests.text(Self.info + "METADATA", of: unit)
        #expect(metadata.contains("Requires-Dist: six\nRequires-Dist: foo ; extra == \"x\"\n"))
    }

    @Test("a generated WHEEL tells what the egg's name tells")
    func wheelFile() throws {
        for (platform, isPure, tag) in [
            (nil, true, "py311-none-any"), ("linux-x86_64", false, "cp311-cp311-linux_x86_64"),
            ("manylinux2014_aarch64", false, "cp311-cp311-manylinux2014_aarch64"),
        ] as [(String?, Bool, String)] {
            let unit = try Self.unit(EggFixture("demo", platform: platform))
            let wheel = try WheelMetadata(
                Array(WheelUnitTests.text(Self.info + "WHEEL", of: unit).utf8), of: "demo.egg")
            #expect(wheel.tags.map(\.description) == [tag])
            #expect(wheel.isPurelib == isPure)
        }
    }

    @Test("digests, sizes and RECORD are of the files as they are")
    func digests() throws {
        let egg = EggFixture("demo").adding("demo/data.bin", String(repeating: "data ", count: 10_000))
        let archive = try ZipArchive(source: MemorySource(egg.bytes))
        let unit = try Self.unit(egg)
        var expected: Set<WheelRecord.Entry> = [WheelRecord.Entry(path: "demo-1.0.dist-info/RECORD")]
        for file in try unit.files() {
            switch file.origin {
            case .member(let index):
                let bytes = try archive.contents(of: archive.directory.members[index])
                #expect(file.digest == SHA256Digest(of: bytes) && file.size == UInt64(bytes.count))
            case .generated(let bytes): #expect(file.digest == SHA256Digest(of: bytes))
            case .artifact: Issue.record("\(file.path) is not the whole egg")
            }
            guard !file.path.hasSuffix("/RECORD") else { continue }
            expected.insert(
                WheelRecord.Entry(
                    path: String(file.path.dropFirst(Self.modules.count)), sha256: file.digest, size: file.size))
        }
        let record = try WheelUnitTests.text(Self.info + "RECORD", of: unit)
        #expect(Set(try WheelRecord(Array(record.utf8), of: "RECORD").entries) == expected)
    }

    @Test("compiled modules stay behind where their source comes along, and come where it does not")
    func compiled() throws {
        let egg = EggFixture("demo")
            .adding("demo/a.py", "").adding("demo/a.pyc", "1").adding("demo/a.pyo", "1")
            .adding("demo/__pycache__/a.cpython-311.pyc", "1").adding("__pycache__/top.cpython-311.pyc", "1")
            .adding("demo/sourceless.pyc", "1").adding("demo/_fast.pyc", "stub").adding("demo/_fast.so", "ELF")
        let paths = try Self.paths(egg).filter { $0.contains("/demo/") || $0.contains("__pycache__") }
        #expect(
            paths.map { $0.dropFirst(Self.modules.count) } == [
                "demo/__init__.py", "demo/_fast.so", "demo/a.py", "demo/sourceless.pyc",
            ])
    }

    private static let loader = """

        def __bootstrap__():
            global __bootstrap__, __loader__, __file__
            import sys, pkg_resources, importlib.util
            __file__ = pkg_resources.resource_filename(__name__, '_fast.cpython-311-x86_64-linux-gnu.so')
            __loader__ = None; del __bootstrap__, __loader__
        __bootstrap__()

        """

    @Test("what only loads a native library out of a zip stays behind; a module that does more does not")
    func loaders() throws {
        let native = EggFixture("demo", platform: "linux-x86_64")
            .adding("demo/_fast.cpython-311-x86_64-linux-gnu.so", "ELF", executable: true)
        let unit = try Self.unit(native.adding("demo/_fast.py", Self.loader))
        let files = try unit.files()
        #expect(!files.contains { $0.path.hasSuffix("_fast.py") })
        #expect(files.contains { $0.path.hasSuffix("_fast.cpython-311-x86_64-linux-gnu.so") && $0.isExecutable })
        #expect(
            try Self.paths(native.adding("demo/_fast.py", "def slow(): pass\n")).contains { $0.hasSuffix("_fast.py") })
        #expect(try Self.paths(native.adding("demo/_other.py", Self.loader)).contains { $0.hasSuffix("_other.py") })
        let large = Self.loader.replacing("import sys", with: String(repeating: "#\n    ", count: 2000) + "import sys")
        #expect(try Self.paths(native.adding("demo/_fast.py", large)).contains { $0.hasSuffix("_fast.py") })
    }

    @Test("packages that eggs share have no __init__ of their own, whatever it holds")
    func namespaces() throws {
        let egg = EggFixture("demo", files: [("ns/sub/mod.py", [])])
            .adding("ns/__init__.py", "__import__('pkg_resources').declare_namespace(__name__)\n")
            .adding("ns/__init__.pyc", "1").adding("ns/__pycache__/__init__.cpython-311.pyc", "1")
            .adding("ns/sub/__init__.py", "__import__('pkg_resources').declare_namespace(__name__)\n")
            .adding("ns/sub/own/__init__.py", "")
            .telling("namespace_packages.txt", "ns\nns.sub\n")
        let paths = try Self.paths(egg).filter { $0.contains("/ns/") }
        #expect(paths.map { $0.dropFirst(Self.modules.count) } == ["ns/sub/mod.py", "ns/sub/own/__init__.py"])
        #expect(try Self.paths(egg).contains(Self.info + "namespace_packages.txt"))
    }

    @Test("scripts in Python run with the environment's interpreter, others as they are")
    func scripts() throws {
        let egg = EggFixture("demo")
            .telling("scripts/a", "#!/build/env/bin/python3.11\nprint('a')\n")
            .telling("scripts/b", "#!/usr/bin/env python\n# -*- coding: latin-1 -*-\nprint('b')\n")
            .telling("scripts/c.py", "# coding: latin-1\nprint('c')\n")
            .telling("scripts/d", "#!/bin/sh\necho d\n")
            .telling("scripts/e", "#!python\nprint('e')\n")
            .telling("scripts/f", "\u{7F}ELF\0binary")
            .telling("scripts/__pycache__/a.cpython-311.pyc", "1")
            .telling("scripts/demo", "#!python\nold\n")
            .telling("entry_points.txt", "[console_scripts]\ndemo = demo.cli:main\n")
        let unit = try Self.unit(egg)
        let scripts = try unit.files().filter { $0.path.hasPrefix("bin/") }
        #expect(scripts.map(\.path) == ["bin/a", "bin/b", "bin/c.py", "bin/d", "bin/demo", "bin/e", "bin/f"])
        #expect(scripts.filter(\.isExecutable).count == scripts.count)
        for name in ["a", "b", "c.py", "e"] {
            let text = try WheelUnitTests.text("bin/\(name)", of: unit)
            let lines = text.split(separator: "\n")
            #expect(lines[0] == "#!/bin/sh" && text.contains("/python\" \"$0\" \"$@\""))
            #expect(!text.contains("/build") && !text.contains("/env "))
            #expect(text.hasSuffix("print('\(name.first!)')\n"))
        }
        // An encoding counts in the second line.
        for name in ["b", "c.py"] {
            #expect(try WheelUnitTests.text("bin/\(name)", of: unit).split(separator: "\n")[1].contains("coding"))
        }
        for file in scripts where ["bin/d", "bin/f"].contains(file.path) {
            guard case .member = file.origin else {
                Issue.record("\(file.path) was rewritten")
                continue
            }
        }
        #expect(try WheelUnitTests.text("bin/demo", of: unit).contains("from demo.cli import main"))
    }

    @Test("the catalog keeps an egg's unit, and reads it again without the egg's bytes")
    func catalog() throws {
        let scratch = try Scratch("eggs")
        let store = ContentStore(at: scratch.path)
        let egg = EggFixture("demo").adding("demo/x.py", "x = 1\n")
        let blob = try store.insert(egg.bytes)
        let catalog = UnitCatalog(store: store, workers: Workers(count: 1))
        let artifact = UnitCatalog.Artifact(.egg(try EggFilename(egg.filename)), digest: blob.digest)
        let first = try catalog.units(of: [artifact], python: PythonVersion(3, 11))
        try store.blobPath(blob.digest).removeFile()
        let second = try catalog.units(of: [artifact], python: PythonVersion(3, 11, 2))
        #expect(first == second)
        let digest = try Self.unit(egg).treeDigest
        #expect(first.map(\.treeDigest) == [digest])
        let (kept, described) = (try second[0].files(), try Self.unit(egg).files())
        #expect(kept == described)
        let other = UnitCatalog.Artifact(.egg(try EggFilename("demo-2.0-py3.11.egg")), digest: blob.digest)
        #expect(throws: UnitsError.self) { try catalog.units(of: [other], python: PythonVersion(3, 11)) }
    }

    @Test("one egg gives one tree digest, whoever built it; a direct URL gives another")
    func sameDigest() throws {
        let digest = try Self.unit(EggFixture("demo")).treeDigest
        #expect(try Self.unit(EggFixture("demo").telling("SOURCES.txt", "other")).treeDigest == digest)
        #expect(try Self.unit(EggFixture("demo"), directURL: "{}").treeDigest != digest)
    }
}

// Eggs that are not what they should be.
extension EggUnitTests {
    @Test("an egg for another Python is refused, and what it is for is told")
    func otherPython() throws {
        let error = #expect(throws: UnitsError.self) {
            try Self.unit(EggFixture("demo", platform: "linux-x86_64"), python: PythonVersion(3, 12))
        }
        #expect(error?.code == .wrongTarget)
        #expect(error?.category == .badInput)
        #expect(error?.subject == "demo-1.0-py3.11-linux-x86_64.egg")
        #expect(error?.message == "is for Python 3.11 on linux-x86_64, not for Python 3.12")
        #expect(try Self.unit(EggFixture("demo", python: nil), python: PythonVersion(3, 12)).fileCount == 6)
    }

    @Test("a zip without EGG-INFO, and an EGG-INFO without PKG-INFO, is no egg")
    func missingInformation() {
        let none = Self.refusal(EggFixture("demo").with(\.information, []).with(\.givenPackageInfo, ""))
        #expect((none as? UnitsError)?.code == .invalidEgg)
        #expect(none?.message == "has no EGG-INFO folder")
        let part = Self.refusal(EggFixture("demo").with(\.givenPackageInfo, ""))
        #expect((part as? PythonPackagingError)?.code == .invalidMetadata)
        #expect(part?.message == "has no EGG-INFO/PKG-INFO")
        #expect(part?.category == .badArtifact)
    }

    @Test(
        "PKG-INFO of another project or version is refused",
        arguments: ["Name: other\nVersion: 1.0\n", "Name: demo\nVersion: 1.1\n"])
    func mismatch(information: String) {
        let error = Self.refusal(EggFixture("demo").with(\.givenPackageInfo, information))
        #expect((error as? UnitsError)?.code == .mismatchedName)
        #expect(error?.subject == "demo-1.0-py3.11.egg")
    }

    @Test("a broken requires.txt is refused with its line and section")
    func brokenRequirements() {
        let error = Self.refusal(EggFixture("demo", requires: "six\n[test:nonsense]\nfoo\n"))
        #expect((error as? PythonPackagingError)?.code == .invalidEggRequirements)
        #expect(error?.message.contains("line 2 of requires.txt the section '[test:nonsense]'") == true)
    }

    @Test(
        "an egg may not leave its folder, nor install what belongs to the environment",
        arguments: ["../evil.py", "/etc/evil", "demo/../../evil.py", "EGG-INFO/scripts/../../../evil"])
    func traversal(path: String) {
        let error = Self.refusal(EggFixture("demo").adding(path, "x"))
        #expect(error is ArchiveError)
        #expect(error?.category == .badArtifact)
    }

    @Test("an egg may not bring an interpreter", arguments: ["python", "python3.11", "activate"])
    func reserved(name: String) {
        #expect(
            (Self.refusal(EggFixture("demo").telling("scripts/" + name, "x")) as? UnitsError)?.code == .forbiddenPath)
    }

    @Test("two members for one place are refused")
    func conflict() {
        let error = Self.refusal(EggFixture("demo").adding("demo-1.0.dist-info/METADATA", "Name: evil\n"))
        #expect((error as? UnitsError)?.code == .pathConflict)
    }

    @Test("an egg that is no zip, or cut short, is refused")
    func noZip() {
        for bytes in [Array("<html>not found</html>".utf8), Array(EggFixture("demo").bytes.dropLast(30)), []] {
            let error = #expect(throws: ArchiveError.self) {
                let archive = try ZipArchive(source: MemorySource(bytes, name: "demo-1.0-py3.11.egg"))
                _ = try Unit.egg(
                    EggFilename("demo-1.0-py3.11.egg"), artifact: SHA256Digest(of: bytes), archive: archive,
                    python: PythonVersion(3, 11))
            }
            #expect(error?.category == .badArtifact)
            #expect(error?.subject.contains("demo-1.0-py3.11.egg") == true)
        }
    }

    @Test("a member that is damaged is found while it is hashed")
    func damaged() {
        var zip = EggFixture("demo").zip
        zip.members[0].crc = 1
        let error = #expect(throws: ArchiveError.self) {
            try Unit.egg(
                EggFilename("demo-1.0-py3.11.egg"), artifact: SHA256Digest(of: zip.bytes),
                archive: ZipArchive(source: MemorySource(zip.bytes, name: "demo.egg")), python: PythonVersion(3, 11))
        }
        #expect(error?.code == .wrongChecksum)
    }
}
