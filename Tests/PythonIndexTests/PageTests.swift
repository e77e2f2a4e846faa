import ContentStore
import Cryptography
import Diagnostics
import PythonPackaging
import SystemPackage
import TestSupport
import Testing
import Transfer

@testable import PythonIndex

@Suite("Pages of indexes", .timeLimit(.minutes(1)))
struct PageTests {
    @Test("a page says the same from HTML and from JSON", arguments: [IndexFixture.Style.html, .json])
    func styles(style: IndexFixture.Style) async throws {
        let here = try ScratchIndex()
        let one = WheelFixture("Demo.Pkg", "1.0", requiresPython: ">=3.8"), two = WheelFixture("Demo.Pkg", "2.0")
        let server = try IndexFixture([one], style: style, servesMetadata: true)
        server.add(two, yanked: "broken")
        let page = try await here.run(server.url).page(of: name("demo-pkg"))
        #expect(page.isKnown)
        let files = try page.files
        #expect(files.map(\.filename) == [one.filename, two.filename])
        #expect(files.map(\.sha256) == [SHA256Digest(of: one.bytes), SHA256Digest(of: two.bytes)])
        #expect(files.map(\.url) == [one, two].map { server.server.url("/files/\($0.filename)") })
        #expect(files[0].requiresPython == (try SpecifierSet(">=3.8")))
        #expect(files[0].metadata == .available(sha256: one.metadataDigest))
        #expect(files[1].yanked == .yes(reason: "broken"))
        #expect(try page.source(of: 0) == .init(.defaultIndex, url: server.url))
        #expect(server.server.requests("/simple/demo-pkg/")[0].header("accept")?.contains("v1+json") == true)
    }

    @Test("links are resolved against where the page came from in the end")
    func redirects() async throws {
        let here = try ScratchIndex(), server = try HTTPFixtureServer()
        server.on("/simple/demo/", .redirect("/mirror/python/demo/"))
        server.on("/mirror/python/demo/", .text("<a href=\"../x/demo-1-py3-none-any.whl\">x</a>"))
        let page = try await here.run(server.url("/simple")).page(of: name("demo"))
        #expect(try page.file(0).url == server.url("/mirror/python/x/demo-1-py3-none-any.whl"))
    }

    @Test("a page serves for its time and is then asked for again, by its tag if it has one")
    func freshness() async throws {
        let here = try ScratchIndex(), server = try HTTPFixtureServer()
        let text = "<a href=\"demo-1-py3-none-any.whl\">x</a>"
        server.on("/demo/", .text(text).header("Cache-Control", "max-age=1000"))
        server.on(
            "/tagged/",
            handler: { request in
                let fresh = HTTPReply.text("<a href=\"tagged-1-py3-none-any.whl\">x</a>").header("ETag", "\"1\"")
                let reply = request.header("If-None-Match") == "\"1\"" ? HTTPReply(304) : fresh
                return reply.header("Cache-Control", "no-cache")
            })
        for _ in 0..<3 {
            let run = try here.run(server.url())
            #expect(try await run.page(of: name("demo")).count == 1)
            #expect(try await run.page(of: name("tagged")).count == 1)
            // Within a run nothing is asked for twice.
            #expect(try await run.page(of: name("tagged")).count == 1)
            #expect(try run.storedPage(of: name("tagged"))?.count == 1)
            try await Task.sleep(for: .milliseconds(1100))
        }
        #expect(server.count("/demo/") == 1)
        #expect(server.requests("/tagged/").map { $0.header("If-None-Match") } == [nil, "\"1\"", "\"1\""])
        let stale = try here.run(server.url())
        #expect(try stale.storedPage(of: name("tagged")) == nil)
        #expect(try stale.storedPage(of: name("demo")) != nil)
    }

    @Test("a page that was fresh when a run began serves until the run ends")
    func freshThroughout() async throws {
        let here = try ScratchIndex(), server = try HTTPFixtureServer()
        server.on("/demo/", .text("<a href=\"demo-1-py3-none-any.whl\">x</a>").header("Cache-Control", "max-age=2"))
        _ = try await here.run(server.url()).page(of: name("demo"))
        let run = try here.run(server.url())
        #expect(try run.storedPage(of: name("demo")) != nil)
        try await Task.sleep(for: .milliseconds(3100))
        #expect(try run.storedPage(of: name("demo")) != nil)
        #expect(try here.run(server.url()).storedPage(of: name("demo")) == nil)
    }

    @Test("a refresh asks again once a run, for the projects it names")
    func refresh() async throws {
        let here = try ScratchIndex()
        let server = try IndexFixture([WheelFixture("one"), WheelFixture("two")])
        for project in ["one", "two"] { _ = try await here.run(server.url).page(of: name(project)) }
        try await Task.sleep(for: .milliseconds(1100))
        server.server.forgetRequests()
        let run = try here.run(server.url, .refresh([name("two")]))
        for _ in 0..<2 { for project in ["one", "two"] { _ = try await run.page(of: name(project)) } }
        #expect(server.server.requests().map(\.path) == ["/simple/two/"])
        #expect(server.server.requests()[0].header("Cache-Control") == "no-cache")
    }

    @Test("offline a stored page serves whatever its age, and one that is not stored is told as such")
    func offline() async throws {
        let here = try ScratchIndex(), server = try HTTPFixtureServer()
        server.on("/demo/", .text("<a href=\"demo-1-py3-none-any.whl\">x</a>").header("Cache-Control", "no-store"))
        _ = try await here.run(server.url()).page(of: name("demo"))
        _ = try await here.run(server.url()).page(of: name("nobodys"))
        server.stop()
        let run = try here.run(server.url(), .offline)
        #expect(try await run.page(of: name("demo")).count == 1)
        #expect(try run.storedPage(of: name("demo"))?.count == 1)
        #expect(try await run.page(of: name("nobodys")).isKnown == false)
        let error = await failure(PythonIndexError.self) { _ = try await run.page(of: name("other")) }
        #expect(error?.code == .notStored)
        #expect(error?.subject == "other")
        #expect(error?.category == .unavailable)
        #expect(error?.advice != nil)
    }

    @Test("the first index that knows a project is the only one that serves it")
    func firstIndex() async throws {
        let here = try ScratchIndex()
        let inner = try IndexFixture([WheelFixture("shared", "1.0")])
        let outer = try IndexFixture([WheelFixture("shared", "9.0"), WheelFixture("public", "1.0")])
        let run = here.run(
            IndexConfiguration(indexes: [
                .init(name: "team", root: try ResourceURL(inner.url)),
                .init(name: "default", root: try ResourceURL(outer.url), isDefault: true),
            ]))
        let shared = try await run.page(of: name("shared"))
        #expect(try shared.files.map(\.filename) == ["shared-1.0-py3-none-any.whl"])
        #expect(try shared.source(of: 0).kind == .index)
        #expect(outer.server.requests().isEmpty)
        let other = try await run.page(of: name("public"))
        #expect(try other.source(of: 0).kind == .defaultIndex)
        #expect(inner.server.count("/simple/public/") == 1)
        #expect(try await run.page(of: name("none")).isKnown == false)
    }

    @Test(
        "an index that refuses or fails is an error that names it, never \"not found\"",
        arguments: [401, 403, 500, 400])
    func refusals(status: Int) async throws {
        let here = try ScratchIndex(), inner = try HTTPFixtureServer()
        let outer = try IndexFixture([WheelFixture("secret", "9.0")])
        inner.onAnyOther { _ in HTTPReply(status) }
        let run = here.run(
            IndexConfiguration(indexes: [
                .init(name: "team", root: try ResourceURL("http://ana:hunter2@127.0.0.1:\(inner.port)/")),
                .init(root: try ResourceURL(outer.url), isDefault: true),
            ]))
        do {
            _ = try await run.page(of: name("secret"))
            Issue.record("was taken for not found")
        } catch {
            let error = try #require(error as? any Diagnostic)
            #expect(error.description.contains("127.0.0.1:\(inner.port)"))
            #expect(!error.description.contains("hunter2"))
            // Nobody's trying again mends credentials.
            #expect(error.category == ([401, 403].contains(status) ? .badInput : .unavailable))
            if status < 404, status != 400 {
                #expect((error as? PythonIndexError)?.code == .refused)
                #expect(error.description.contains("team"))
                #expect(error.advice?.contains("CHIDORI_INDEX_TEAM_USERNAME") == true)
            }
        }
        #expect(outer.server.requests().isEmpty)
        #expect(inner.requests()[0].header("authorization") != nil)
    }

    @Test("an index's credentials go to its files at the same origin, and to no other host")
    func credentials() async throws {
        let here = try ScratchIndex(), server = try HTTPFixtureServer()
        let wheel = WheelFixture("demo").bytes
        let other = server.urlAsOtherHost("/files/demo-2-py3-none-any.whl")
        server.on(
            "/simple/demo/",
            .text("<a href=\"/files/demo-1.0-py3-none-any.whl\">x</a><a href=\"\(other)\">y</a>"))
        server.on("/files/demo-1.0-py3-none-any.whl", .file(wheel))
        let run = try here.run("http://ana:b@127.0.0.1:\(server.port)/simple")
        let page = try await run.page(of: name("demo"))
        #expect(try page.files.allSatisfy { !$0.url.contains("ana") })
        _ = try await run.metadata(of: page.file(0))
        _ = try? await run.metadata(of: page.file(1))
        #expect(server.requests("/files/demo-1.0-py3-none-any.whl")[0].header("authorization") == "Basic YW5hOmI=")
        #expect(server.requests("/files/demo-2-py3-none-any.whl")[0].header("authorization") == nil)
    }

    @Test("an index's credentials go to a file that a lock names by URL, though no page is asked for")
    func credentialsWithoutPage() async throws {
        let here = try ScratchIndex(), server = try HTTPFixtureServer()
        let wheel = WheelFixture("demo")
        server.on("/files/\(wheel.filename)", .file(wheel.bytes))
        let run = try here.run("http://ana:b@127.0.0.1:\(server.port)/simple")
        _ = try await run.fetch(
            Artifact(
                project: name("demo"), filename: wheel.filename, sha256: SHA256Digest(of: wheel.bytes),
                place: .url(server.url("/files/\(wheel.filename)"))))
        #expect(server.requests("/files/\(wheel.filename)")[0].header("authorization") == "Basic YW5hOmI=")
    }

    @Test(
        "an answer that is no page is told as such, with its type",
        arguments: [
            ("application/pdf", "%PDF"), ("application/vnd.pypi.simple.v1+json", "<html></html>"),
            ("text/html", "plain words"), ("application/vnd.pypi.simple.v2+json", "{}"), ("", "<html></html>"),
        ])
    func contentTypes(type: String, body: String) async throws {
        let here = try ScratchIndex(), server = try HTTPFixtureServer()
        server.on("/demo/", HTTPReply(200, body.utf8, type: type))
        let run = try here.run(server.url())
        let error = await failure(PythonPackagingError.self) { _ = try await run.page(of: name("demo")) }
        #expect(error?.category == .unavailable)
        #expect(error?.description.contains("/demo/") == true)
        #expect(try run.storedPage(of: name("demo")) == nil)
    }

    @Test("an index that loops, breaks off or never answers leaves nothing behind")
    func hostile() async throws {
        let here = try ScratchIndex(), server = try HTTPFixtureServer()
        server.on("/loop/", .redirect("/loop/"))
        server.on("/broken/", .text("<a href=\"broken-1-py3-none-any.whl\">x</a>").dropped(after: 9))
        server.on("/creds/", .redirect("http://ana:hunter2@127.0.0.1:\(server.port)/other/"))
        let run = try here.run(server.url())
        for project in ["loop", "broken", "creds"] {
            let error = await failure(TransferError.self) { _ = try await run.page(of: name(project)) }
            #expect(error?.category == .unavailable)
            #expect(error?.description.contains("hunter2") == false)
            #expect(try run.storedPage(of: name(project)) == nil)
        }
        #expect(try run.knownProjects().isEmpty)
    }

    @Test("a server's page leads to no local file and to no scheme that cannot be fetched")
    func links() async throws {
        let here = try ScratchIndex(), server = try HTTPFixtureServer()
        let places = [
            "file:///tmp/demo-1-py3-none-any.whl", "ftp://h/demo-2-py3-none-any.whl",
            "javascript:demo-3-py3-none-any.whl", "/demo-4-py3-none-any.whl", "HTTPS://h/demo-5-py3-none-any.whl",
        ]
        server.on("/demo/", .text(places.map { "<a href=\"\($0)\">x</a>" }.joined()))
        let page = try await here.run(server.url()).page(of: name("demo"))
        #expect(try page.files.map { $0.filename.split(separator: "-")[1] } == ["4", "5"])
    }

    @Test("projects that are known without asking are those of stored pages and of find-links places")
    func known() async throws {
        let here = try ScratchIndex()
        let folder = try IndexFixture([WheelFixture("local-one")]).write(to: here.scratch.file("links"))
        let server = try IndexFixture([WheelFixture("numpy"), WheelFixture("pandas")])
        let run = try here.run(server.url, findLinks: [folder.string])
        for project in ["numpy", "pandas", "nunpy"] { _ = try await run.page(of: name(project)) }
        #expect(try run.knownProjects() == ["local-one", "numpy", "pandas"])
        #expect(nearest(to: "nunpy", among: try run.knownProjects()) == ["numpy"])
    }

    @Test("a document made from a page serves as long as the page does")
    func documents() async throws {
        let here = try ScratchIndex(), server = try HTTPFixtureServer()
        server.on("/demo/", .text("<a href=\"demo-1-py3-none-any.whl\">x</a>").header("Cache-Control", "max-age=2"))
        let run = try here.run(server.url())
        #expect(try run.storedDocument("made.1", of: name("demo")) == nil)
        let page = try await run.page(of: name("demo"))
        try run.keep([1, 2, 3], "made.1", madeFrom: page)
        #expect(try run.storedDocument("made.1", of: name("demo")) == [1, 2, 3])
        #expect(try run.storedDocument("other.1", of: name("demo")) == nil)
        try await Task.sleep(for: .milliseconds(3100))
        let later = try here.run(server.url())
        #expect(try later.storedDocument("made.1", of: name("demo")) == nil)
        #expect(try here.run(server.url(), .offline).storedDocument("made.1", of: name("demo")) == [1, 2, 3])
        // Asked for again it says the same, so the document need not be made again.
        let same = try await later.page(of: name("demo"))
        #expect(try later.storedDocument("made.1", madeFrom: same) == [1, 2, 3])
        server.on("/demo/", .text("<a href=\"demo-2-py3-none-any.whl\">x</a>"))
        // A page that was asked for in the very millisecond in which a run begins is as good as its own.
        try await Task.sleep(for: .milliseconds(5))
        let changed = try await here.run(server.url(), .refresh(nil)).page(of: name("demo"))
        #expect(try later.storedDocument("made.1", madeFrom: changed) == nil)
    }
}
