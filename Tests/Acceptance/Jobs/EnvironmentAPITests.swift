import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite(
    "Environments and their builds over the API", .timeLimit(.minutes(5)),
    .enabled(if: Peer.has("/usr/bin/python3.11"), "needs Python 3.11"))
struct EnvironmentAPITests {
    private let site: BuildServer

    init() async throws {
        site = try await BuildServer([WheelFixture("tool", "1.2"), WheelFixture("part"), WheelFixture("slow")])
    }

    @Test("a build's events come as they happen, go on behind the last that was heard, and end with it")
    func events() async throws {
        let gate = WheelGate.holding("slow", of: site.index)
        defer { gate.open() }
        let ann = try await site.token("ann", tenant: "acme")
        let running = try site.command(
            ["env", "build", try site.file("slow", "slow"), "--server", site.server.url, "--json"], token: ann
        ).start()
        let id = try await site.build(of: running)
        let path = "/builds/\(id)/events"
        let stream = try request(path, ann, ["-N", "--max-time", "60"]).start()
        let early = try await site.server.until("an event of a build under way") { () -> [ServerSentEvent]? in
            let heard = ServerSentEvent.all(String(decoding: stream.outputSoFar, as: UTF8.self))
            return heard.contains { $0.document["name"] as? String == "fetching" } ? heard : nil
        }
        #expect(!stream.hasEnded && !early.contains { $0.document["name"] as? String == "ready" })
        // Whoever comes back to a build under way hears what follows.
        let known = try #require(early.compactMap(\.id).last)
        let second = try request(path, ann, ["-N", "--max-time", "60", "-H", "Last-Event-ID: \(known)"]).start()
        try await Task.sleep(for: .milliseconds(300))
        #expect(!second.hasEnded)
        gate.open()
        let heard = ServerSentEvent.all(await stream.outcome().text)
        let steps = heard.filter { $0.name == "step" }
        #expect(steps.compactMap(\.id) == (1...max(1, steps.count)).map(String.init), "\(steps)")
        #expect(steps.allSatisfy { ($0.document["number"] as? Int).map(String.init) == $0.id })
        #expect(steps.last?.document["name"] as? String == "ready")
        let followed = ServerSentEvent.all(await second.outcome().text).filter { $0.name == "step" }
        #expect(followed == Array(steps.dropFirst(Int(known) ?? 0)))
        // How far a stage has come is told once, and never again.
        #expect(heard.allSatisfy { $0.name == "step" || $0.name == "progress" && $0.id == nil })
        #expect(await running.outcome().status == 0)

        let middle = steps.count / 2
        let rest = try await request(path, ann, ["-H", "Last-Event-ID: \(middle)"]).run()
        #expect(ServerSentEvent.all(rest) == Array(steps.dropFirst(middle)))
        // Nobody else hears of it.
        let bob = try await site.token("bob", tenant: "other")
        #expect(try await answer(path, bob).status == 404)
        #expect(try await answer("/builds/\(String(repeating: "0", count: 64))/events", ann).status == 404)

        // They end with a build that fails, too.
        let wrong = try site.file("wrong", "absent")
        #expect(try await site.chidori("env", "build", wrong, "--server", site.server.url, token: ann).status == 4)
        let failed = try #require(try await site.builds(token: ann).first { $0.state == "failed" })
        let told = ServerSentEvent.all(try await request("/builds/\(failed.id)/events", ann).run())
        #expect(told.last?.document["name"] as? String == "failed", "\(told)")
    }

    @Test("a server that stops ends the streams of builds that have nothing to say")
    func stopping() async throws {
        let gate = WheelGate.holding("slow", of: site.index)
        defer { gate.open() }
        let running = try site.command(
            ["env", "build", try site.file("slow", "slow"), "--server", site.server.url, "--json"]
        ).start()
        let id = try await site.build(of: running)
        let stream = try request("/builds/\(id)/events", nil, ["-N", "--max-time", "60"]).start()
        _ = try await site.server.until("an event") { stream.outputSoFar.isEmpty ? nil : true }
        let start = ContinuousClock.now
        try await site.server.stop()
        _ = await stream.outcome()
        // Not after the time that work under way has for its end.
        #expect(ContinuousClock.now - start < .seconds(8))
        running.end()
    }

    @Test("environments with a name are listed to everybody, others to whoever knows their id")
    func listed() async throws {
        try site.offer("tool", "tool")
        let named = try await site.build("tool").environment.id
        let ann = try await site.token("ann", tenant: "acme")
        let sent = try await site.build(try site.file("mine", "part"), token: ann).environment.id
        func ids(_ token: FilePath?) async throws -> Set<String> {
            let items = try await answer("/environments", token).document["environments"] as? [[String: Any]]
            return Set(try #require(items).compactMap { $0["id"] as? String })
        }
        #expect(try await ids(nil) == [named, sent])
        #expect(try await ids(ann) == [named])
        let bob = try await site.token("bob", tenant: "other", role: "viewer")
        #expect(try await ids(bob) == [named])
        for (reference, id) in [("tool", named), ("tool:1", named), (named, named), (sent, sent)] {
            let shown = try await answer("/environments/\(reference)", bob)
            #expect(shown.status == 200 && shown.document["id"] as? String == id, "\(reference): \(shown)")
        }
        for reference in ["mine", "tool:2", "nothing"] {
            let shown = try await answer("/environments/\(reference)", bob)
            #expect(shown.status == 404 && shown.document["code"] as? String == "notFound", "\(reference): \(shown)")
        }
        let tag = try await request("/environments/tool", bob, ["-D", "-", "-o", "/dev/null"]).run()
            .split(separator: "\r\n").first { $0.lowercased().hasPrefix("etag: ") }
        let again = try await answer(
            "/environments/tool", bob, ["-H", "If-None-Match: \(try #require(tag).dropFirst(6))"])
        #expect(again.status == 304)
    }

    @Test("an environment is removed by administrators alone, by force where it is used, and the audit tells of each")
    func removed() async throws {
        try site.offer("tool", "tool")
        let id = try await site.build("tool").environment.id
        let gate = site.server.scratch.file("gate")
        let job = try await site.server.submit(
            "--environment", "tool", "--driver-memory", "64m", "--command", "sh", "-c",
            "while [ ! -e \(gate) ]; do sleep 0.1; done")
        let ann = try await site.token("ann")
        let refused = try await answer("/environments/tool", ann, ["-X", "DELETE"])
        #expect(refused.status == 403, "\(refused)")
        _ = try await site.server.until("its driver") {
            try await site.server.show(job).job.state == "running" ? true : nil
        }
        let used = try await answer("/environments/tool", nil, ["-X", "DELETE"])
        #expect(used.status == 409 && used.document["code"] as? String == "inUse", "\(used)")
        #expect((used.document["detail"] as? String)?.contains(job) == true, "\(used)")
        #expect(try await answer("/environments/\(id)", nil).status == 200)
        let forced = try await answer("/environments/tool?force=true", nil, ["-X", "DELETE"])
        #expect(forced.status == 200 && forced.document["id"] as? String == id, "\(forced)")
        #expect(try await answer("/environments/\(id)", nil).status == 404)
        #expect(try await answer("/environments/tool?force=true", nil, ["-X", "DELETE"]).status == 404)
        try site.server.touch(gate)

        let entries = try await answer("/audit", nil).document["entries"] as? [[String: Any]]
        let told = try #require(entries).filter { $0["action"] as? String == "environment.remove" }
        let denied = told.filter { $0["outcome"] as? String == "denied" }
        #expect(denied.count == 1 && (denied[0]["actor"] as? String)?.contains("ann") == true, "\(told)")
        let allowed = told.filter { $0["outcome"] as? String == "allowed" }
        #expect(allowed.count == 1 && allowed[0]["message"] as? String == "by force", "\(told)")
        // It is built again for whoever asks.
        #expect(try await site.build("tool").environment.id == id)
    }

    @Test("fifty who ask for one environment at once have one build, which fetches its wheel once")
    func fifty() async throws {
        let gate = WheelGate.holding("slow", of: site.index)
        defer { gate.open() }
        let recipe = BuildServer.recipe("slow", "slow")
        let order = try site.folder.write("order.json", try JSONSerialization.data(withJSONObject: ["recipe": recipe]))
        let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try await answer(
                        "/environments", nil, ["-d", "@\(order)", "-H", "Content-Type: application/json"])
                }
            }
            return try await group.reduce(into: [Answer]()) { $0.append($1) }
        }
        #expect(answers.allSatisfy { $0.status == 202 }, "\(answers.map(\.status))")
        let ids = Set(answers.compactMap { $0.document["id"] as? String })
        let id = try #require(ids.first)
        #expect(ids.count == 1)
        _ = try await site.server.until("the download") {
            site.index.server.count("/files/slow-1.0-py3-none-any.whl") > 0 ? true : nil
        }
        gate.open()
        _ = try await site.server.until("the build") { try await site.show(id).state == "ready" ? true : nil }
        #expect(site.index.server.count("/files/slow-1.0-py3-none-any.whl") == 1)
        #expect(try await site.builds().map(\.id) == [id])
        #expect(
            try await answer("/environments", nil, ["-d", "@\(order)", "-H", "Content-Type: application/json"]).status
                == 200)
    }

    // MARK: - Asking

    private struct Answer: Sendable {
        var status: Int
        var body: [UInt8]

        /// What it says; nothing where that is no object.
        var document: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:]
        }
    }

    /// curl's request of a path of the API, with somebody's token, the administrator's if there is none.
    private func request(_ path: String, _ token: FilePath?, _ words: [String] = []) throws -> Command {
        let file = token ?? site.server.data.appending("admin.token")
        let secret = try String(contentsOfFile: file.string, encoding: .utf8).filter { !$0.isWhitespace }
        // A file of its own for each: many are asked at once.
        let header = try site.folder.write("headers/\(UUID())", "Authorization: Bearer \(secret)")
        return Command("curl", ["-s", "-H", "@\(header)"] + words + ["\(site.server.url)/api/v1\(path)"])
    }

    private func answer(_ path: String, _ token: FilePath?, _ words: [String] = []) async throws -> Answer {
        let text = try await request(path, token, ["-w", "\n%{http_code}"] + words).outcome().output
        let end = try #require(text.lastIndex(of: UInt8(ascii: "\n")))
        let status = try #require(Int(String(decoding: text[text.index(after: end)...], as: UTF8.self)))
        return Answer(status: status, body: Array(text[..<end]))
    }
}

/// An event of a stream (HTML, "Server-sent events").
private struct ServerSentEvent: Equatable, CustomStringConvertible {
    var name = "message"
    var id: String?
    var data = ""

    var description: String { "\(id ?? "-") \(name) \(data)" }

    var document: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(data.utf8))) as? [String: Any] ?? [:]
    }

    /// The whole events of a text, without comments.
    static func all(_ text: String) -> [ServerSentEvent] {
        text.components(separatedBy: "\n\n").dropLast().compactMap { block in
            var event = ServerSentEvent()
            for line in block.split(separator: "\n") where !line.hasPrefix(":") {
                let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                let value = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
                switch parts[0] {
                case "event": event.name = value
                case "id": event.id = value
                case "data": event.data += value
                default: break
                }
            }
            return event.data.isEmpty ? nil : event
        }
    }
}
