import HTTPServer
import JSONDocument
import JobModel
import JobStore
import ServerSupport
import Testing

@Suite("Listing jobs")
struct ListingTests {
    private func ids(_ answer: WireClient.Answer) -> [String] {
        guard case .array(let jobs)? = answer["jobs"] else { return ["\(answer.status): \(answer.text)"] }
        return jobs.map { if case .string(let id)? = $0.fields?["id"] { id } else { "" } }
    }

    @Test("goes by every filter, and by several")
    func filters() async throws {
        try await TestServer.with { server in
            let first = try await server.submit([
                "file": "etl.py", "queue": "science", "labels": ["schema": "sales", "table": "orders", "run": "7"],
                "environment": "features:3",
            ])
            let second = try await server.submit(["file": "train.py", "queue": "science.training"])
            let third = try await server.submit(["file": "b.py", "labels": ["schema": "sales"]])
            try await server.core.move(second, .queued, .admitted)
            let moment = try #require(try await server.store.job(second)).createdAt
            let cases: [(query: String, expected: [JobID])] = [
                ("", [third, second, first]), ("state=accepted", [third, first]),
                ("state=accepted&state=admitted", [third, second, first]),
                ("state=accepted,admitted", [third, second, first]),
                ("queue=science", [first]), ("queue=science.*", [second, first]),
                ("user=root", [third, second, first]),
                ("user=nobody", []), ("schema=sales", [third, first]), ("schema=sales&table=orders", [first]),
                ("environment=features%3A3", [first]), ("label=run%3D7", [first]), ("label=run=8", []),
                ("text=train", [second]), ("text=null", []), ("createdAfter=\(moment)", [third, second]),
                ("createdBefore=\(moment)", [first]), ("createdAfter=2026-11-21", [third, second, first]),
                ("tenant=default&limit=1", [third]), ("tenant=other", []), ("schema=sales&state=admitted", []),
            ]
            for (query, expected) in cases {
                let answer = try await server.send("GET", "/api/v1/jobs?\(query)")
                #expect(ids(answer) == expected.map(\.description), "\(query)")
            }
        }
    }

    @Test("goes on where the page before ended, whatever is submitted meanwhile")
    func pages() async throws {
        try await TestServer.with { server in
            var all: [JobID] = []
            for _ in 0..<5 { all.append(try await server.submit()) }
            var seen: [String] = []
            var cursor = ""
            for _ in 0..<3 {
                let answer = try await server.send("GET", "/api/v1/jobs?limit=2\(cursor)")
                seen += ids(answer)
                if case .string(let next)? = answer["next"] { cursor = "&cursor=\(next)" } else { cursor = "" }
                _ = try await server.submit()
            }
            #expect(seen == all.reversed().map(\.description))
            #expect(cursor == "")
        }
    }

    @Test(
        "refuses what it does not know, with what was meant",
        arguments: [
            ("stat=queued", "`state`"), ("state=queud", "`queued`"), ("limit=0", nil), ("limit=x", nil),
            ("cursor=x", nil),
            ("createdAfter=yesterday", "2026-11-22T04:01:49Z"), ("label=x", "NAME=VALUE"), ("search=a", "`text`"),
        ] as [(String, String?)])
    func refused(query: String, advice: String?) async throws {
        try await TestServer.with { server in
            let answer = try await server.send("GET", "/api/v1/jobs?\(query)")
            #expect([400, 422].contains(answer.status), "\(answer.text)")
            if let advice { #expect(answer.text.contains(advice), "\(answer.text)") }
        }
    }

    @Test("and looking at jobs costs nothing where nothing has changed")
    func entityTags() async throws {
        try await TestServer.with { server in
            let id = try await server.submit()
            for path in [
                "/api/v1/jobs", "/api/v1/jobs/\(id)", "/api/v1/jobs/\(id)/history", "/api/v1/queues", "/api/v1/caps",
            ] {
                let first = try await server.send("GET", path)
                let tag = try #require(first.headers["etag"], "\(path)")
                let again = try await server.send("GET", path, headers: [("If-None-Match", "\"x\", W/\(tag)")])
                #expect(again.status == 304 && again.body.isEmpty, "\(path)")
                let head = try await server.send("HEAD", path)
                #expect(head.status == 200 && head.headers["etag"] == tag && head.body.isEmpty, "\(path)")
            }
        }
    }
}
