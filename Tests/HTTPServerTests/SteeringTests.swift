import HTTPServer
import JSONDocument
import JobAPI
import JobModel
import JobStore
import ServerSupport
import Testing

@Suite("Steering and looking at jobs")
struct SteeringTests {
    @Test("commands are carried out, told in the history and the audit, or refused with the state")
    func commands() async throws {
        try await TestServer.with { server in
            let id = try await server.submit()
            let path = "/api/v1/jobs/\(id)"
            let suspended = try await server.send("POST", "\(path)/suspend", ["message": "not now"])
            #expect(suspended.status == 200 && suspended["state"] == "suspended", "\(suspended.text)")
            #expect(try await server.send("POST", "\(path)/resume").status == 200)
            let refused = try await server.send("POST", "\(path)/resume")
            #expect(refused.status == 409 && refused["code"] == "refused", "\(refused.text)")
            #expect(try await server.send("POST", "\(path)/kill", ["reason": "x"]).status == 422)
            #expect(try await server.send("DELETE", path).status == 200)
            #expect(try await server.store.job(id)?.state == .killed)
            let again = try await server.send("DELETE", path)
            #expect(again.status == 200 && again["state"] == "killed")
            #expect(try await server.send("POST", "\(path)/retry").status == 200)
            let history = try await server.send("GET", "\(path)/history")
            guard case .array(let steps)? = history["transitions"] else { return }
            #expect(
                steps.map { $0.fields?["to"] } == ["accepted", "suspended", "queued", "killed", "queued"],
                "\(history.text)")
            #expect(steps[1].fields?["actor"] == "user:root" && steps[1].fields?["message"] == "not now")
            let audit = try await server.send("GET", "\(path)/audit")
            guard case .array(let entries)? = audit["entries"] else { return }
            #expect(
                entries.map { $0.fields?["action"] } == [
                    "job.retry", "job.kill", "job.resume", "job.resume", "job.suspend", "job.submit",
                ], "\(audit.text)")
            #expect(entries[2].fields?["outcome"] == "failed")
        }
    }

    @Test("a command that was meant for the job as it was is refused when it is another")
    func ifMatch() async throws {
        try await TestServer.with { server in
            let id = try await server.submit()
            let tag = try #require(try await server.send("GET", "/api/v1/jobs/\(id)").headers["etag"])
            try await server.core.move(id, .queued)
            let stale = try await server.send("POST", "/api/v1/jobs/\(id)/kill", headers: [("If-Match", tag)])
            #expect(stale.status == 412)
            let fresh = try #require(try await server.send("GET", "/api/v1/jobs/\(id)").headers["etag"])
            #expect(fresh != tag)
            #expect(
                try await server.send("POST", "/api/v1/jobs/\(id)/kill", headers: [("If-Match", fresh)]).status == 200)
        }
    }

    @Test("why a job waits is told, and that another does not")
    func why() async throws {
        try await TestServer.with { server in
            let id = try await server.submit()
            server.core.explain(
                id, by: WaitReport(state: .queued, reason: "cap", message: "the cap leaves 0 drivers", position: 3))
            let answer = try await server.send("GET", "/api/v1/jobs/\(id)/why")
            #expect(answer["reason"] == "cap" && answer["position"] == 3, "\(answer.text)")
            let other = try await server.submit()
            try await server.core.move(other, .killed, reason: "killed", message: "by ann")
            let ended = try await server.send("GET", "/api/v1/jobs/\(other)/why")
            #expect(ended["state"] == "killed" && ended["message"] == "it has ended: by ann")
        }
    }

    @Test("who waits for a change hears of it at once, or that there was none")
    func longPoll() async throws {
        try await TestServer.with { server in
            let id = try await server.submit()
            let tag = try #require(try await server.send("GET", "/api/v1/jobs/\(id)").headers["etag"])
            async let waiting = server.send("GET", "/api/v1/jobs/\(id)?wait=20s", headers: [("If-None-Match", tag)])
            try await Task.sleep(for: .milliseconds(50))
            let start = ContinuousClock.now
            try await server.core.move(id, .queued)
            #expect(try await waiting["state"] == "queued")
            #expect(ContinuousClock.now - start < .seconds(5))
            let fresh = try #require(try await server.send("GET", "/api/v1/jobs/\(id)").headers["etag"])
            let unchanged = try await server.send(
                "GET", "/api/v1/jobs/\(id)?wait=300ms", headers: [("If-None-Match", fresh)])
            #expect(unchanged.status == 304)
            #expect(try await server.send("GET", "/api/v1/jobs/\(id)?wait=1h").status == 422)
        }
    }
}

@Suite("Queues, caps and sizes")
struct SettingsTests {
    @Test("a queue is set up, shown with its jobs, and removed when it is empty")
    func queues() async throws {
        try await TestServer.with { server in
            let made = try await server.send("PUT", "/api/v1/queues/science", ["priority": 5, "caps": ["drivers": 2]])
            #expect(made.status == 201 && made["caps"] == ["drivers": 2] && made["gate"] == "open", "\(made.text)")
            let changed = try await server.send(
                "PUT", "/api/v1/queues/science", ["gate": "draining", "name": "science"])
            #expect(changed.status == 200 && changed["priority"] == 0 && changed["gate"] == "draining")
            let id = try await server.submit(["file": "a", "queue": "science"])
            let list = try await server.send("GET", "/api/v1/queues")
            guard case .array(let queues)? = list["queues"] else { return }
            #expect(queues.map { $0.fields?["name"] } == ["default", "science"])
            #expect(queues[1].fields?["jobs"] == ["accepted": 1], "\(list.text)")
            let living = try await server.send("DELETE", "/api/v1/queues/science")
            #expect(living.status == 409)
            #expect(living["detail"] == "queue science: has jobs that have not ended: 1 accepted", "\(living.text)")
            #expect(living.text.contains("chidori job list --queue science"))
            try await server.core.move(id, .killed)
            #expect(try await server.send("DELETE", "/api/v1/queues/science").status == 204)
            #expect(try await server.send("GET", "/api/v1/queues/science").status == 404)
            #expect(try await server.send("DELETE", "/api/v1/queues/default").status == 409)
            #expect(try await server.send("PUT", "/api/v1/queues/a..b", [:]).status == 422)
            #expect(try await server.send("PUT", "/api/v1/queues/a", ["name": "b"]).status == 422)
            let actions = try await server.store.audit(AuditFilter(tenants: nil)).map(\.action)
            #expect(actions.filter { $0.hasPrefix("queue.") } == ["queue.remove", "queue.set", "queue.set"])
        }
    }

    @Test("a queue stays while others lie below it, whose caps its own are too")
    func queuesBelow() async throws {
        try await TestServer.with { server in
            for name in ["science", "science.x", "science.x.y", "sciences"] {
                #expect(try await server.send("PUT", "/api/v1/queues/\(name)", [:]).status == 201)
            }
            let refused = try await server.send("DELETE", "/api/v1/queues/science")
            #expect(refused.status == 409 && refused["code"] == "refused")
            #expect(refused.text.contains("science.x, science.x.y"), "\(refused.text)")
            #expect(refused.text.contains("chidori queue remove science.x.y`"), "\(refused.text)")
            for name in ["science.x.y", "science.x", "science"] {
                #expect(try await server.send("DELETE", "/api/v1/queues/\(name)").status == 204, "\(name)")
            }
        }
    }

    @Test("two admins do not overwrite each other unseen")
    func ifMatch() async throws {
        try await TestServer.with { server in
            let tag = try #require(try await server.send("GET", "/api/v1/caps").headers["etag"])
            let first = try await server.send(
                "PUT", "/api/v1/caps", ["drivers": 4, "memory": "8g"], headers: [("If-Match", tag)])
            #expect(first.status == 200 && first.headers["etag"] != tag, "\(first.text)")
            let second = try await server.send("PUT", "/api/v1/caps", ["drivers": 9], headers: [("If-Match", tag)])
            #expect(second.status == 412)
            #expect(try await server.send("GET", "/api/v1/caps").json == ["drivers": 4, "memory": "8g"])
            // Whoever does not ask for that wins, however many at once.
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<6 {
                    group.addTask {
                        try await server.send("PUT", "/api/v1/queues/q\(number)", ["priority": JSON(number)]).status
                    }
                }
                for try await status in group { #expect(status == 201) }
            }
            #expect(try await server.store.settings().settings.queues.count == 7)
        }
    }

    @Test("sizes are set as a whole, and the machines are shown")
    func sizes() async throws {
        try await TestServer.with { server in
            let answer = try await server.send(
                "PUT", "/api/v1/sizes", ["sizes": [["name": "tiny", "cores": "250m", "memory": "512m"]]])
            #expect(answer.status == 200, "\(answer.text)")
            #expect(try await server.store.settings().settings.size("tiny")?.cpu == 250)
            let twice = try await server.send("PUT", "/api/v1/sizes", ["sizes": [["name": "a"], ["name": "a"]]])
            #expect(twice.status == 422)
            let cluster = try await server.send("GET", "/api/v1/cluster")
            #expect(
                cluster["nodes"] == [["name": "here", "cores": 2, "memory": "8g", "accelerators": ["gpu": 1]]],
                "\(cluster.text)")
            #expect(
                cluster["inUse"] == ["drivers": 1, "cores": 1, "memory": "2g", "accelerators": ["gpu": 1]],
                "\(cluster.text)")
            try await server.addToken("looker", user: "ann", tenant: "acme", roles: [RoleGrant(.viewer)])
            let others = try await server.send("GET", "/api/v1/cluster", token: "looker")
            #expect(others["nodes"] == cluster["nodes"] && others["inUse"] == nil, "\(others.text)")
        }
    }
}
