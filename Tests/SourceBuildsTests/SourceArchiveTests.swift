import Diagnostics
import Foundation
import PythonPackaging
import Recipes
import SystemPackage
import TestSupport
import Testing

@testable import SourceBuilds

@Suite("Source archives")
struct SourceArchiveTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch("archive") }

    /// An archive made by a line of Python, with `add(name, content=b'', type=tarfile.REGTYPE, link='')`.
    private func archive(_ lines: String) async throws -> SourceArchive {
        let program = """
            import io, sys, tarfile
            out = tarfile.open(sys.argv[1], 'w:gz')
            def add(name, content=b'', type=tarfile.REGTYPE, link='', mode=0o644):
                info = tarfile.TarInfo(name)
                info.type, info.linkname, info.size, info.mode, info.mtime = type, link, len(content), mode, 1000000000
                out.addfile(info, io.BytesIO(content))
            def link(name, target): add('demo-1.0/' + name, type=tarfile.SYMTYPE, link=target)
            \(lines)
            out.close()
            """
        let path = scratch.file("demo-1.0.tar.gz")
        try await Command("python3", ["-c", program, path.string]).run()
        return SourceArchive(path, name: "demo-1.0.tar.gz")
    }

    private func unpack(_ archive: SourceArchive) throws -> FilePath {
        let folder = scratch.file("in")
        try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
        return try archive.unpack(into: folder)
    }

    @Test("its facts are those of the files at its top, and nobody else's")
    func facts() async throws {
        let archive = try await archive(
            """
            add('demo-1.0/PKG-INFO', b'Metadata-Version: 2.2\\nName: demo\\nVersion: 1.0\\nRequires-Dist: a>=1\\n')
            add('demo-1.0/vendored/PKG-INFO', b'Name: other')
            add('demo-1.0/vendored/setup.py')
            add('demo-1.0/pyproject.toml', b"[build-system]\\nrequires = ['x>1']\\nbuild-backend = 'x.y'\\n")
            """)
        let facts = try archive.facts()
        #expect(facts.staticMetadata(of: "demo")?.requirements.map(\.description) == ["a>=1"])
        let system = try facts.buildSystem(of: "demo")
        #expect(system.backend == "x.y" && system.requires.map(\.description) == ["x>1"] && system.backendPath.isEmpty)
    }

    @Test("metadata counts as static from 2.2 on, and only where no field that matters is dynamic")
    func staticMetadata() {
        func isStatic(_ lines: String...) -> Bool {
            let text = (lines + ["Name: demo", "Version: 1"]).joined(separator: "\n")
            return SourceArchive.Facts(metadata: Array(text.utf8), project: nil).staticMetadata(of: "demo") != nil
        }
        #expect(isStatic("Metadata-Version: 2.2", "Dynamic: summary"))
        #expect(!isStatic("Metadata-Version: 2.1"))
        #expect(!isStatic("Metadata-Version: 2.4", "Dynamic: Requires-Dist"))
        #expect(!isStatic("Metadata-Version: 2.4", "Dynamic: provides-extra"))
    }

    @Test("without a pyproject.toml it is setup.py's, without both it is nothing")
    func legacy() async throws {
        let legacy = try await archive("add('demo-1.0/setup.py')")
        #expect(try legacy.facts().buildSystem(of: "demo").backend == "setuptools.build_meta:__legacy__")
        let empty = try await archive("add('demo-1.0/README')")
        let error = try #require(throws: SourceBuildsError.self) { _ = try empty.facts() }
        #expect(error.code == .invalidSource)
    }

    @Test("it is unpacked with its links, modes and times")
    func unpacked() async throws {
        let top = try unpack(
            try await archive(
                """
                add('demo-1.0/bin/run', b'#!/bin/sh', mode=0o775)
                add('demo-1.0/link', type=tarfile.SYMTYPE, link='bin/run')
                add('demo-1.0/bin/up', type=tarfile.SYMTYPE, link='../bin')
                add('demo-1.0/hard', type=tarfile.LNKTYPE, link='demo-1.0/bin/run')
                """))
        let facts = try await Command("stat", ["-c", "%a %Y %h", top.appending("bin/run").string]).run()
        #expect(facts == "755 1000000000 2\n")
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: top.appending("link").string) == "bin/run")
    }

    @Test(
        "what would be written elsewhere is refused, and is not written",
        arguments: [
            "add('demo-1.0/../../escaped', b'x')", "add('/tmp/escaped', b'x')",
            "add('demo-1.0/link', type=tarfile.SYMTYPE, link='/etc')",
            "add('demo-1.0/link', type=tarfile.SYMTYPE, link='../../escaped')",
            "add('demo-1.0/a/link', type=tarfile.SYMTYPE, link='../../demo-1.0/../x')",
            "add('demo-1.0/hard', type=tarfile.LNKTYPE, link='../../etc/passwd')",
            "add('demo-1.0/device', type=tarfile.CHRTYPE)", "add('demo-1.0/fifo', type=tarfile.FIFOTYPE)",
            "add('demo-1.0/a', b'x'); add('other/b', b'x')",
            // By way of another link, which leads inside by itself.
            "link('a/b/up', '../..'); link('x', 'a/b/up/../..'); link('x/escaped', '/etc/hostname')",
            "link('a/b/up', '../..'); link('x', 'a/b/up/../../..')",
            "link('x', 'y/../..'); link('y', 'a/b/c')",
            "link('x', 'y/../..'); link('y', 'a/b/c/d'); link('y', '.')",
            "link('x', 'y/../..'); link('y', 'a/b/c/d'); add('demo-1.0/y', type=tarfile.DIRTYPE, mode=0o755)",
            "link('a', 'b'); link('b', 'a')", "link('a', 'b'); add('demo-1.0/a/file', b'x')",
            "link('a', 'b'); add('demo-1.0/a/escaped', type=tarfile.LNKTYPE, link='demo-1.0/PKG-INFO')",
            // A mark hides the slash.
            "add('demo-1.0/../\\u0301a\\u0600/../escaped', b'x')",
            "add('demo-1.0\\u0600/../\\u0301escaped', b'x')",
            "link('a', '../\\u0301x')", "link('a', '/\\u0301etc')",
        ])
    func hostile(_ lines: String) async throws {
        let archive = try await archive(lines)
        var refusal: (any Diagnostic)?
        do {
            _ = try unpack(archive)
        } catch let error as any Diagnostic {
            refusal = error
        }
        #expect(refusal?.category == .badArtifact, "\(String(describing: refusal))")
        let escaped = try await Command("find", [scratch.path.string, "-name", "escaped"]).run()
        #expect(escaped.isEmpty)
    }

    @Test("what is compressed twice, or is no tar or zip, is no source distribution")
    func formats() async throws {
        let good = try await archive("add('demo-1.0/setup.py')")
        let twice = scratch.file("twice.tar.gz")
        try await Command("sh", ["-c", "gzip -c \"$1\" > \"$2\"", "sh", good.path.string, twice.string]).run()
        let text = try scratch.write("text.tar.gz", "#mtree\n./setup.py type=file size=0\n")
        for path in [twice, text] {
            var isRefused = false
            do { _ = try SourceArchive(path, name: "demo-1.0.tar.gz").facts() } catch is any Diagnostic {
                isRefused = true
            }
            #expect(isRefused, "\(path)")
        }
    }

    @Test("links that lead through each other and stay inside are made")
    func chains() async throws {
        let top = try unpack(
            try await archive(
                """
                add('demo-1.0/a/b/file', b'here')
                link('deep', 'a/b')
                link('a/up', '../deep/..')
                link('a/again', 'up/b/../b/./file')
                link('dangling', 'deep/none')
                link('twice', 'a'); link('twice', 'a')
                """))
        #expect(try String(contentsOfFile: top.pushing("a/again").string, encoding: .utf8) == "here")
        #expect(try String(contentsOfFile: top.pushing("twice/b/file").string, encoding: .utf8) == "here")
    }
}
