import Cryptography
import Foundation
import SystemPackage
import TestSupport
import Testing

/// An index and the hosts of its files that lie, loop, break off or say nothing.
@Suite("Hostile indexes")
struct HostileIndexTests {
    private static let impatient: [String: String?] = ["CHIDORI_HTTP_TIMEOUT": "0.4", "CHIDORI_HTTP_RETRIES": "1"]

    private let user: FreshUser
    /// The index that misbehaves; the user's own stays good.
    private let bad: IndexFixture
    private static let wheel = WheelFixture("demo").adding("demo/data.bin", String(repeating: "data", count: 100_000))

    init() throws {
        user = try FreshUser()
        bad = try IndexFixture([Self.wheel])
    }

    private func lock() async throws -> [String] {
        ["env", "lock", try await user.recipe("demo", ["demo"]), "--index-url", bad.url]
    }

    private func build(index: String? = nil) async throws -> [String] {
        let place = user.scratch.file("demo").string
        return [
            "env", "build", try await user.recipe("demo", ["demo"]), "--to", place, "--index-url", index ?? bad.url,
        ]
    }

    // MARK: Redirects

    @Test("credentials stay with their origin when it redirects elsewhere")
    func credentialsStay() async throws {
        let other = try IndexFixture([Self.wheel])
        bad.server.on("/simple/demo/", .redirect(other.server.url("/simple/demo/")))
        let index = bad.url.replacing("http://", with: "http://ana:hunter2@")
        let outcome = try await user.command(try await build(index: index) + ["--verbose", "--json"]).outcome()
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(bad.server.requests("/simple/demo/").allSatisfy { $0.header("Authorization") != nil })
        #expect(!other.server.requests().isEmpty)
        #expect(other.server.requests().allSatisfy { $0.header("Authorization") == nil })
        #expect(!(outcome.text + outcome.errorText).contains("hunter2"))
        let kept = try await Command("grep", ["-rl", "hunter2", user.scratch.path.string]).outcome()
        #expect(kept.text == "", "the password was kept")
        try await user.expectGoodStore()
    }

    @Test("a redirect that brings credentials of its own is refused")
    func redirectWithCredentials() async throws {
        let target = bad.server.urlAsOtherHost("/simple/demo/").replacing("http://", with: "http://eve:s3cret@")
        bad.server.on("/simple/demo/", .redirect(target))
        let outcome = try await user.refuse(
            try await lock(), status: 5, naming: [bad.server.url("/simple/demo/"), "user or password"])
        #expect(!outcome.errorText.contains("s3cret"))
        try await user.expectGoodStore()
    }

    @Test("a redirect in a loop is refused")
    func loop() async throws {
        bad.server.on("/simple/demo/", .redirect("/simple/other/"))
        bad.server.on("/simple/other/", .redirect("/simple/demo/"))
        try await user.refuse(try await lock(), status: 5, naming: ["/simple/demo/", "loop"])
        try await user.expectGoodStore()
    }

    @Test("a redirect that goes on for ever is refused")
    func endless() async throws {
        bad.server.onAnyOther { request in .redirect(request.path + "x/") }
        try await user.refuse(try await lock(), status: 5, naming: ["/simple/demo/", "10 times"])
        #expect(bad.server.requests().count < 20)
        try await user.expectGoodStore()
    }

    // MARK: Trouble that may pass

    @Test("errors of the server are tried again, and then told")
    func serverErrors() async throws {
        bad.server.on("/simple/demo/", HTTPReply(503, "down".utf8))
        let arguments = try await lock()
        try await user.refuse(
            arguments, status: 5, naming: [bad.server.url("/simple/demo/"), "503", "tried 2 times"],
            environment: Self.impatient)
        #expect(bad.server.count("/simple/demo/") == 2)
        let page = "<a href=\"\(bad.path(of: Self.wheel))#sha256=\(Self.digest)\">demo-1.0-py3-none-any.whl</a>"
        bad.server.on("/simple/demo/", HTTPReply(500), HTTPReply(502), .text(page))
        #expect(try await user.command(arguments).outcome().status == 0)
        try await user.expectGoodStore()
    }

    @Test("a download that breaks off half-way is gone on with from there")
    func brokenOff() async throws {
        let bytes = Self.wheel.bytes
        let path = bad.path(of: Self.wheel)
        bad.servesMetadata = true
        let whole = HTTPReply.file(bytes, eTag: "\"one\"")
        bad.server.on(path, whole.dropped(after: bytes.count / 2), whole)
        let outcome = try await user.command(try await build()).outcome()
        #expect(outcome.status == 0, "\(outcome.errorText)")
        let ranges = bad.server.requests(path).map { $0.header("Range") }
        #expect(ranges.count == 2)
        #expect(ranges.last??.hasPrefix("bytes=") == true)
        #expect(ranges.last != "bytes=0-")
        try await user.expectGoodStore()
    }

    @Test("a download that breaks off each time is told, and the next run goes on where it ended")
    func brokenOffForGood() async throws {
        let bytes = Self.wheel.bytes
        let path = bad.path(of: Self.wheel)
        bad.servesMetadata = true
        let arguments = try await build()
        bad.server.on(path, .file(bytes).dropped(after: 100_000), .file(bytes).dropped(after: 1))
        try await user.refuse(
            arguments, status: 5, naming: ["demo-1.0-py3-none-any.whl", "tried 2 times"], environment: Self.impatient)
        try await user.expectGoodStore()
        bad.server.forgetRequests()
        bad.server.on(path, .file(bytes))
        let outcome = try await user.command(arguments).outcome()
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(bad.server.requests(path).first?.header("Range")?.hasPrefix("bytes=100") == true)
    }

    @Test("a server that never answers is told within the time that was set", arguments: ["page", "file"])
    func silent(_ what: String) async throws {
        bad.servesMetadata = true
        bad.server.on(what == "page" ? "/simple/demo/" : bad.path(of: Self.wheel), .hanging)
        let arguments = try await build()
        let start = ContinuousClock.now
        try await user.refuse(
            arguments, status: 5, naming: [what == "page" ? "/simple/demo/" : "demo-1.0", "nothing for 0.4"],
            environment: Self.impatient)
        // Where nothing is set, one try alone waits so long.
        #expect(ContinuousClock.now - start < .seconds(30))
        try await user.expectGoodStore()
    }

    @Test("a server that is not there is told")
    func gone() async throws {
        bad.server.stop()
        try await user.refuse(
            try await lock(), status: 5, naming: [bad.server.url("/simple/demo/")], environment: Self.impatient)
        try await user.expectGoodStore()
    }

    // MARK: Lies

    @Test("a file with another digest than its index says is refused and not kept")
    func wrongHash() async throws {
        bad.servesMetadata = true
        bad.server.on(bad.path(of: Self.wheel), .file(Self.wheel.adding("demo/more.py", "import os").bytes))
        try await user.refuse(
            try await build(), status: 6, naming: ["demo-1.0-py3-none-any.whl", "digest", "was expected"])
        let partial = try await Command("find", [user.data.string, "-path", "*partials/*"]).run()
        #expect(partial.isEmpty, "\(partial)")
        try await user.expectGoodStore()
    }

    @Test(
        "a page that is not what its Content-Type says is refused by name",
        arguments: [
            (
                "application/vnd.pypi.simple.v1+json", "<html><a href='x-1.0-py3-none-any.whl'>x</a></html>",
                "broken JSON"
            ),
            ("image/png", "<html></html>", "answers with image/png, not with an index page"),
            ("application/vnd.pypi.simple.v1+json", "{\"meta\": {\"api-version\": 7", "broken JSON"),
            (
                "text/html", "{\"meta\": {\"api-version\": \"1.0\"}, \"name\": \"demo\", \"files\": []}",
                "text that is no HTML"
            ),
        ])
    func wrongType(_ type: String, _ body: String, _ fault: String) async throws {
        bad.server.on("/simple/demo/", .text(body, type: type))
        try await user.refuse(try await lock(), status: 5, naming: [bad.server.url("/simple/demo/"), fault])
        try await user.expectGoodStore()
    }

    @Test("a page that inflates to a gigabyte is refused within bounds")
    func inflatingPage() async throws {
        let script = """
            import sys, zlib
            pack = zlib.compressobj(9, zlib.DEFLATED, 31)
            for _ in range(1024):
                sys.stdout.buffer.write(pack.compress(b" " * (1 << 20)))
            sys.stdout.buffer.write(pack.flush())
            """
        let page = try await Command("python3", ["-c", script]).outcome().output
        bad.server.on("/simple/demo/", HTTPReply(200, page, type: "text/html").header("Content-Encoding", "gzip"))
        try await user.refuse(try await lock(), status: 6, naming: ["/simple/demo/", "limit"], below: 400 << 20)
        try await user.expectGoodStore()
    }

    @Test("metadata that is not the wheel's own is found out, and locking again gets it right")
    func wrongMetadata() async throws {
        let path = bad.path(of: Self.wheel)
        bad.servesMetadata = true
        let lying = Self.wheel.with(\.requires, ["good"])
        bad.server.on("/simple/demo/") { _ in
            .text("<a href=\"\(path)#sha256=\(Self.digest)\" data-core-metadata=\"true\">demo-1.0-py3-none-any.whl</a>")
        }
        bad.server.on(path + ".metadata", .file(lying.metadata))
        bad.add(FreshUser.good)
        try await user.refuse(try await build(), status: 6, naming: ["demo-1.0-py3-none-any.whl", "METADATA"])
        try await user.refuse(try await build(), status: 6, naming: ["demo-1.0-py3-none-any.whl", "METADATA"])
        try await user.expectGoodStore()
        let again = try await user.command(try await lock()).outcome()
        #expect(again.status == 0, "\(again.errorText)")
        let outcome = try await user.command(try await build()).outcome()
        #expect(outcome.status == 0, "\(outcome.errorText)")
    }

    private static let digest = wheel.digest.hex
}
