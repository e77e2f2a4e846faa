import Archive
import ContentStore
import Cryptography
import Diagnostics
import Foundation
import PythonPackaging
import SystemPackage
import TestSupport
import Testing
import Transfer

@testable import PythonIndex

@Suite("Eggs of find-links places and URLs", .timeLimit(.minutes(1)))
struct EggTests {
    private let here: ScratchIndex
    private let server: IndexFixture

    init() throws {
        here = try ScratchIndex()
        server = try IndexFixture([WheelFixture("demo", "0.5")])
    }

    /// Writes an egg as a folder.
    @discardableResult
    private func unpack(_ egg: EggFixture, in folder: String) throws -> FilePath {
        for (path, content) in egg.members {
            let file = try here.scratch.write("\(folder)/\(egg.filename)/\(path)", content)
            let mode = egg.executables.contains(path) ? 0o755 : 0o644
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.string)
        }
        return here.scratch.file("\(folder)/\(egg.filename)")
    }

    private func page(_ places: String..., project: String = "demo") async throws -> ProjectPage {
        try await here.run(server.url, findLinks: places).page(of: name(project))
    }

    private func file(_ path: FilePath) -> IndexFile {
        IndexFile(filename: path.lastComponent?.string ?? "", url: "file://\(path)")
    }

    @Test("a folder offers eggs and egg folders beside wheels; an index offers none")
    func folder() async throws {
        let egg = EggFixture("demo", "1.0", requires: "six\n")
        try here.scratch.write("links/\(egg.filename)", egg.bytes)
        try unpack(EggFixture("demo", "2.0", platform: "linux-x86_64"), in: "links")
        try here.scratch.write("links/demo-3.0-py3.11.egg/README", "a folder without EGG-INFO")
        server.server.on(
            "/simple/demo/",
            .text("<a href=\"demo-9.0-py3.11.egg\">9</a><a href=\"demo-0.5-py3-none-any.whl\">0.5</a>"))
        let page = try await page(here.scratch.file("links").string)
        #expect(
            try page.files.map(\.filename) == [
                egg.filename, "demo-2.0-py3.11-linux-x86_64.egg", "demo-0.5-py3-none-any.whl",
            ])
        #expect(try page.file(0).sha256 == egg.digest)
        #expect(try page.source(of: 0).kind == .findLinks)
    }

    @Test("single eggs, egg folders and pages that link to eggs are places too")
    func places() async throws {
        let egg = EggFixture("one")
        let single = try here.scratch.write(egg.filename, egg.bytes)
        let folder = try unpack(EggFixture("two"), in: "folders")
        server.server.on("/links.html", .text("<a href=\"three-1.0-py3.11.egg\">3</a>"))
        let places = [
            single.string, folder.string, server.server.url("/links.html"), server.server.url("/four-1.0-py3.11.egg"),
        ]
        let index = try here.run(server.url, findLinks: places)
        for project in ["one", "two", "three", "four"] {
            #expect(try await index.page(of: name(project)).files.map(\.filename) == ["\(project)-1.0-py3.11.egg"])
        }
    }

    @Test("an egg folder is one file with one digest wherever it lies, whoever has run it, until it changes")
    func digest() async throws {
        let egg = EggFixture("demo", "1.0").adding("demo/run", "#!/bin/sh\n", executable: true)
            .adding("demo/only.pyc", "1")
        try unpack(egg, in: "a")
        let other = try unpack(egg, in: "b")
        func listed(_ folder: String) async throws -> IndexFile {
            try await page(here.scratch.file(folder).string).file(0)
        }
        let first = try await listed("a")
        try here.scratch.write("b/\(egg.filename)/demo/__pycache__/__init__.cpython-311.pyc", "compiled")
        try here.scratch.write("b/\(egg.filename)/demo/__init__.pyc", "compiled")
        #expect(try await listed("b").sha256 == first.sha256)

        let index = try here.run(server.url)
        let blob = try await index.fetch(Artifact(first, of: name("demo")))
        #expect(blob.digest == first.sha256 && blob.size == first.size)
        let archive = try ZipArchive(source: FileSource(here.store.blobPath(blob.digest)))
        #expect(archive.directory.members.map(\.name) == egg.members.map(\.path).sorted())
        for member in archive.directory.members {
            let content = egg.members.first { $0.path == member.name }?.content
            #expect(try archive.contents(of: member) == content)
            #expect(member.isExecutable == egg.executables.contains(member.name))
        }
        try await Command("unzip", ["-tq", here.store.blobPath(blob.digest).string]).run()

        try here.scratch.write("b/\(egg.filename)/demo/__init__.py", "__version__ = '1.1'\n")
        #expect(try await listed("b").sha256 != first.sha256)
        try FileManager.default.removeItem(atPath: other.appending("demo").string)
        #expect(try await listed("b").size! < first.size!)
    }

    @Test("what an egg needs is read from the file, the folder and the server alike")
    func metadata() async throws {
        let egg = EggFixture("demo", "1.0", requires: "six>=1\n[x:python_version<'4']\nfoo\n")
        server.server.on("/eggs/\(egg.filename)", HTTPReply(200, egg.bytes))
        let places = [
            "file://" + (try here.scratch.write(egg.filename, egg.bytes).string),
            "file://" + (try unpack(egg, in: "folder").string), server.server.url("/eggs/\(egg.filename)"),
        ]
        for place in places {
            let document = try await here.run(server.url).metadata(of: IndexFile(filename: egg.filename, url: place))
            let metadata = try document.metadata(of: BuiltFilename(egg.filename))
            #expect(
                metadata.requirements.map(\.description) == [
                    "six>=1", "foo ; python_version < \"4\" and extra == \"x\"",
                ], "\(place)")
        }
        #expect(server.server.count("/eggs/\(egg.filename)") == 1)
    }

    @Test("an egg's dependency links are told, and nothing is asked of them")
    func links() async throws {
        let egg = EggFixture("demo").telling("dependency_links.txt", "\nhttp://127.0.0.1:1/x\n\n")
        let file = file(try here.scratch.write(egg.filename, egg.bytes))
        let index = try here.run(server.url)
        #expect(try await index.ignoredLinks(of: file) == ["http://127.0.0.1:1/x"])
        #expect(try await index.ignoredLinks(of: self.file(try unpack(EggFixture("two"), in: "f"))).isEmpty)
        #expect(try await index.ignoredLinks(of: IndexFile(filename: "a-1-py3-none-any.whl", url: "")).isEmpty)
    }

    /// An egg that is not what it should be, and a word of what is said about it.
    static let bad: [(egg: EggFixture, bytes: [UInt8]?, word: String)] = [
        (EggFixture("demo").with(\.givenPackageInfo, "Name: other\nVersion: 1.0\n"), nil, "other"),
        (EggFixture("demo").with(\.givenPackageInfo, "Name: demo\nVersion: 2.0\n"), nil, "version 2.0"),
        (EggFixture("demo").with(\.givenPackageInfo, ""), nil, "EGG-INFO/PKG-INFO"),
        (EggFixture("demo", requires: "six\n=broken\n"), nil, "line 2 of requires.txt"),
        (EggFixture("demo").adding("../evil.py", "x"), nil, ".."),
        (EggFixture("demo"), Array("<html>gone</html>".utf8), "zip"),
        (EggFixture("demo"), [], "zip"),
    ]

    @Test("a bad egg is refused with its name, from a file and from a server, and is not kept", arguments: bad.indices)
    func refused(number: Int) async throws {
        let (egg, given, word) = Self.bad[number]
        let bytes = given ?? egg.bytes
        server.server.on("/eggs/\(egg.filename)", HTTPReply(200, bytes))
        let local = "file://" + (try here.scratch.write(egg.filename, bytes).string)
        for place in [local, server.server.url("/eggs/\(egg.filename)")] {
            let error = await failure((any Error).self) {
                let file = IndexFile(filename: egg.filename, url: place, sha256: SHA256Digest(of: bytes))
                _ = try await here.run(server.url).fetch(Artifact(file, of: name("demo")))
            }
            let diagnostic = try #require(error as? any Diagnostic)
            #expect(diagnostic.category == .badArtifact, "\(diagnostic)")
            #expect(diagnostic.description.contains(egg.filename), "\(diagnostic)")
            #expect(diagnostic.description.contains(word), "\(diagnostic)")
        }
        #expect(try await here.kept().isEmpty)
    }

    @Test("an egg folder with a link in it is refused, and the link is named")
    func link() async throws {
        let folder = try unpack(EggFixture("demo"), in: "folders")
        try FileManager.default.createSymbolicLink(
            atPath: folder.appending("passwd").string, withDestinationPath: "/etc/passwd")
        let error = await failure(PythonIndexError.self) { _ = try await page(folder.string) }
        #expect(error?.code == .wrongContent)
        #expect(error?.subject.hasSuffix("demo-1.0-py3.11.egg/passwd") == true)
    }
}
