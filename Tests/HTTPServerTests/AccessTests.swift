import HTTPServer
import JSONDocument
import JobModel
import JobStore
import ServerSupport
import Testing

@Suite("Who may do what")
struct AccessTests {
    @Test("nobody comes in without a valid token")
    func strangers() async throws {
        try await TestServer.with { server in
            try await server.addToken(
                "old", user: "ann", roles: [RoleGrant(.admin)], expiresAt: Moment(milliseconds: 1))
            try await server.addToken("gone", user: "ann", roles: [RoleGrant(.admin)])
            #expect(try await server.send("GET", "/api/v1/jobs", token: "gone").status == 200)
            #expect(try await server.send("DELETE", "/api/v1/tokens/gone").status == 204)
            for token in ["", "wrong", "old", "gone"] {
                let answer = try await server.send("GET", "/api/v1/jobs", token: token)
                #expect(answer.status == 401, "\(token)")
                #expect(answer.headers["www-authenticate"] == "Bearer realm=\"chidori\"")
                #expect(answer["code"] == "noToken")
            }
            #expect(try await server.client().send("GET", "/api/v1/jobs").status == 401)
            for header in ["Bearer", "Basic ???", "Basic \(server.admin)", "Digest x"] {
                let answer = try await server.client().send("GET", "/api/v1/jobs", headers: [("Authorization", header)])
                #expect(answer.status == 401, "\(header)")
            }
            for path in ["/healthz", "/readyz", "/openapi.json"] {
                #expect(try await server.client().send("GET", path).status == 200, "\(path)")
            }
            let entries = try await server.store.audit(AuditFilter(tenants: nil))
            #expect(entries.contains { $0.action == "authenticate" && $0.outcome == .denied })
        }
    }

    @Test("what a revoked token listens to ends")
    func revokedStreams() async throws {
        try await TestServer.with { server in
            try await server.addToken("gone", user: "ann", roles: [RoleGrant(.submitter)])
            let id = try await server.submit(token: "gone")
            let attempt = AttemptID(task: TaskID(job: id, index: 0), number: 1)
            try await server.core.begin(attempt)
            let paths = ["/api/v1/events", "/api/v1/jobs/\(id)/events", "/api/v1/jobs/\(id)/logs?follow=true"]
            var listening: [WireClient] = []
            for path in paths {
                let client = try server.client()
                try await client.write(
                    WireClient.head("GET", path, headers: [("Authorization", "Bearer gone")], length: nil))
                #expect(try await client.head().status == 200)
                listening.append(client)
            }
            #expect(try await server.send("DELETE", "/api/v1/tokens/gone").status == 204)
            for (client, path) in zip(listening, paths) {
                let whole = await #expect(throws: WireClient.Broken.self, "\(path)") {
                    while try await client.line() != nil {}
                }
                #expect(whole?.why == "closed", "\(path)")
            }
        }
    }

    @Test("what is refused again and again is written down once, and then how often")
    func refusals() async throws {
        try await TestServer.with { server in
            try await server.addToken("looker", user: "ann", roles: [RoleGrant(.viewer)])
            for _ in 0..<20 {
                let answer = try await server.send("POST", "/api/v1/jobs", ["file": "a.py"], token: "looker")
                #expect(answer.status == 403)
            }
            let denied = try await server.store.audit(AuditFilter(tenants: nil)).filter { $0.outcome == .denied }
            #expect(denied.map(\.action) == ["job.submit"])
        }
    }

    @Test("a token may come as the password of Basic")
    func basic() async throws {
        try await TestServer.with { server in
            try await server.addToken("pw", user: "ann", roles: [RoleGrant(.viewer)])
            let answer = try await server.client().send(
                "GET", "/api/v1/whoami", headers: [("Authorization", "Basic YW55OnB3")])
            #expect(answer.status == 200 && answer["user"] == "ann", "\(answer.text)")
        }
    }

    @Test("tenants do not see each other: what is another's is not there")
    func tenants() async throws {
        try await TestServer.with { server in
            try await server.addToken("acme", user: "ann", tenant: "acme", roles: [RoleGrant(.operator)])
            try await server.addToken("other", user: "ann", tenant: "other", roles: [RoleGrant(.operator)])
            let id = try await server.submit(token: "acme")
            let foreign = try await server.send("GET", "/api/v1/jobs", token: "other")
            #expect(foreign["jobs"] == [])
            for path in ["", "/logs", "/events", "/history", "/attempts", "/audit", "/why"] {
                let hidden = try await server.send("GET", "/api/v1/jobs/\(id)\(path)", token: "other")
                let missing = try await server.send(
                    "GET", "/api/v1/jobs/01aryz6s410000000000000000\(path)", token: "other")
                #expect(hidden.status == 404 && missing.status == 404, "\(path)")
                #expect(hidden["code"] == missing["code"] && hidden["title"] == missing["title"], "\(path)")
            }
            for verb in ["kill", "suspend", "resume", "retry"] {
                #expect(try await server.send("POST", "/api/v1/jobs/\(id)/\(verb)", token: "other").status == 404)
            }
            #expect(try await server.send("DELETE", "/api/v1/jobs/\(id)", token: "other").status == 404)
            #expect(try await server.send("GET", "/api/v1/jobs/\(id)", token: "acme").status == 200)
            #expect(try await server.send("GET", "/api/v1/jobs/\(id)").status == 200)
            #expect(try await server.send("GET", "/api/v1/jobs?tenant=acme", token: "other")["jobs"] == [])
            #expect(try await server.store.job(id)?.state == .accepted)
        }
    }

    private func kill(_ server: TestServer, _ id: JobID, _ token: String) async throws -> Int {
        try await server.send("POST", "/api/v1/jobs/\(id)/kill", token: token).status
    }

    @Test("roles hold in a queue and below it")
    func subtrees() async throws {
        try await TestServer.with { server in
            try await server.addToken(
                "ann", user: "ann", roles: [RoleGrant(.viewer), RoleGrant(.submitter, queue: "science")])
            try await server.addToken("op", user: "op", roles: [RoleGrant(.operator, queue: "science")])
            try await server.addToken("bob", user: "bob", roles: [RoleGrant(.submitter)])
            for (queue, status) in [("science", 201), ("science.training", 201), ("sciences", 403), ("default", 403)] {
                let answer = try await server.send(
                    "POST", "/api/v1/jobs", ["file": "a.py", "queue": .string(queue)], token: "ann")
                #expect(answer.status == status, "\(queue): \(answer.text)")
            }
            let own = try await server.submit(["file": "a.py", "queue": "science"], token: "ann")
            let bobs = try await server.submit(["file": "a.py", "queue": "science"], token: "bob")
            let elsewhere = try await server.submit(["file": "a.py", "queue": "finance"], token: "bob")
            #expect(try await kill(server, bobs, "ann") == 403)
            #expect(try await kill(server, own, "ann") == 200)
            #expect(try await kill(server, bobs, "op") == 200)
            // Out of sight for the operator of another queue.
            #expect(try await kill(server, elsewhere, "op") == 404)
            #expect(try await kill(server, elsewhere, "ann") == 403)
            let seen = try await server.send("GET", "/api/v1/jobs", token: "op")
            #expect(!seen.text.contains(elsewhere.description) && seen.text.contains(own.description))
            let denied = try await server.store.audit(AuditFilter(tenants: nil)).filter { $0.outcome == .denied }
            #expect(Set(denied.map(\.action)) == ["job.submit", "job.kill"])
            #expect(denied.allSatisfy { $0.actor == .user("ann") && $0.request != nil })
        }
    }

    @Test("tokens, caps and the audit are the administrator's alone")
    func administration() async throws {
        try await TestServer.with { server in
            try await server.addToken("part", user: "ann", roles: [RoleGrant(.admin, queue: "science")])
            for (method, path, body) in [
                ("GET", "/api/v1/tokens", nil), ("POST", "/api/v1/tokens", ["name": "x"]),
                ("DELETE", "/api/v1/tokens/part", nil), ("PUT", "/api/v1/caps", [:]), ("PUT", "/api/v1/sizes", [:]),
                ("GET", "/api/v1/audit", nil), ("PUT", "/api/v1/queues/finance", [:]),
            ] as [(String, String, JSON?)] {
                let answer = try await server.send(method, path, body, token: "part")
                #expect(answer.status == 403, "\(method) \(path): \(answer.text)")
            }
            #expect(try await server.send("PUT", "/api/v1/queues/science.x", [:], token: "part").status == 201)
        }
    }

    @Test("a new token works at once, is told once, and never stands in the store")
    func newToken() async throws {
        try await TestServer.with { server in
            let made = try await server.send(
                "POST", "/api/v1/tokens",
                [
                    "name": "nightly", "user": "ann", "tenant": "acme",
                    "roles": [["role": "submitter", "queue": "etl"]],
                    "lifetime": "1d",
                ])
            #expect(made.status == 201, "\(made.text)")
            guard case .string(let token)? = made["token"], case .string(let id)? = made["id"] else { return }
            #expect(token.hasPrefix("chidori_") && token.utf8.count == 51)
            let who = try await server.send("GET", "/api/v1/whoami", token: token)
            #expect(who["user"] == "ann" && who["tenant"] == "acme")
            let list = try await server.send("GET", "/api/v1/tokens")
            #expect(list.text.contains(id) && !list.text.contains(token))
            guard case .array(let tokens)? = list["tokens"] else { return }
            let used = tokens.filter { $0.fields?["usedAt"] != nil }
            #expect(used.count == tokens.count, "used just now, and not told: \(list.text)")
            let audit = try await server.send("GET", "/api/v1/audit?subject=token%20\(id)")
            #expect(audit.text.contains("submitter in etl") && !audit.text.contains(token))
            let twice = try await server.send("POST", "/api/v1/tokens", ["name": "x", "user": "y", "roles": []])
            #expect(twice.status == 422, "\(twice.text)")
            // Who asks is told as TENANT/USER, and the server asks by itself too.
            for tenant in ["acme/x", "server", "", "/"] {
                let order: JSON = [
                    "name": "x", "user": "y", "tenant": .string(tenant), "roles": [["role": "submitter"]],
                ]
                let refused = try await server.send("POST", "/api/v1/tokens", order)
                #expect(refused.status == 422 && refused.text.contains("tenant"), "\(tenant): \(refused.text)")
            }
        }
    }
}
