import HTTPServer
import JSONDocument
import JobModel
import JobStore
import ServerSupport
import Testing

@Suite("Submitting a job")
struct SubmittingTests {
    @Test("answers 201 with its id, state and place when it is durable")
    func created() async throws {
        try await TestServer.with { server in
            let answer = try await server.send(
                "POST", "/api/v1/jobs", ["file": "a.py", "queue": "science", "labels": ["schema": "sales"]])
            #expect(answer.status == 201, "\(answer.text)")
            #expect(answer.headers["content-type"] == "application/json")
            guard case .string(let text)? = answer["id"], let id = JobID(text) else {
                Issue.record("no id: \(answer.text)")
                return
            }
            #expect(answer["state"] == "accepted")
            #expect(answer.headers["location"] == "/api/v1/jobs/\(id)")
            let job = try #require(try await server.store.job(id))
            #expect(job.request.queue == "science" && job.request.labels == ["schema": "sales"])
            #expect(job.user == "root" && job.tenant == "default")
            let shown = try await server.send("GET", "/api/v1/jobs/\(text.uppercased())")
            #expect(shown.status == 200 && shown.json == answer.json)
        }
    }

    @Test("once more with the same key gives the same job, and another request with it is refused")
    func idempotency() async throws {
        try await TestServer.with { server in
            let body: JSON = ["file": "a.py", "idempotencyKey": "k"]
            let first = try await server.send("POST", "/api/v1/jobs", body)
            let second = try await server.send("POST", "/api/v1/jobs", body)
            #expect(first.status == 201 && second.status == 200)
            #expect(first["id"] == second["id"])
            #expect(second.headers["location"] == first.headers["location"])
            let third = try await server.send("POST", "/api/v1/jobs", ["file": "b.py", "idempotencyKey": "k"])
            #expect(third.status == 409 && third["code"] == "keyConflict", "\(third.text)")

            let plain: JSON = ["file": "a.py"]
            let header = try await server.send("POST", "/api/v1/jobs", plain, headers: [("Idempotency-Key", "\"k\"")])
            #expect(header.status == 200 && header["id"] == first["id"], "\(header.text)")
            let both = try await server.send("POST", "/api/v1/jobs", body, headers: [("Idempotency-Key", "other")])
            #expect(both.status == 422)
            #expect(
                try await server.send("POST", "/api/v1/jobs", plain, headers: [("Idempotency-Key", "")]).status == 422)
        }
    }

    @Test("YAML is taken as JSON is")
    func yaml() async throws {
        try await TestServer.with { server in
            let body = "file: a.py\ndriverMemory: 2g\nargs: [--rate, 0.5]\n"
            let answer = try await server.client().send(
                "POST", "/api/v1/jobs",
                headers: [
                    ("Authorization", "Bearer \(server.admin)"), ("Content-Type", "application/yaml; charset=utf-8"),
                ],
                body: Array(body.utf8))
            #expect(answer.status == 201, "\(answer.text)")
            #expect(answer["driverMemory"] == "2g" && answer["args"] == ["--rate", "0.5"])
        }
    }

    @Test("tells all mistakes at once, by their keys")
    func mistakes() async throws {
        try await TestServer.with { server in
            let answer = try await server.send(
                "POST", "/api/v1/jobs",
                ["queue": "a..b", "driverMemory": "much", "nmae": "x", "command": ["a"], "file": "b"])
            #expect(answer.status == 422 && answer.headers["content-type"] == "application/problem+json")
            #expect(answer["type"] == "urn:chidori:problem:invalid" && answer["status"] == 422)
            guard case .array(let mistakes)? = answer["mistakes"] else {
                Issue.record("no mistakes: \(answer.text)")
                return
            }
            #expect(
                Set(mistakes.map { $0.fields?["at"] ?? .null }) == ["queue", "driverMemory", "", "command"],
                "\(answer.text)")
            #expect(mistakes.contains { $0.fields?["advice"] == "`name`" })
        }
    }

    @Test(
        "what is no document is refused with what it is",
        arguments: [
            ("{", "application/json", 400, "malformed"), ("", "application/json", 422, "invalid"),
            ("{\"file\": \"a\", \"file\": \"b\"}", "application/json", 400, "malformed"),
            ("[1]", "application/json", 422, "invalid"), ("file: [", "text/yaml", 400, "malformed"),
            ("file=a.py", "application/x-www-form-urlencoded", 415, "unsupportedMediaType"),
        ] as [(String, String, Int, String)])
    func noDocument(body: String, type: String, status: Int, code: String) async throws {
        try await TestServer.with { server in
            let answer = try await server.client().send(
                "POST", "/api/v1/jobs",
                headers: [("Authorization", "Bearer \(server.admin)"), ("Content-Type", type)], body: Array(body.utf8))
            #expect(answer.status == status && answer["code"] == .string(code), "\(answer.text)")
        }
    }

    @Test("a body beyond the limit is refused, whether its length is told or not")
    func tooLarge() async throws {
        try await TestServer.with {
            $0.limits.body = 1 << 20
        } _: { server in
            let body = Array("{\"file\": \"".utf8) + [UInt8](repeating: 0x61, count: 2 << 20) + Array("\"}".utf8)
            let headers = [("Authorization", "Bearer \(server.admin)"), ("Content-Type", "application/json")]
            let client = try server.client()
            let answer = try await client.send("POST", "/api/v1/jobs", headers: headers, body: body)
            #expect(answer.status == 413 && answer["code"] == "tooLarge")
            // The connection is as good as before.
            #expect(try await client.send("GET", "/healthz").status == 200)
            let chunked = try server.client()
            try await chunked.write(
                WireClient.head(
                    "POST", "/api/v1/jobs", headers: headers + [("Transfer-Encoding", "chunked")], length: nil))
            try await chunked.write(
                Array("\(String(body.count, radix: 16))\r\n".utf8) + body + Array("\r\n0\r\n\r\n".utf8))
            #expect(try await chunked.answer().status == 413)
            #expect(try await chunked.send("GET", "/healthz").status == 200)
        }
    }

    @Test("who waits for leave to send a body gets it, or the refusal and the connection's end")
    func expectContinue() async throws {
        try await TestServer.with { server in
            let body = Array(#"{"file": "a.py"}"#.utf8)
            let headers = [("Content-Type", "application/json"), ("Expect", "100-continue")]
            let client = try server.client()
            try await client.write(
                WireClient.head(
                    "POST", "/api/v1/jobs", headers: headers + [("Authorization", "Bearer \(server.admin)")],
                    length: body.count))
            #expect(try await client.answer().status == 100)
            try await client.write(body)
            #expect(try await client.answer().status == 201)
            let stranger = try server.client()
            try await stranger.write(WireClient.head("POST", "/api/v1/jobs", headers: headers, length: body.count))
            let answer = try await stranger.answer()
            #expect(answer.status == 401 && answer.headers["connection"] == "close")
            #expect(try await stranger.isClosed())
        }
    }

    @Test("takes the caller's request id and trace along")
    func trace() async throws {
        try await TestServer.with { server in
            let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            let answer = try await server.send(
                "POST", "/api/v1/jobs", ["file": "a.py"], headers: [("X-Request-Id", "abc-1"), ("traceparent", parent)])
            #expect(answer.headers["x-request-id"] == "abc-1")
            let traced = try #require(answer.headers["traceparent"])
            #expect(
                traced.hasPrefix("00-0af7651916cd43dd8448eb211c80319c-") && traced.hasSuffix("-01") && traced != parent)
            let submitter = try #require(server.core.submitters.first)
            #expect(submitter.request == "abc-1" && submitter.trace.header == traced)
            #expect(submitter.trace.parent == 0xb7ad_6b71_6920_3331)
            let entries = try await server.store.audit(AuditFilter(tenants: nil))
            #expect(entries.first { $0.action == "job.submit" }?.request == "abc-1")
        }
    }
}
