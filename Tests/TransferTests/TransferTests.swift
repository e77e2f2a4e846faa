import Diagnostics
import SystemPackage
import TestSupport
import Testing

@testable import Transfer

/// A client that gives up quickly and goes through no proxy.
func quickTransfer(
    attempts: Int = 3, stall: Duration = .seconds(5), credentials: CredentialSources = .none
) -> Transfer {
    var options = TransferOptions()
    options.proxy = .none
    options.retry.attempts = attempts
    options.retry.firstPause = .milliseconds(2)
    options.stallTimeout = stall
    options.connectTimeout = .seconds(5)
    options.credentials = credentials
    return Transfer(options)
}

/// The error that something asynchronous throws.
func failure(_ body: () async throws -> Void) async -> TransferError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? TransferError
    }
}

@Suite("Requests", .timeLimit(.minutes(1)))
struct TransferTests {
    @Test("asking for the head alone tells the size of a body that would be refused")
    func head() async throws {
        let server = try HTTPFixtureServer()
        server.on("/large", HTTPReply(200, [UInt8](repeating: 7, count: 100_000)))
        let url = try ResourceURL(server.url("/large"))
        let response = try await quickTransfer().send(Request(url, method: .head, bodyLimit: 1000))
        #expect(response.status == 200 && response.headers["content-length"] == "100000" && response.body.isEmpty)
        await #expect(throws: TransferError.self) { try await quickTransfer().send(Request(url, bodyLimit: 1000)) }
    }

    @Test("a request brings status, header, body and the final URL")
    func get() async throws {
        let server = try HTTPFixtureServer()
        server.on("/a", .redirect("/b"))
        server.on("/b", HTTPReply(200, "hello".utf8, type: "text/plain").header("X-One", "1"))
        let response = try await quickTransfer().get(ResourceURL(server.url("/a")))
        #expect(response.status == 200)
        #expect(response.headers["x-one"] == "1")
        #expect(response.headers["content-type"] == "text/plain")
        #expect(response.body == Array("hello".utf8))
        #expect(response.url.text == server.url("/b"))
        #expect(server.requests("/b").first?.header("user-agent")?.hasPrefix("chidori") == true)
    }

    @Test("a body may come compressed and arrives unpacked, within its limit")
    func compression() async throws {
        let server = try HTTPFixtureServer()
        let text = String(repeating: "hello ", count: 10_000)
        let scratch = try Scratch()
        let plain = try scratch.write("text", text)
        try await Command("gzip", ["-k", plain.string]).run()
        let packed = try LocalFile.contents(of: scratch.file("text.gz"), limit: 1 << 20) ?? []
        server.on("/packed", HTTPReply(200, packed).header("Content-Encoding", "gzip"))
        let transfer = quickTransfer()
        let url = try ResourceURL(server.url("/packed"))
        #expect(try await transfer.get(url).body == Array(text.utf8))
        #expect(server.requests("/packed").first?.header("accept-encoding")?.contains("gzip") == true)
        let error = await failure { _ = try await transfer.get(url, limit: 59_999) }
        #expect(error?.code == .tooLarge)
    }

    @Test("HEAD brings the header alone, and ranges bring parts")
    func headAndRanges() async throws {
        let server = try HTTPFixtureServer()
        server.on("/f", .file("0123456789".utf8))
        let transfer = quickTransfer()
        let url = try ResourceURL(server.url("/f"))
        let head = try await transfer.send(Request(url, method: .head))
        #expect(head.headers["Content-Length"] == "10")
        #expect(head.body.isEmpty)
        for (range, expected): (ByteRange, String) in [(.bytes(2..<4), "23"), (.from(7), "789"), (.last(4), "6789")] {
            let part = try await transfer.send(Request(url, range: range))
            #expect(String(decoding: part.body, as: UTF8.self) == expected)
            #expect(part.part?.size == 10)
        }
        #expect(try await transfer.send(Request(url, range: .from(10))).status == 416)
    }

    @Test("a server that fails and recovers is asked again, and told of when it does not")
    func retries() async throws {
        let server = try HTTPFixtureServer()
        server.on("/a", HTTPReply(503), HTTPReply(500), .text("fine"))
        server.on("/b", HTTPReply(502))
        server.on("/c", HTTPReply(404))
        server.on("/d", HTTPReply(429).header("Retry-After", "1000"))
        server.on("/e", HTTPReply(429).header("Retry-After", "0"), .text("fine"))
        let transfer = quickTransfer()
        #expect(try await transfer.get(ResourceURL(server.url("/a"))).status == 200)
        #expect(server.count("/a") == 3)
        let broken = await failure { _ = try await transfer.get(ResourceURL(server.url("/b"))) }
        #expect(broken?.code == .status(502))
        #expect(broken?.description.contains("tried 3 times") == true)
        #expect(broken?.category == .unavailable)
        let missing = await failure { _ = try await transfer.get(ResourceURL(server.url("/c"))) }
        #expect(missing?.code == .status(404))
        #expect(server.count("/c") == 1)
        let busy = await failure { _ = try await transfer.get(ResourceURL(server.url("/d"))) }
        #expect(busy?.description.contains("come back in 1000 s") == true)
        #expect(server.count("/d") == 1)
        #expect(try await transfer.get(ResourceURL(server.url("/e"))).status == 200)
    }

    @Test("a connection that breaks is tried again")
    func interruptions() async throws {
        let server = try HTTPFixtureServer()
        server.on("/a", .text("0123456789").dropped(after: 4), .text("0123456789"))
        server.on("/b", HTTPReply().with(\.raw, []), .text("fine"))
        server.on("/c", .text("short").with(\.claimedLength, 100))
        let transfer = quickTransfer()
        #expect(try await transfer.get(ResourceURL(server.url("/a"))).body.count == 10)
        #expect(try await transfer.get(ResourceURL(server.url("/b"))).body.count == 4)
        let short = await failure { _ = try await transfer.get(ResourceURL(server.url("/c"))) }
        #expect(short?.code == .interrupted)
        server.stop()
        let gone = await failure { _ = try await transfer.get(ResourceURL(server.url("/a"))) }
        #expect(gone?.code == .unreachable)
        #expect(gone?.advice?.contains("--offline") == true)
    }

    @Test("a server that never answers, or stops half-way, is given up after the stall time")
    func stalls() async throws {
        let server = try HTTPFixtureServer()
        server.on("/never", .hanging)
        server.on("/slow", HTTPReply(200, [UInt8](repeating: 0, count: 1000)).with(\.drip, (1, 50)))
        let transfer = quickTransfer(attempts: 2, stall: .milliseconds(200))
        let clock = ContinuousClock()
        for path in ["/never", "/slow"] {
            let start = clock.now
            let error = await failure { _ = try await transfer.get(ResourceURL(server.url(path))) }
            #expect(error?.code == .timedOut, "\(path)")
            #expect(clock.now - start < .seconds(20))
            #expect(server.count(path) == 2)
        }
    }

    @Test("a slow but steady answer is waited for beyond the stall time")
    func steady() async throws {
        let server = try HTTPFixtureServer()
        server.on("/a", HTTPReply(200, [UInt8](repeating: 7, count: 1000)).with(\.drip, (100, 150)))
        let response = try await quickTransfer(stall: .seconds(1)).get(ResourceURL(server.url("/a")))
        #expect(response.body.count == 1000)
    }

    @Test("an answer for memory that drips on is given up, and not asked for again; a file may take its time")
    func drips() async throws {
        let server = try HTTPFixtureServer()
        // More than `stallBytes` in each `stallTimeout`, for ever as far as anybody waits.
        server.on("/body", HTTPReply(200, [UInt8](repeating: 7, count: 20_000)).with(\.drip, (40, 50)))
        let slow = try ResourceURL(server.url("/body"))
        var options = TransferOptions()
        options.proxy = .none
        options.stallTimeout = .seconds(2)
        options.answerTimeout = .seconds(1)
        let transfer = Transfer(options)
        let start = ContinuousClock.now
        let error = await failure { _ = try await transfer.get(slow) }
        #expect(error?.code == .timedOut && error?.message.contains("still answering after 1.0 seconds") == true)
        #expect(ContinuousClock.now - start < .seconds(10) && server.count("/body") == 1)
        server.on("/file", HTTPReply(200, [UInt8](repeating: 7, count: 2000)).with(\.drip, (40, 50)))
        let scratch = try Scratch()
        let download = Download(try ResourceURL(server.url("/file")), to: scratch.file("file"))
        #expect(try await transfer.download(download).size == 2000)
    }

    @Test(
        "link-local addresses are asked nothing where that is said, however they are written and whoever leads there",
        arguments: [
            "http://169.254.169.254/latest", "http://[fe80::1]:8080/", "http://[::ffff:169.254.1.1]/",
            "http://[64:ff9b::a9fe:a9fe]/", "http://2852039166/latest",
        ])
    func linkLocal(_ place: String) async throws {
        let server = try HTTPFixtureServer()
        server.on("/there", .text("fine"))
        server.on("/redirect", .redirect(place))
        var options = TransferOptions()
        options.proxy = .none
        options.retry.attempts = 1
        options.refusesLinkLocal = true
        let transfer = Transfer(options)
        #expect(try await transfer.get(ResourceURL(server.url("/there"))).status == 200)
        for url in [place, server.url("/redirect")] {
            let error = await failure { _ = try await transfer.get(ResourceURL(url)) }
            #expect(error?.code == .refusedAddress, "\(url): \(String(describing: error))")
        }
    }

    @Test("what is no HTTP is told as such")
    func malformed() async throws {
        let server = try HTTPFixtureServer()
        server.on("/a", HTTPReply().with(\.raw, Array("SSH-2.0-OpenSSH\r\n".utf8)))
        let lines = (0..<9000).map { "X-\($0): \(String(repeating: "x", count: 30))\r\n" }.joined()
        server.on("/b", HTTPReply().with(\.raw, Array("HTTP/1.1 200 OK\r\n\(lines)\r\n".utf8)))
        let transfer = quickTransfer()
        for path in ["/a", "/b"] {
            let error = await failure { _ = try await transfer.get(ResourceURL(server.url(path))) }
            #expect(error?.code == .malformedAnswer, "\(path)")
        }
    }

    @Test("redirects in a circle, without end, or with credentials are refused, and no secret is told")
    func redirects() async throws {
        let server = try HTTPFixtureServer()
        server.on("/a", .redirect("/b"))
        server.on("/b", .redirect("/a"))
        server.on("/creds", .redirect("http://ana:hunter2@127.0.0.1:\(server.port)/c"))
        server.onAnyOther { request in .redirect("/n\(request.path)") }
        let transfer = quickTransfer()
        for (path, word) in [("/a", "loop"), ("/creds", "user or password"), ("/n", "more than 10 times")] {
            let error = await failure { _ = try await transfer.get(ResourceURL(server.url(path))) }
            #expect(error?.code == .refusedRedirect)
            #expect(error?.description.contains(word) == true)
            #expect(error?.description.contains("hunter2") == false)
        }
        #expect(server.count("/c") == 0)
    }

    @Test("credentials go to their origin and to no other")
    func credentials() async throws {
        let server = try HTTPFixtureServer()
        server.on("/same", .redirect("/file"))
        server.on("/other", .redirect(server.urlAsOtherHost("/file")))
        server.on("/file", .text("x"))
        let place = try ResourceURL(server.url("/"))
        let grant = CredentialSources.Grant(Credentials(user: "ana", password: "b"), for: place)
        let given = quickTransfer(credentials: CredentialSources(grants: [grant]))
        let inURL = "http://ana:b@127.0.0.1:\(server.port)"
        for (transfer, base) in [(given, server.url()), (quickTransfer(), inURL)] {
            server.forgetRequests()
            _ = try await transfer.get(ResourceURL(base + "/same"))
            _ = try await transfer.get(ResourceURL(base + "/other"))
            #expect(server.requests("/same").first?.header("authorization") == "Basic YW5hOmI=")
            #expect(server.requests("/file").map { $0.header("authorization") } == ["Basic YW5hOmI=", nil])
        }
    }

    @Test("a refusal tells how to give credentials, and not those that were given")
    func refusals() async throws {
        let server = try HTTPFixtureServer()
        server.on("/a", HTTPReply(401))
        server.on("/b", HTTPReply(403))
        let transfer = quickTransfer()
        for path in ["/a", "/b"] {
            let url = try ResourceURL("http://ana:hunter2@127.0.0.1:\(server.port)\(path)")
            let error = await failure { _ = try await transfer.get(url) }
            #expect(error?.advice?.contains("netrc") == true)
            #expect(error?.description.contains("hunter2") == false)
        }
    }

    @Test("many requests share connections, no more at once than allowed")
    func connections() async throws {
        let server = try HTTPFixtureServer()
        server.onAnyOther { _ in .text("x").with(\.delayMilliseconds, 3) }
        var options = TransferOptions()
        options.proxy = .none
        options.connectionsPerHost = 4
        let transfer = Transfer(options)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<100 {
                group.addTask { _ = try await transfer.get(ResourceURL(server.url("/\(number)"))) }
            }
            try await group.waitForAll()
        }
        let twice = Dictionary(grouping: server.requests(), by: \.path).filter { $0.value.count != 1 }
        #expect(twice.isEmpty && server.requests().count == 100)
        #expect(server.mostConcurrentRequests <= 4)
        #expect(server.connectionCount <= 8)
    }

    @Test("a cancelled task stops at once, whether it waits in line, for an answer or for the next try")
    func cancellation() async throws {
        let server = try HTTPFixtureServer()
        server.onAnyOther { _ in .hanging }
        server.on("/retry", HTTPReply(503).header("Retry-After", "50"))
        var options = TransferOptions()
        options.proxy = .none
        options.connectionsPerHost = 1
        let transfer = Transfer(options)
        let clock = ContinuousClock()
        let start = clock.now
        let tasks = try ["/a", "/b", "/retry"].map { path in
            let url = try ResourceURL(path == "/retry" ? server.urlAsOtherHost(path) : server.url(path))
            return Task { try await transfer.get(url) }
        }
        // Either of the first two may be the one that gets through.
        while server.count("/a") + server.count("/b") == 0 || server.count("/retry") == 0 {
            try await Task.sleep(for: .milliseconds(5))
        }
        for task in tasks { task.cancel() }
        for task in tasks {
            let result = await task.result
            #expect(throws: CancellationError.self) { try result.get() }
        }
        #expect(clock.now - start < .seconds(10))
        let late = Task {
            try await Task.sleep(for: .seconds(100))
            return 0
        }
        late.cancel()
        let cancelledBefore = Task { () -> Response in
            _ = await late.result
            withUnsafeCurrentTask { $0?.cancel() }
            return try await transfer.get(ResourceURL(server.url("/c")))
        }
        let result = await cancelledBefore.result
        #expect(throws: CancellationError.self) { try result.get() }
    }

    @Test("a host that does not exist is told after one more try")
    func names() async throws {
        let error = await failure {
            _ = try await quickTransfer().get(ResourceURL("http://no-such-host.invalid/"))
        }
        #expect(error?.code == .unresolvedHost)
        #expect(error?.description.contains("no-such-host.invalid") == true)
    }

    @Test("a proxy is asked in place of the host, and its own refusal is told")
    func proxy() async throws {
        let server = try HTTPFixtureServer()
        server.on("http://example.invalid/a", .text("by proxy"))
        server.onAnyOther { _ in HTTPReply(407) }
        var options = TransferOptions()
        options.proxy = .url(server.url())
        let transfer = Transfer(options)
        #expect(try await transfer.get(ResourceURL("http://example.invalid/a")).body == Array("by proxy".utf8))
        let refused = await failure { _ = try await transfer.get(ResourceURL("http://example.invalid/b")) }
        #expect(refused?.code == .status(407))
        // A tunnel that the proxy does not open.
        let tunnel = await failure { _ = try await transfer.get(ResourceURL("https://example.invalid/c")) }
        #expect(tunnel?.category == .unavailable)
        #expect(server.requests().last?.method == "CONNECT")
    }

    @Test("files are answered without a server")
    func files() async throws {
        let scratch = try Scratch()
        let path = try scratch.write("a b", "0123456789")
        let transfer = quickTransfer()
        let url = ResourceURL.file(path)
        #expect(try await transfer.get(url).body == Array("0123456789".utf8))
        #expect(try await transfer.send(Request(url, method: .head)).headers["Content-Length"] == "10")
        let part = try await transfer.send(Request(url, range: .last(3)))
        #expect(part.body == Array("789".utf8))
        #expect(part.part?.bytes == 7..<10)
        #expect(try await transfer.send(Request(ResourceURL.file(scratch.file("none")))).status == 404)
        #expect(await failure { _ = try await transfer.get(ResourceURL.file(scratch.path)) }?.code == .file)
        #expect(await failure { _ = try await transfer.get(url, limit: 9) }?.code == .tooLarge)
    }

    @Test(
        "TLS that proves nothing, and no TLS at all, are told apart from other trouble",
        .enabled(if: Peer.has("openssl"), "needs openssl"))
    func tls() async throws {
        let plain = try HTTPFixtureServer()
        let transfer = quickTransfer(attempts: 2)
        let noTLS = await failure { _ = try await transfer.get(ResourceURL("https://127.0.0.1:\(plain.port)/")) }
        #expect(noTLS?.code == .tls)
        #expect(noTLS?.advice?.contains("TLS") == true)

        let scratch = try Scratch()
        try await Command(
            "openssl",
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "2",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
            ], in: scratch.path
        ).run()
        let code = """
            import http.server, ssl, sys, threading
            server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain("cert.pem", "key.pem")
            server.socket = context.wrap_socket(server.socket, server_side=True)
            open("port.new", "w").write(str(server.server_port))
            import os; os.rename("port.new", "port")
            threading.Timer(20, server.shutdown).start()
            threading.Thread(target=lambda: [__import__("time").sleep(0.02) for _ in iter(lambda: os.path.exists("stop"), True)] and None or server.shutdown()).start()
            server.serve_forever()
            os._exit(0)
            """
        async let served = Command("python3", ["-c", code], in: scratch.path).outcome()
        var port: String?
        while port == nil {
            try await Task.sleep(for: .milliseconds(20))
            port = try LocalFile.contents(of: scratch.file("port"), limit: 100).map {
                String(decoding: $0, as: UTF8.self)
            }
        }
        let url = try ResourceURL("https://localhost:\(port ?? "0")/cert.pem")
        let untrusted = await failure { _ = try await transfer.get(url) }
        #expect(untrusted?.code == .tls)
        #expect(untrusted?.advice?.contains("SSL_CERT_FILE") == true)
        #expect(untrusted?.category == .unavailable)

        var options = TransferOptions.ofUser(environment: ["SSL_CERT_FILE": scratch.file("cert.pem").string])
        options.proxy = .none
        #expect(try await Transfer(options).get(url).status == 200)
        try scratch.write("stop", "")
        _ = try await served
    }
}
