import Foundation
import SystemPackage
import TestSupport
import Testing

/// What the client's commands say to people, and to scripts.
@Suite("Asking a server", .timeLimit(.minutes(5)))
struct AskingTests {
    /// Runs until a file is there.
    private static func blocker(_ folder: FilePath) -> [String] {
        ["--driver-memory", "64m", "--command", "sh", "-c", "until test -e \(folder)/go; do sleep 0.05; done"]
    }

    @Test("jobs that wait, run and have ended are told apart, each with what to look at next")
    func looking() async throws {
        let server = try await RunningServer("drivers: {cores: 1, memory: 4g}\n")
        let running = try await server.submit(Self.blocker(server.scratch.path))
        _ = try await server.until("the first") {
            try await server.show(running).job.state == "running" ? true : nil
        }
        let waiting = try await server.submit(
            "--name", "a name that is longer than what is left of a line of 100 columns", "--array", "2:1",
            "--attempts", "3", "--after", "\(running):ended", "--driver-memory", "64m", "--command", "sh", "-c",
            "exit $((3 * CHIDORI_TASK_INDEX))")
        let asking = try await server.submit("--driver-memory", "64m", "--command", "true")

        let none = try await server.run(["job", "logs", waiting])
        #expect(none.status == 0 && none.output.isEmpty, "\(none.text)")
        #expect(
            none.errorText.hasPrefix("No log of job \(waiting) yet: queued: waits for \(running)"), "\(none.errorText)")
        #expect(try await server.run(["job", "logs", waiting, "--quiet"]).errors.isEmpty)

        let dependent = try await server.output(["job", "why", waiting])
        #expect(dependent.contains("\n  \(running) (sh): running\n"), "\(dependent)")
        #expect(dependent.contains("\nof 2 tasks 2 wait\n"), "\(dependent)")
        _ = try await server.until("a reason") {
            try await server.output(["job", "why", asking]).contains("free of 1 core") ? true : nil
        }
        #expect(try await server.output(["job", "why", running]).contains("`chidori job logs -f \(running)`"))

        let shown = try await server.output(["job", "show", waiting])
        for line in [
            "array      2 tasks, 1 at once", "driver     1 core, 64 MiB of memory",
            "tries      0 for 2 tasks, at most 3 each", "after      \(running) has ended",
        ] { #expect(shown.split(separator: "\n").contains { $0 == line }, "\(line)\n\(shown)") }

        let list = try await server.output(["job", "list"])
        #expect(list.split(separator: "\n").count == 4 && list.contains("a name that"), "\(list)")
        #expect(list.split(separator: "\n").allSatisfy { $0.count <= 100 }, "\(list)")

        let caps = try await server.output(["caps", "show"])
        #expect(
            caps.split(separator: "\n").dropFirst().first?.split(separator: " ") == ["no", "limit", "1", "driver"],
            "\(caps)")
        try await server.output(["caps", "set", "--memory", "2g"])
        #expect(try await server.output(["caps", "show"]).contains("2 GiB of memory  64 MiB of memory"))

        try server.touch(server.scratch.file("go"))
        _ = try await server.end(of: running)
        let kill = try await server.run(["job", "kill", waiting])
        #expect(kill.status == 0, "\(kill.errorText)")
        _ = try await server.end(of: waiting)
        let ended = try await server.output(["job", "why", waiting])
        #expect(ended.hasPrefix("killed: "), "\(ended)")
        _ = try await server.end(of: asking)
    }

    @Test("how a job ended is told with its status, and where its log is")
    func ended() async throws {
        let server = try await RunningServer()
        let job = try await server.submit(
            "--array", "3", "--driver-memory", "64m", "--command", "sh", "-c", "exit $((4 * (CHIDORI_TASK_INDEX % 2)))")
        _ = try await server.end(of: job)
        let why = try await server.output(["job", "why", job])
        #expect(why.contains("\nof 3 tasks 2 have succeeded, 1 has failed\n"), "\(why)")
        #expect(why.contains("\ntry 1 of main/1 ended with status 4 after "), "\(why)")
        #expect(why.contains("what it printed: `chidori job logs \(job) --task main/1`"), "\(why)")
        struct Told: Decodable {
            struct Wait: Decodable {
                var tasks: [String: Int]
            }
            var wait: Wait
        }
        let told = try await server.answer(["job", "why", job], as: Told.self)
        #expect(told.wait.tasks == ["total": 3, "running": 0, "succeeded": 2, "failed": 1, "waiting": 0])

        let killed = try await server.submit("--suspend", "--command", "true")
        try await server.output(["job", "kill", killed])
        _ = try await server.end(of: killed)
        let log = try await server.run(["job", "logs", "-f", killed])
        #expect(log.status == 0 && log.output.isEmpty)
        #expect(log.errorText.contains("No log of job \(killed), and there will be none: killed"), "\(log.errorText)")
        #expect(try await server.output(["job", "why", killed]).contains("\nno driver of it was started"))
    }

    @Test("waiting ends with one status where time is up, and with another where the server is away")
    func waiting() async throws {
        let server = try await RunningServer()
        let job = try await server.submit(Self.blocker(server.scratch.path))
        let late = try await server.run(["job", "wait", job, "--timeout", "0.2"])
        #expect(late.status == 13 && late.errorText.contains("has not ended within 200 ms"), "\(late.errorText)")
        try await server.kill()
        let away = try await server.run(["job", "wait", job, "--timeout", "0.2"])
        #expect(away.status == 5 && away.errorText.contains("cannot be reached"), "\(away.errorText)")
        try server.touch(server.scratch.file("go"))
        try await server.start()
        #expect(try await server.end(of: job).job.state == "succeeded")
    }

    @Test("a mistake bears the name of the option that was typed")
    func mistakes() async throws {
        let server = try await RunningServer()
        for (words, said) in [
            (
                ["job", "submit", "--after", "nightly", "--command", "true"],
                "the options: --after: `nightly` is no job's id"
            ),
            (["job", "submit", "--array", "many", "--command", "true"], "the options: --array: "),
            (["job", "submit", "--attempts", "x", "--command", "true"], "the options: --attempts: "),
            (["job", "submit", "--driver-memory", "lots", "--command", "true"], "the options: --driver-memory: "),
            (
                ["job", "submit", "--min-executors", "3", "--max-executors", "2", "a.jar", "--server", server.url],
                "is more than `--max-executors`"
            ),
            (
                ["job", "list", "--created-after", "yesterday"],
                "the options: --created-after: `yesterday` is not a time"
            ),
            (["caps", "set", "--memory", "much"], "the options: --memory: "),
            (["token", "create", "--user", "ann", "--role", "king", "x"], "the options: --role: "),
        ] {
            try server.scratch.write("a.jar", "")
            let outcome = try await server.run(words)
            #expect(outcome.status == 3 && outcome.errorText.contains(said), "\(words): \(outcome.errorText)")
        }
        for (id, said) in [
            ("01m80ys0kz", "is a part of a job's id, and the whole is needed: 16 of 26"), ("nightly", "is no job's id"),
        ] {
            for command in ["show", "logs", "why", "wait", "kill"] {
                let outcome = try await server.run(["job", command, id])
                #expect(outcome.status == 3 && outcome.errorText.contains(said), "\(outcome.errorText)")
                #expect(outcome.errorText.contains("try: `chidori job list`"), "\(outcome.errorText)")
            }
        }
    }

    @Test("a queue that has jobs or queues below it is not removed, and which those are is told")
    func queues() async throws {
        let server = try await RunningServer()
        for name in ["science", "science.training"] { try await server.output(["queue", "set", name]) }
        let above = try await server.run(["queue", "remove", "science"])
        #expect(above.status == 3 && above.errorText.contains("science.training"), "\(above.errorText)")
        let job = try await server.submit("--queue", "science.training", "--suspend", "--command", "true")
        let full = try await server.run(["queue", "remove", "science.training"])
        #expect(full.status == 3 && full.errorText.contains("chidori job list --queue science.training"))
        try await server.output(["job", "kill", job])
        for name in ["science.training", "science"] { try await server.output(["queue", "remove", name]) }
    }

    @Test("http where TLS is spoken, and https where it is not, are told as what they may be")
    func schemes() async throws {
        let server = try await RunningServer()
        let secure = server.url.replacing("http://", with: "https://")
        let plain = try await server.run(["job", "list", "--server", secure])
        #expect(plain.status == 5 && plain.errorText.contains("name it with http://"), "\(plain.errorText)")

        let identity = try await SelfSigned()
        let protected = try await RunningServer(
            "drivers: {cores: 4, memory: 6g}\n",
            ["--tls-certificate", identity.certificate.string, "--tls-key", identity.key.string])
        let open = try await protected.run(["job", "list"])
        #expect(open.status == 5 && open.errorText.contains("name it with https://"), "\(open.errorText)")
    }

    @Test("what a server says of itself is a line of its log where that is for programs")
    func serverLog() async throws {
        let server = try await RunningServer()
        let stopped = try await server.stop()
        let lines = stopped.errorText.split(separator: "\n")
        for line in lines {
            let said = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            #expect(said?["level"] is String && said?["message"] is String, "\(line)")
        }
        for words in ["Listening on \(server.url)", "Stopping; jobs that run go on"] {
            #expect(lines.contains { $0.contains(words) }, "\(stopped.errorText)")
        }
    }

    @Test("every command's result has the keys that are documented")
    func documents() async throws {
        let server = try await RunningServer()
        let job = try await server.submit("--driver-memory", "64m", "--command", "true")
        _ = try await server.end(of: job)
        let other = try await server.submit("--suspend", "--command", "true")
        let (key, place) = (server.scratch.file("key").string, server.scratch.file("backups").string)
        let data = ["--data", server.data.string]
        struct Made: Decodable {
            struct Token: Decodable {
                var id: String
            }
            var token: Token
        }
        let token = try await server.answer(
            ["token", "create", "--user", "ann", "--role", "viewer", "first"], as: Made.self
        ).token.id
        let documented = try String(
            contentsOfFile: Peer.repository.appending("docs/reference/json.md").string, encoding: .utf8)
        for (words, keys) in [
            (["job", "submit", "--suspend", "--command", "true"], ["job", "isNew"]),
            (["job", "list"], ["jobs", "more"]),
            (["job", "show", job], ["job", "attempts"]), (["job", "history", job], ["transitions"]),
            (["job", "why", job], ["wait"]), (["job", "logs", job], ["id"]), (["job", "wait", job], ["job"]),
            (["job", "kill", other], ["jobs"]), (["queue", "set", "a"], ["queue", "isNew"]),
            (["queue", "list"], ["queues"]), (["queue", "show", "a"], ["queue"]),
            (["queue", "remove", "a"], ["removed"]),
            (["caps", "show"], ["caps", "inUse"]), (["caps", "set", "--drivers", "2"], ["caps"]),
            (["token", "create", "--user", "ann", "--role", "viewer", "x"], ["token"]),
            (["token", "list"], ["tokens"]),
            (["token", "revoke", token], ["revoked"]), (["backup", "key", key], ["file", "key"]),
            (["backup", "make", "--to", place] + data, ["backup"]),
            (["backup", "list", place] + data, ["folder", "backups", "unreadable"]),
            (["backup", "verify", place] + data, ["backup", "contentRead"]),
            (
                ["restore", place, "--data", server.scratch.file("new").string],
                ["backup", "data", "token", "replaced", "keptArchives"]
            ),
            (["serve", "--check"] + data, ["listen", "data"]),
        ] {
            // What follows `--command` is the job's.
            let options = words.firstIndex(of: "--command") ?? words.endIndex
            let outcome = try await server.run(words[..<options] + ["--json"] + words[options...])
            #expect(outcome.status == 0, "\(words): \(outcome.errorText)")
            let line = try #require(outcome.text.split(separator: "\n").last, "\(words)")
            let result = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            #expect(result.map { Set($0.keys) } == Set(keys + ["event"]), "\(words): \(line)")
            let name = words.prefix(["restore", "serve"].contains(words[0]) ? 1 : 2).joined(separator: " ")
            let row = documented.split(separator: "\n").first { $0.hasPrefix("| `\(name)`") }
            for key in keys { #expect(row?.contains("`\(key)`") == true, "\(name) `\(key)` is not documented") }
        }
    }
}
