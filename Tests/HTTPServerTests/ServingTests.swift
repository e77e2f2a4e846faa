import Diagnostics
import HTTPServer
import JSONDocument
import JobModel
import JobStore
import ServerSupport
import SystemPackage
import TestSupport
import Testing

@Suite("The server")
struct ServingTests {
    @Test("paths that lead nowhere and methods that are not taken are told as such")
    func nowhere() async throws {
        try await TestServer.with { server in
            for path in ["/", "/api", "/api/v2/jobs", "/api/v1/jobs/a/b/c", "//", "/api/v1//jobs"] {
                let answer = try await server.send("GET", path)
                #expect(answer.status == 404 && answer["code"] == "noSuchPath", "\(path): \(answer.text)")
            }
            let wrong = try await server.send("PATCH", "/api/v1/jobs")
            #expect(wrong.status == 405 && wrong.headers["allow"] == "POST, GET, HEAD")
            #expect(try await server.send("GET", "/api/v1/jobs/").status == 200)
            #expect(try await server.send("GET", "/api/v1/jobs/%zz").status == 400)
            #expect(try await server.send("GET", "/api/v1/jobs/no-id").status == 404)
        }
    }

    @Test("on loopback no other host's name is answered for, so that no web page comes in by its own")
    func rebinding() async throws {
        try await TestServer.with {
            $0.hosts = ["Chidori.example"]
        } _: { server in
            for (host, status) in [
                ("localhost:\(server.port)", 200), ("127.0.0.1", 200), ("[::1]:80", 200), ("chidori.example:99", 200),
                ("evil.example", 421), ("127.0.0.1.evil.example", 421), ("localhost.evil.example", 421), ("", 421),
            ] {
                let answer = try await server.client().send("GET", "/healthz", headers: [("Host", host)])
                #expect(answer.status == status, "\(host)")
            }
        }
    }

    @Test("answers carry an id of their own, and what browsers must not guess")
    func headers() async throws {
        try await TestServer.with { server in
            let client = try server.client()
            let first = try await client.send("GET", "/healthz")
            let second = try await client.send("GET", "/healthz", headers: [("X-Request-Id", "with \"quote")])
            #expect(first.headers["x-request-id"] != second.headers["x-request-id"])
            #expect(second.headers["x-request-id"]?.contains("\"") == false)
            #expect(
                first.headers["x-content-type-options"] == "nosniff" && first.headers["cache-control"] == "no-store")
            #expect(first.headers["traceparent"]?.utf8.count == 55)
            let problem = try await client.send("GET", "/api/v1/jobs")
            #expect(problem["request"] == .string(problem.headers["x-request-id"] ?? ""))
        }
    }

    @Test("headers beyond the limit end the connection with 400")
    func largeHeaders() async throws {
        try await TestServer.with { server in
            let client = try server.client()
            let answer = try await client.send(
                "GET", "/healthz", headers: [("X-Large", String(repeating: "a", count: 64 << 10))])
            #expect(answer.status == 400)
            #expect(try await client.isClosed())
        }
    }

    @Test("a connection that says nothing, or not enough, is closed")
    func slowClients() async throws {
        try await TestServer.with {
            $0.limits.idle = 1
        } _: { server in
            let silent = try server.client()
            let half = try server.client()
            try await half.write("GET /healthz HTTP/1.1\r\nHost: loc")
            #expect(try await silent.isClosed())
            #expect(try await half.isClosed())
        }
    }

    @Test("connections that say nothing make room for those that do, and streams stay")
    func crowd() async throws {
        try await TestServer.with {
            $0.limits.connections = 8
        } _: { server in
            let stream = try server.client()
            try await stream.write(
                WireClient.head(
                    "GET", "/api/v1/events", headers: [("Authorization", "Bearer \(server.admin)")], length: nil))
            #expect(try await stream.head().status == 200)
            let silent = try (0..<30).map { _ in try server.client() }
            // Threads of the server's let them in, in no order: who comes too early may be the oldest of all.
            var tries = 0
            while tries < 100, (try? await server.send("GET", "/healthz").status) != 200 {
                tries += 1
                try await Task.sleep(for: .milliseconds(50))
            }
            for _ in 0..<3 { #expect(try await server.send("GET", "/healthz").status == 200) }
            #expect(try await silent[0].isClosed())
            let id = try await server.submit()
            var line: String?
            repeat { line = try await stream.line() } while line?.contains(id.description) == false
            #expect(line != nil)
        }
    }

    @Test("one user's streams, however many, shut nobody out; what is more than his share is refused until one ends")
    func streamsOfOneUser() async throws {
        try await TestServer.with {
            $0.limits.connections = 16
            $0.limits.requestsPerUser = 100
        } _: { server in
            try await server.addToken("looker", user: "ann", tenant: "acme", roles: [RoleGrant(.viewer)])
            func open() async throws -> (WireClient, Int) {
                let client = try server.client()
                try await client.write(
                    WireClient.head(
                        "GET", "/api/v1/events", headers: [("Authorization", "Bearer looker")], length: nil))
                return (client, try await client.head().status)
            }
            var streams: [(client: WireClient, status: Int)] = []
            for _ in 0..<30 { streams.append(try await open()) }
            #expect(streams.map(\.status) == Array(repeating: 200, count: 12) + Array(repeating: 429, count: 18))
            #expect(try await server.send("GET", "/healthz").status == 200)
            #expect(try await server.send("GET", "/api/v1/jobs").status == 200)
            let refused = try await server.send("GET", "/api/v1/jobs", token: "looker")
            #expect(refused.status == 429 && refused["code"] == "tooManyRequests")
            #expect(refused.headers["retry-after"] == "1")
            // One that is dropped is closed.
            streams.removeFirst()
            while try await server.send("GET", "/api/v1/jobs", token: "looker").status != 200 {
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    @Test("all users' streams together leave room for an administrator and for who asks whether it is well")
    func streamsOfMany() async throws {
        try await TestServer.with {
            $0.limits.connections = 16
        } _: { server in
            var streams: [WireClient] = []
            for user in ["ann", "bob", "cid"] {
                try await server.addToken(user, user: user, tenant: "acme", roles: [RoleGrant(.viewer)])
                for _ in 0..<10 {
                    let client = try server.client()
                    try await client.write(
                        WireClient.head(
                            "GET", "/api/v1/events", headers: [("Authorization", "Bearer \(user)")], length: nil))
                    _ = try await client.head()
                    streams.append(client)
                }
            }
            #expect(try await server.send("GET", "/healthz").status == 200)
            #expect(try await server.send("GET", "/api/v1/jobs").status == 200)
            #expect(try await server.send("GET", "/api/v1/jobs", token: "cid").status == 429)
        }
    }

    @Test("nor does TLS's farewell hold a place that is needed")
    func crowdOverTLS() async throws {
        let identity = try await SelfSigned()
        try await TestServer.with {
            $0.limits.connections = 2
            $0.tls = TLSFiles(certificate: identity.certificate, key: identity.key)
        } _: { server in
            // What comes of the first connection beneath TLS 1.2, when a third has come.
            let program = """
                import os, socket, ssl, sys
                context = ssl._create_unverified_context()
                context.maximum_version = ssl.TLSVersion.TLSv1_2
                def connect():
                    return context.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[1]))))
                first = connect()
                beneath = socket.socket(fileno=os.dup(first.fileno()))
                beneath.settimeout(30)
                others = [connect() for _ in range(3)]
                try:
                    print(beneath.recv(100))
                except ConnectionResetError:
                    print(b"")
                """
            let heard = try await Command("python3", ["-c", program, "\(server.port)"]).outcome()
            #expect(heard.text == "b''\n", "\(heard.text) \(heard.errorText)")
        }
    }

    @Test("others than this machine come in with TLS only")
    func unsafeAddress() async throws {
        for host in ["0.0.0.0", "192.0.2.1", "::", "127.evil.example"] {
            let error = await #expect(throws: HTTPServerError.self) {
                try await TestServer.with {
                    $0.address.host = host
                } _: { _ in
                }
            }
            #expect(error?.code == .unsafeAddress, "\(host)")
        }
    }

    @Test("an address that is taken is told as such")
    func taken() async throws {
        try await TestServer.with { server in
            let error = await #expect(throws: HTTPServerError.self) {
                try await TestServer.with {
                    $0.address.port = server.port
                } _: { _ in
                }
            }
            #expect(error?.code == .taken, "\(String(describing: error))")
        }
    }

    @Test("a request under way comes to its end when the server stops")
    func gracefully() async throws {
        try await TestServer.with { server in
            let id = try await server.submit()
            let tag = try #require(try await server.send("GET", "/api/v1/jobs/\(id)").headers["etag"])
            let client = try server.client()
            let headers = [("If-None-Match", tag), ("Authorization", "Bearer \(server.admin)")]
            // Both at once, so that the second has come when the first is answered.
            try await client.write(
                WireClient.head("GET", "/healthz", headers: [], length: nil)
                    + WireClient.head("GET", "/api/v1/jobs/\(id)?wait=20s", headers: headers, length: nil))
            #expect(try await client.answer().status == 200)
            await server.server.stop()
            #expect(try await client.answer().status == 304)
            await #expect(throws: WireClient.Broken.self) { try await server.client().send("GET", "/healthz") }
        }
    }

    @Test("a request that does not come to its end is cut off in time")
    func cutOff() async throws {
        try await TestServer.with {
            $0.limits.stopping = 1
        } _: { server in
            let client = try server.client()
            try await client.write(
                WireClient.head("GET", "/healthz", headers: [], length: nil)
                    + WireClient.head(
                        "POST", "/api/v1/jobs", headers: [("Authorization", "Bearer \(server.admin)")], length: 100)
                    + "{")
            #expect(try await client.answer().status == 200)
            async let first: Void = server.server.stop()
            async let second: Void = server.server.stop()
            _ = await (first, second)
            #expect(try await client.isClosed())
        }
    }
}

@Suite("The first token")
struct FirstTokenTests {
    @Test("is made once, for its owner alone, and works")
    func made() async throws {
        try await TestServer.with { server in
            // The administrator of the test stands in the way of one.
            #expect(try await FirstToken.ensure(in: server.store, at: server.core.now()) == nil)
            #expect(try await server.send("DELETE", "/api/v1/tokens/\(server.admin)").status == 204)
            let path = try #require(try await FirstToken.ensure(in: server.store, at: server.core.now()))
            #expect(path == server.folder.file("admin.token"))
            #expect(try await Command("stat", ["-c", "%a", path.string]).outcome().text == "600\n")
            let token = try #require(try FirstToken.read(path))
            #expect(try await server.send("GET", "/api/v1/tokens", token: token).status == 200)
            _ = try await FirstToken.ensure(in: server.store, at: server.core.now())
            #expect(try FirstToken.read(path) == token)
            #expect(try await server.store.tokens().count == 2)
        }
    }
}
