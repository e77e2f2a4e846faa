import HTTPServer
import JSONDocument
import JobModel
import JobStore
import ServerSupport
import Testing

@Suite("Events as they happen")
struct EventTests {
    /// The next event's lines, without comments.
    private func event(_ client: WireClient) async throws -> [String: String]? {
        var fields: [String: String] = [:]
        while let line = try await client.line() {
            if line.isEmpty {
                if fields["event"] != nil { return fields }
                fields = [:]
                continue
            }
            guard !line.hasPrefix(":"), let colon = line.firstIndex(of: ":") else { continue }
            fields[String(line[..<colon])] = String(line[line.index(colon, offsetBy: 2)...])
        }
        return nil
    }

    private func open(_ server: TestServer, _ path: String, _ headers: [(String, String)] = []) async throws
        -> WireClient
    {
        let client = try server.client()
        try await client.write(
            WireClient.head("GET", path, headers: [("Authorization", "Bearer \(server.admin)")] + headers, length: nil))
        let head = try await client.head()
        #expect(head.status == 200 && head.headers["content-type"] == "text/event-stream", "\(path)")
        return client
    }

    @Test("a job's steps come from the first on, and the stream ends with the job")
    func ofJob() async throws {
        try await TestServer.with { server in
            let id = try await server.submit()
            try await server.core.move(id, .queued)
            let client = try await open(server, "/api/v1/jobs/\(id)/events")
            #expect(try await event(client)?["id"] == "1")
            #expect(try await event(client)?["id"] == "2")
            try await server.core.move(id, .admitted, .starting, .running, .succeeded)
            for number in 3...6 {
                let next = try #require(try await event(client))
                #expect(next["id"] == String(number) && next["event"] == "transition")
            }
            #expect(try await event(client) == nil)
            let later = try await open(server, "/api/v1/jobs/\(id)/events", [("Last-Event-ID", "5")])
            let last = try #require(try await event(later))
            #expect(last["id"] == "6" && last["data"]?.contains(#""to":"succeeded""#) == true)
            #expect(try await event(later) == nil)
        }
    }

    @Test("all jobs' steps come to those who may see them, and nothing is missed while away")
    func ofAll() async throws {
        try await TestServer.with { server in
            try await server.addToken("acme", user: "ann", tenant: "acme", roles: [RoleGrant(.submitter)])
            let client = try await open(server, "/api/v1/events")
            let acme = try server.client()
            try await acme.write(
                WireClient.head("GET", "/api/v1/events", headers: [("Authorization", "Bearer acme")], length: nil))
            _ = try await acme.head()
            let foreign = try await server.submit()
            let own = try await server.submit(token: "acme")
            let first = try #require(try await event(client))
            #expect(first["data"]?.contains(foreign.description) == true)
            let second = try #require(try await event(client))
            #expect(second["data"]?.contains(own.description) == true)
            #expect(try await event(acme)?["data"]?.contains(own.description) == true)

            let back = try await open(server, "/api/v1/events", [("Last-Event-ID", first["id"] ?? "")])
            #expect(try await event(back)?["id"] == second["id"])
            let lost = try await open(server, "/api/v1/events", [("Last-Event-ID", "other-1")])
            #expect(try await event(lost)?["event"] == "reset")
        }
    }

    @Test("streams end when the server stops")
    func stopping() async throws {
        try await TestServer.with { server in
            let id = try await server.submit()
            try await server.core.begin(AttemptID(task: TaskID(job: id), number: 1))
            let events = try await open(server, "/api/v1/events")
            let log = try server.client()
            try await log.write(
                WireClient.head(
                    "GET", "/api/v1/jobs/\(id)/logs?follow=true",
                    headers: [("Authorization", "Bearer \(server.admin)")],
                    length: nil))
            _ = try await log.head()
            let start = ContinuousClock.now
            await server.server.stop()
            #expect(try await event(events) == nil)
            #expect(try await log.line() == nil)
            #expect(ContinuousClock.now - start < .seconds(5))
        }
    }
}

@Suite("Logs")
struct LogTests {
    private func start(_ server: TestServer, _ text: String) async throws -> (JobID, AttemptID) {
        let id = try await server.submit()
        let attempt = AttemptID(task: TaskID(job: id), number: 1)
        try await server.core.begin(attempt)
        server.core.print(text, attempt)
        return (id, attempt)
    }

    @Test("are given whole, in ranges, from the end, and from where somebody stopped")
    func parts() async throws {
        try await TestServer.with { server in
            let (id, attempt) = try await start(server, "one\ntwo\nthree\n")
            let path = "/api/v1/jobs/\(id)/logs"
            let whole = try await server.send("GET", path)
            #expect(whole.status == 200 && whole.text == "one\ntwo\nthree\n")
            #expect(whole.headers["content-type"] == "text/plain; charset=utf-8")
            #expect(whole.headers["chidori-log-end"] == "14" && whole.headers["chidori-log-complete"] == "false")
            #expect(whole.headers["chidori-log-attempt"] == "main/0/1")
            for (range, status, text) in [
                ("bytes=4-6", 206, "two"), ("bytes=8-", 206, "three\n"), ("bytes=-6", 206, "three\n"),
                ("bytes=0-999", 206, "one\ntwo\nthree\n"),
                ("bytes=1-2,4-5", 200, "one\ntwo\nthree\n"), ("lines=1", 200, "one\ntwo\nthree\n"),
            ] {
                let answer = try await server.send("GET", path, headers: [("Range", range)])
                #expect(answer.status == status && answer.text == text, "\(range)")
            }
            let part = try await server.send("GET", path, headers: [("Range", "bytes=4-6")])
            #expect(part.headers["content-range"] == "bytes 4-6/14")
            let beyond = try await server.send("GET", path, headers: [("Range", "bytes=14-")])
            #expect(beyond.status == 416, "\(beyond.text)")
            for (tail, text) in [(0, ""), (1, "three\n"), (2, "two\nthree\n"), (9, "one\ntwo\nthree\n")] {
                #expect(try await server.send("GET", "\(path)?tail=\(tail)").text == text, "\(tail)")
            }
            #expect(try await server.send("GET", "\(path)?from=8").text == "three\n")
            #expect(try await server.send("GET", "\(path)?from=99").text == "")
            #expect(try await server.send("GET", "\(path)?from=1&tail=1").status == 422)
            server.core.end(attempt)
            #expect(try await server.send("GET", path).headers["chidori-log-complete"] == "true")
        }
    }

    @Test("are deleted with what drivers left when a job is archived, which is said; the job itself is still told of")
    func archived() async throws {
        try await TestServer.with { server in
            let (id, attempt) = try await start(server, "one\n")
            server.core.end(attempt)
            try await server.core.move(id, .queued, .killed)
            let (store, now) = (server.store, server.core.now())
            try await store.remove(try await store.prepareLeaving(endedBefore: now, now: now), now: now)
            server.core.discard(attempt)
            let log = try await server.send("GET", "/api/v1/jobs/\(id)/logs")
            #expect(log.status == 404 && log.text.contains("archived"), "\(log.text)")
            #expect(try await server.send("GET", "/api/v1/jobs/\(id)")["state"] == "killed")
            #expect(try await server.send("GET", "/api/v1/jobs")["jobs"] == [])
        }
    }

    @Test("a long log is given whole, and its last lines are found")
    func long() async throws {
        try await TestServer.with { server in
            let lines = (0..<100_000).map { "line \($0)\n" }
            let (id, _) = try await start(server, lines.joined())
            let whole = try await server.send("GET", "/api/v1/jobs/\(id)/logs")
            #expect(whole.text == lines.joined())
            let tail = try await server.send("GET", "/api/v1/jobs/\(id)/logs?tail=60000")
            #expect(tail.text == lines.suffix(60_000).joined())
        }
    }

    @Test("whoever follows hears what is printed, over all attempts, until the job has ended")
    func following() async throws {
        try await TestServer.with { server in
            let id = try await server.submit()
            let client = try server.client()
            try await client.write(
                WireClient.head(
                    "GET", "/api/v1/jobs/\(id)/logs?follow=true",
                    headers: [("Authorization", "Bearer \(server.admin)")],
                    length: nil))
            let first = AttemptID(task: TaskID(job: id), number: 1)
            try await server.core.prepare(first)
            #expect(try await client.head().status == 200)
            let early = try await server.send("GET", "/api/v1/jobs/\(id)/logs")
            #expect(early.status == 200 && early.headers["chidori-log-complete"] == "false", "\(early.text)")
            try await server.core.begin(first)
            server.core.print("a\n", first)
            #expect(try await client.line() == "a")
            server.core.print("b\n", first)
            #expect(try await client.line() == "b")
            server.core.end(first)
            let second = AttemptID(task: TaskID(job: id), number: 2)
            try await server.core.begin(second)
            server.core.print("again\n", second)
            #expect(try await client.line() == "again")
            server.core.end(second)
            try await server.core.move(id, .queued, .admitted, .starting, .running, .succeeded)
            #expect(try await client.line() == nil)
        }
    }

    @Test("whoever waits gets the next piece as soon as it is there")
    func waiting() async throws {
        try await TestServer.with { server in
            let (id, attempt) = try await start(server, "a\n")
            async let next = server.send("GET", "/api/v1/jobs/\(id)/logs?from=2&wait=20s")
            try await Task.sleep(for: .milliseconds(50))
            server.core.print("b\n", attempt)
            let piece = try await next
            #expect(piece.text == "b\n" && piece.headers["chidori-log-start"] == "2")
            #expect(piece.headers["chidori-log-end"] == "4")
            let nothing = try await server.send("GET", "/api/v1/jobs/\(id)/logs?from=4&wait=250ms")
            #expect(nothing.status == 200 && nothing.text == "" && nothing.headers["chidori-log-complete"] == "false")
        }
    }

    @Test("each task and attempt has its own, and unknown ones are not there")
    func tasks() async throws {
        try await TestServer.with { server in
            let id = try await server.submit([
                "file": "a.py", "groups": [["name": "chief"], ["name": "workers", "replicas": 2]],
            ])
            let path = "/api/v1/jobs/\(id)/logs"
            let none = try await server.send("GET", path)
            #expect(none.status == 200 && none.text == "" && none.headers["chidori-log-complete"] == "false")
            for (group, index, number) in [("workers", 1, 1), ("chief", 0, 1), ("chief", 0, 2)] {
                let attempt = AttemptID(task: TaskID(job: id, group: group, index: index), number: number)
                try await server.core.begin(attempt)
                server.core.print("\(group)/\(index)/\(number)", attempt)
            }
            for (query, text) in [
                ("", "chief/0/2"), ("?attempt=1", "chief/0/1"), ("?task=workers/1", "workers/1/1"),
                ("?task=chief&attempt=2", "chief/0/2"),
            ] {
                #expect(try await server.send("GET", path + query).text == text, "\(query)")
            }
            for query in ["?task=nobody", "?task=workers/2", "?attempt=9", "?task=workers/x"] {
                #expect(try await server.send("GET", path + query).status == 404, "\(query)")
            }
        }
    }
}
