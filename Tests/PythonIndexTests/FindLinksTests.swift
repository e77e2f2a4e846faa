import Cryptography
import PythonPackaging
import SystemPackage
import TestSupport
import Testing

@testable import PythonIndex

@Suite("Find-links places", .timeLimit(.minutes(1)))
struct FindLinksTests {
    @Test("a folder's files stand beside the index's, before a file of the same name there")
    func folder() async throws {
        let here = try ScratchIndex()
        let own = WheelFixture("demo", "1.0").adding("demo/more.py", "x = 1")
        let folder = try IndexFixture([own, WheelFixture("only-here")]).write(to: here.scratch.file("links"))
        try here.scratch.write("links/readme.txt", "no distribution")
        try here.scratch.write("links/demo-0.9.tar.gz", "a source distribution")
        let server = try IndexFixture([WheelFixture("demo", "1.0"), WheelFixture("demo", "2.0")])
        let run = try here.run(server.url, findLinks: [folder.string])
        let page = try await run.page(of: name("demo"))
        #expect(
            try page.files.map(\.filename) == [
                "demo-0.9.tar.gz", "demo-1.0-py3-none-any.whl", "demo-2.0-py3-none-any.whl",
            ])
        #expect(try page.file(1).sha256 == SHA256Digest(of: own.bytes))
        #expect(try page.file(1).size == UInt64(own.bytes.count))
        #expect(try page.source(of: 1) == .init(.findLinks, url: "file://\(folder)/"))
        #expect(try page.source(of: 2).kind == .defaultIndex)
        #expect(try await run.page(of: name("only-here")).isKnown)
    }

    @Test("a folder that changes is seen to have changed, though pages are stored")
    func changes() async throws {
        let here = try ScratchIndex(), server = try IndexFixture([WheelFixture("demo", "1.0")])
        let folder = here.scratch.file("links")
        try here.scratch.write("links/x", "")
        func listed() async throws -> [String] {
            try await here.run(server.url, findLinks: [folder.string]).page(of: name("demo")).files.map(\.filename)
        }
        #expect(try await listed().count == 1)
        let wheel = WheelFixture("demo", "2.0")
        try here.scratch.write("links/\(wheel.filename)", wheel.bytes)
        #expect(try await listed().first == wheel.filename)
        let changed = wheel.adding("demo/more.py", "x = 1")
        try here.scratch.write("links/\(wheel.filename)", changed.bytes)
        let page = try await here.run(server.url, findLinks: [folder.string]).page(of: name("demo"))
        #expect(try page.file(0).sha256 == SHA256Digest(of: changed.bytes))
    }

    @Test("a server's page of links leads to no local file, not even one that was stored before")
    func localLinks() async throws {
        let here = try ScratchIndex(), server = try HTTPFixtureServer(), index = try IndexFixture()
        let local = try here.scratch.write("local-1-py3-none-any.whl", WheelFixture("local", "1").bytes)
        server.on(
            "/links.html",
            .text(
                "<a href=\"file://\(local)\">1</a><a href=\"FILE://\(local)\">1</a><a href=\"far-1-py3-none-any.whl\">2</a>"
            ))
        for policy in [CachePolicy.normal, .offline] {
            let run = try here.run(index.url, policy, findLinks: [server.url("/links.html")])
            #expect(try await run.page(of: name("far")).files.count == 1)
            if policy == .normal { #expect(try await run.page(of: name("local")).files.isEmpty) }
        }
    }

    @Test("pages of links serve any project, from a server or a file, and single wheels by path or URL")
    func pages() async throws {
        let here = try ScratchIndex(), server = try HTTPFixtureServer()
        let digest = String(repeating: "ab", count: 32)
        server.on(
            "/links.html",
            .text("<a href=\"one-1-py3-none-any.whl#sha256=\(digest)\">1</a><a href=\"/two-1-py3-none-any.whl\">2</a>"))
        let wheel = WheelFixture("four")
        try here.scratch.write("page.html", "<a href=\"deep/three-1-py3-none-any.whl\">3</a>")
        try here.scratch.write("deep/three-1-py3-none-any.whl", WheelFixture("three", "1").bytes)
        let single = try here.scratch.write(wheel.filename, wheel.bytes)
        let places = [
            server.url("/links.html"), here.scratch.file("page.html").string, single.string,
            server.url("/five-1-py3-none-any.whl#sha256=\(digest)"),
        ]
        let index = try IndexFixture()
        for policy in [CachePolicy.normal, .offline] {
            let run = try here.run(index.url, policy, findLinks: places)
            var found: [String: IndexFile] = [:]
            for project in ["one", "two", "three", "four", "five"] {
                found[project] = try await run.page(of: name(project)).files.first
            }
            #expect(found["one"]?.url == server.url("/one-1-py3-none-any.whl"))
            #expect(found["one"]?.sha256?.hex == digest)
            #expect(found["two"]?.sha256 == nil)
            #expect(found["three"]?.sha256 == SHA256Digest(of: WheelFixture("three", "1").bytes))
            #expect(found["four"]?.sha256 == SHA256Digest(of: wheel.bytes))
            #expect(found["five"]?.sha256?.hex == digest)
        }
        #expect(server.count("/links.html") == 1)
    }

    @Test("offline a folder serves although no page of the index is stored")
    func offline() async throws {
        let here = try ScratchIndex()
        let folder = try IndexFixture([WheelFixture("demo")]).write(to: here.scratch.file("links"))
        let run = try here.run("https://nobody.invalid/simple", .offline, findLinks: [folder.string])
        #expect(try await run.page(of: name("demo")).count == 1)
        let error = await failure(PythonIndexError.self) { _ = try await run.page(of: name("other")) }
        #expect(error?.code == .notStored)
    }

    @Test("a place that is not there is told")
    func missing() async throws {
        let here = try ScratchIndex(), index = try IndexFixture()
        let run = try here.run(index.url, findLinks: ["/no/such/place"])
        let error = await failure(PythonIndexError.self) { _ = try await run.page(of: name("demo")) }
        #expect(error?.code == .badConfiguration)
        #expect(error?.subject == "/no/such/place")
    }

    @Test("a folder laid out as an index is one, and a page that changes there is seen")
    func localIndex() async throws {
        let here = try ScratchIndex()
        let wheel = WheelFixture("demo")
        try here.scratch.write("simple/demo/index.html", "<a href=\"../../files/\(wheel.filename)\">x</a>")
        try here.scratch.write("files/\(wheel.filename)", wheel.bytes)
        let root = here.scratch.file("simple").string
        for policy in [CachePolicy.normal, .offline] {
            let run = try here.run(root, policy)
            let page = try await run.page(of: name("demo"))
            #expect(try page.file(0).url == "file://\(here.scratch.path)/files/\(wheel.filename)")
            #expect(try await run.page(of: name("none")).isKnown == false)
            #expect(try await run.metadata(of: page.file(0)).digest == wheel.metadataDigest)
        }
        try here.scratch.write("simple/demo/index.html", "")
        #expect(try await here.run(root).page(of: name("demo")).count == 0)
    }
}
