import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import Transfer

@Suite("Bodies from files", .timeLimit(.minutes(1)))
struct UploadTests {
    @Test("a stretch of a file is sent as it is, with its length", arguments: [Request.Method.put, .patch, .post])
    func stretch(_ method: Request.Method) async throws {
        let server = try HTTPFixtureServer()
        server.on("/u", HTTPReply(201))
        let bytes = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let scratch = try Scratch()
        let file = try scratch.write("f", bytes)
        let sent = Mutex<UInt64>(0)
        let response = try await quickTransfer().send(
            Request(
                ResourceURL(server.url("/u")), method: method,
                body: .init(file: file, 100..<600_100, type: "application/octet-stream") { count in
                    sent.withLock { $0 = count }
                }))
        #expect(response.status == 201)
        let request = try #require(server.requests("/u").first)
        #expect(request.method == method.rawValue)
        #expect(request.header("Content-Length") == "600000")
        #expect(request.header("Content-Type") == "application/octet-stream")
        #expect(request.header("Expect") == nil)
        #expect(request.body == Array(bytes[100..<600_100]))
        #expect(sent.withLock { $0 } == 600_000)
    }

    @Test("an empty stretch is a body of no bytes")
    func empty() async throws {
        let server = try HTTPFixtureServer()
        server.on("/u", HTTPReply(201))
        let scratch = try Scratch()
        let file = try scratch.write("f", "abc")
        _ = try await quickTransfer().send(
            Request(ResourceURL(server.url("/u")), method: .put, body: .init(file: file, 3..<3, type: "text/plain")))
        #expect(server.requests("/u").first?.header("Content-Length") == "0")
    }

    @Test("it is sent anew where that was allowed, and once where it was not")
    func again() async throws {
        let server = try HTTPFixtureServer()
        server.on("/u", HTTPReply(503), HTTPReply(201))
        let scratch = try Scratch()
        let file = try scratch.write("f", "0123456789")
        var request = Request(
            try ResourceURL(server.url("/u")), method: .put, body: .init(file: file, 0..<10, type: "text/plain"))
        #expect(try await quickTransfer().send(request).status == 503)
        request.triesAgain = true
        #expect(try await quickTransfer().send(request).status == 201)
        #expect(server.requests("/u").allSatisfy { $0.body == Array("0123456789".utf8) })
    }

    @Test("a file that is too short, or not there, is no request")
    func short() async throws {
        let server = try HTTPFixtureServer()
        let scratch = try Scratch()
        let file = try scratch.write("f", "abc")
        for (path, end) in [(file, UInt64(4)), (scratch.file("none"), 1)] {
            let error = await failure {
                _ = try await quickTransfer().send(
                    Request(
                        ResourceURL(server.url("/u")), method: .put,
                        body: .init(file: path, 0..<end, type: "text/plain")))
            }
            #expect(error?.code == .file)
        }
        #expect(server.requests().isEmpty)
    }

    @Test("a connection that breaks in the midst is a failure that may pass")
    func broken() async throws {
        let server = try HTTPFixtureServer()
        server.cutBodies { _ in 100_000 }
        let scratch = try Scratch()
        let file = try scratch.write("f", [UInt8](repeating: 7, count: 3_000_000))
        let error = await failure {
            _ = try await quickTransfer().send(
                Request(
                    ResourceURL(server.url("/u")), method: .put,
                    body: .init(file: file, 0..<3_000_000, type: "text/plain")))
        }
        #expect(error?.code.isPassing == true)
    }

    @Test("what may not come twice is not sent again by itself where a kept connection breaks")
    func keptConnection() async throws {
        let server = try HTTPFixtureServer()
        server.on("/g", HTTPReply(200))
        server.on("/u", HTTPReply(201))
        let transfer = quickTransfer()
        _ = try await transfer.get(ResourceURL(server.url("/g")))
        server.cutBodies { $0.path == "/u" ? 100_000 : nil }
        let scratch = try Scratch()
        let file = try scratch.write("f", [UInt8](repeating: 7, count: 300_000))
        let error = await failure {
            _ = try await transfer.send(
                Request(
                    ResourceURL(server.url("/u")), method: .put,
                    body: .init(file: file, 0..<300_000, type: "text/plain")))
        }
        #expect(error?.code.isPassing == true)
        #expect(server.count("/u") == 1)
    }

    @Test("who we are stays at the URL's own origin, wherever redirects lead")
    func authorization() async throws {
        let server = try HTTPFixtureServer()
        server.on("/a", .redirect("/b"))
        server.on("/b", .redirect(server.urlAsOtherHost("/c")))
        server.on("/c", .redirect(server.url("/d")))
        server.on("/d", HTTPReply(200))
        var request = Request(try ResourceURL(server.url("/a")))
        request.authorization = .bearer("abc")
        _ = try await quickTransfer().send(request)
        let said = ["/a", "/b", "/c", "/d"].map { server.requests($0).first?.header("Authorization") }
        #expect(said == ["Bearer abc", "Bearer abc", nil, nil])
        #expect(Authorization.bearer("a\r\nX: y") == nil)
    }

    @Test("names and values of a query are encoded, and come after those that are there")
    func query() throws {
        let url = try ResourceURL("https://registry.example/u?a=1")
        #expect(
            url.adding(query: [("digest", "sha256:ab"), ("b c", "d/e&f")]).text
                == "https://registry.example/u?a=1&digest=sha256%3Aab&b%20c=d%2Fe%26f")
        #expect(url.adding(query: []).text == url.text)
    }
}
