import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite(
    "Builds on a server", .timeLimit(.minutes(5)), .enabled(if: Peer.has("/usr/bin/python3.11"), "needs Python 3.11"))
struct RemoteBuildTests {
    private let site: BuildServer

    init() async throws {
        site = try await BuildServer([
            WheelFixture("tool", "1.2", requires: ["part"]), WheelFixture("part"), WheelFixture("slow"),
        ])
    }

    @Test("a recipe that is sent is built with its progress shown, listed by its own name, and found by its id")
    func sent() async throws {
        let recipe = try site.file("features", "tool")
        let ann = try await site.token("ann")
        let built = try await site.command(
            ["env", "build", recipe, "--server", site.server.url, "--verbose"], token: ann
        ).outcome()
        #expect(built.status == 0, "\(built.errorText)")
        let id = built.text.trimmingCharacters(in: .newlines)
        #expect(id.count == 64 && built.text == id + "\n")
        for said in [
            "Build ", "resolving: 2 packages", "fetching: tool-1.2", "Environment \(id.prefix(12)) is ready on",
        ] {
            #expect(built.errorText.contains(said), "\(said): \(built.errorText)")
        }
        let listed = try await site.chidori("build", "list", token: ann)
        #expect(listed.text.contains("features (sent)") && listed.text.contains(id.prefix(12)), "\(listed.text)")
        let build = try #require(try await site.builds(token: ann).first)
        #expect(build.kind == "recipe" && build.name == "features" && build.askers == ["default/ann"])
        let shown = try await site.chidori("build", "show", String(build.id.prefix(8)), token: ann)
        #expect(shown.text.contains(id) && shown.text.contains("ready"), "\(shown.text)\(shown.errorText)")
        let logs = try await site.chidori("build", "logs", build.id, token: ann)
        #expect(logs.text.contains("resolving: ") && logs.text.hasSuffix("ready: is ready\n"), "\(logs.text)")
        // A name of a sent recipe means nothing.
        #expect(try await site.chidori("build", "show", "features", token: ann).status == 3)
        let job = try await site.server.submit("--environment", id, "--driver-memory", "64m", "--command", "true")
        #expect(try await site.server.end(of: job).job.state == "succeeded")
    }

    @Test("two recipes with the same packages keep their names and versions, on the command line and for jobs")
    func sameContent() async throws {
        try site.folder.write("recipes/feat.yaml", Self.versioned("feat", "1.4"))
        try site.folder.write("recipes/feat2.yaml", Self.versioned("feat2", "9.0"))
        for (name, version) in [("feat", "1.4"), ("feat2", "9.0"), ("feat", "1.4")] {
            let built = try await site.chidori("env", "build", name, "--server", site.server.url)
            #expect(built.errorText.contains("(\(name), \(version), Python 3.11)"), "\(built.errorText)")
        }
        for (reference, isThere) in [
            ("feat:1.4", true), ("feat2:9.0", true), ("feat:9.0", false), ("feat2:1.4", false),
        ] {
            let outcome = try await site.chidori(
                "job", "submit", "--environment", reference, "--driver-memory", "64m", "--command", "true")
            #expect(outcome.status == (isThere ? 0 : 3), "\(reference): \(outcome.errorText)")
        }
        // What is sent takes no name, and is told as its sender calls it.
        let sent = try await site.chidori("env", "build", try site.file("mine", "tool"), "--server", site.server.url)
        #expect(sent.errorText.contains("(mine, Python 3.11)"), "\(sent.errorText)")
    }

    private static func versioned(_ name: String, _ version: String) -> String {
        "name: \(name)\nversion: \"\(version)\"\npython:\n  version: \"3.11\"\n  packages: [tool]\n"
    }

    @Test("with --json each line is an object: the build, its steps, and the result at the end")
    func json() async throws {
        try site.offer("tool", "tool")
        let outcome = try await site.chidori("env", "build", "tool", "--server", site.server.url, "--json")
        #expect(outcome.status == 0, "\(outcome.errorText)")
        struct Line: Decodable { var event: String }
        let events = try outcome.text.split(separator: "\n").map {
            try JSONDecoder().decode(Line.self, from: Data($0.utf8)).event
        }
        #expect(events.first == "build" && events.last == "result")
        #expect(events.filter { $0 == "step" }.count > 3 && Set(events) == ["build", "step", "result"], "\(events)")
        // What is there already is told at once.
        let again = try await site.build("tool")
        #expect(again.build.state == "ready" && again.build.kind == "named")
        #expect(site.index.server.count("/files/tool-1.2-py3-none-any.whl") == 1)
    }

    @Test("a failure has the exit status and the reason of the same command without a server")
    func statuses() async throws {
        let cases = [
            ("nosuch", "absent"), ("old", "\"tool<1\""), ("here", "\"demo @ file:///etc/passwd\""),
        ]
        for (name, packages) in cases {
            let recipe = try site.file(name, packages)
            let remote = try await site.chidori("env", "build", recipe, "--server", site.server.url)
            let local = try await site.chidori("env", "build", recipe, "--index-url", site.index.url)
            if name == "here" {
                #expect(remote.status == 3 && remote.errorText.contains("sent to the server"), "\(remote.errorText)")
                continue
            }
            #expect(remote.status == local.status && remote.status == 4, "\(remote.errorText)\(local.errorText)")
            #expect(remote.errorText.contains(name == "old" ? "tool" : "absent"), "\(remote.errorText)")
            let build = try #require(try await site.builds().first)
            #expect(build.state == "failed" && build.category == "noSolution")
        }
        let json = try await site.chidori(
            "env", "build", try site.file("old", "\"tool<1\""), "--server", site.server.url, "--json")
        #expect(json.text.split(separator: "\n").last?.contains("\"category\":\"noSolution\"") == true, "\(json.text)")
        #expect(try await site.chidori("env", "build", "nothing", "--server", site.server.url).status == 3)
        #expect(
            try await site.chidori("env", "build", "x", "--server", site.server.url, "--to", "tree").status == 2)
    }

    @Test("a server that is not there is unavailable; a wrong token is refused, and does nothing")
    func unreachable() async throws {
        let recipe = try site.file("features", "tool")
        let away = try await site.chidori("env", "build", recipe, "--server", "http://127.0.0.1:1")
        #expect(away.status == 5 && away.errorText.contains("127.0.0.1:1"), "\(away.errorText)")
        let wrong = try site.folder.write("wrong.token", "guess")
        let refused = try await site.chidori("env", "build", recipe, "--server", site.server.url, token: wrong)
        #expect(refused.status == 3 && refused.errorText.contains("token"), "\(refused.errorText)")
        #expect(try await site.chidori("build", "list", token: wrong).status == 3)
        let viewer = try await site.token("eve", role: "viewer")
        let looking = try await site.chidori("env", "build", recipe, "--server", site.server.url, token: viewer)
        #expect(looking.status == 3 && looking.errorText.contains("submitter"), "\(looking.errorText)")
        #expect(try await site.builds().isEmpty && site.index.server.requests().isEmpty)
    }

    @Test("another tenant sees nothing of what somebody has sent, and ends nothing")
    func tenants() async throws {
        let gate = WheelGate.holding("slow", of: site.index)
        defer { gate.open() }
        let ann = try await site.token("ann", tenant: "acme")
        let bob = try await site.token("bob", tenant: "other")
        let running = try site.command(
            ["env", "build", try site.file("slow", "slow"), "--server", site.server.url, "--json"], token: ann
        ).start()
        let id = try await site.build(of: running)
        #expect(try await site.builds(token: bob).isEmpty)
        for words in [["show"], ["logs"], ["logs", "-f"], ["cancel"], ["cancel", "--force"]] {
            let outcome = try await site.command(["build"] + words + [id], token: bob).outcome()
            #expect(outcome.status == 3 && outcome.errorText.contains("is not there"), "\(words): \(outcome.errorText)")
        }
        #expect(try await site.show(id, token: ann).askers == ["acme/ann"])
        gate.open()
        #expect(await running.outcome().status == 0)
        #expect(try await site.chidori("build", "show", String(id.prefix(12)), token: bob).status == 3)
        #expect(try await site.builds().map(\.id) == [id])
    }

    @Test("Ctrl-C leaves the build to the server; cancelling ends it, for whoever waits for it too")
    func interrupted() async throws {
        let gate = WheelGate.holding("slow", of: site.index)
        defer { gate.open() }
        let words = ["env", "build", try site.file("slow", "slow"), "--server", site.server.url, "--json"]
        let first = try site.command(words).start()
        let id = try await site.build(of: first)
        first.signal(SIGINT)
        #expect(await first.outcome().status == 128 + SIGINT)
        #expect(try await site.show(id).state == "building")
        let second = try site.command(words).start()
        #expect(try await site.build(of: second) == id)
        let cancelled = try await site.chidori("build", "cancel", id)
        #expect(cancelled.status == 0 && cancelled.errorText == "Cancelled\n", "\(cancelled.errorText)")
        #expect(try await site.show(id).state == "cancelled")
        let again = try await site.chidori("build", "cancel", id)
        #expect(again.errorText == "It is over already: cancelled\n")
        let outcome = await second.outcome()
        #expect(outcome.status == 3 && outcome.text.contains("was cancelled"), "\(outcome.text)")
        #expect(try await site.show(id).state == "cancelled")
        let logs = try await site.chidori("build", "logs", "-f", id)
        #expect(logs.status == 0 && logs.text.contains("cancelled: by "), "\(logs.text)")
        gate.open()
        #expect(try await site.chidori("env", "build", words[2], "--server", site.server.url).status == 0)
    }

    @Test("what several have asked for goes on for the others; its first digits are enough, for whoever may look at it")
    func shared() async throws {
        let gate = WheelGate.holding("slow", of: site.index)
        defer { gate.open() }
        let ann = try await site.token("ann")
        let bob = try await site.token("bob")
        try site.offer("shared", "slow")
        let words = ["env", "build", "shared", "--server", site.server.url, "--json"]
        let first = try site.command(words, token: ann).start()
        let id = try await site.build(of: first)
        let start = String(id.prefix(12))
        // Nothing of bob's yet, and a name that is for all.
        let shown = try await site.chidori("build", "show", start, token: bob)
        #expect(shown.status == 0 && shown.text.contains(id), "\(shown.errorText)")
        let second = try site.command(words, token: bob).start()
        #expect(try await site.build(of: second) == id)
        let taken = try await site.chidori("build", "cancel", start, token: ann)
        #expect(taken.errorText == "Taken back; it goes on for default/bob\n", "\(taken.errorText)")
        let ended = try await site.chidori("build", "cancel", start, token: bob)
        #expect(ended.errorText == "Cancelled\n", "\(ended.errorText)")
        #expect(await second.outcome().status == 3)
        _ = await first.outcome()
        let strange = try await site.chidori("build", "show", "0000", token: bob)
        #expect(strange.status == 3 && strange.errorText.contains("is not there"), "\(strange.errorText)")
    }

    @Test("kill -9 of the server in a build: the next one goes on with it, and whoever waits hears its end")
    func killed() async throws {
        let gate = WheelGate.holding("slow", of: site.index)
        let running = try site.command(
            ["env", "build", try site.file("slow", "slow, tool"), "--server", site.server.url, "--json"]
        ).start()
        let id = try await site.build(of: running)
        _ = try await site.server.until("the download") {
            site.index.server.count("/files/slow-1.0-py3-none-any.whl") > 0 ? true : nil
        }
        try await site.server.kill()
        gate.open()
        try await site.server.start()
        let outcome = await running.outcome()
        #expect(outcome.status == 0, "\(outcome.text)\(outcome.errorText)")
        let build = try await site.show(id)
        #expect(build.state == "ready" && build.name == "slow" && build.environment != nil)
        #expect(try await site.builds().count == 1)
        let job = try await site.server.submit(
            "--environment", try #require(build.environment), "--driver-memory", "64m", "--command", "python", "-c",
            "import slow, tool; print('both')")
        #expect(try await site.server.end(of: job).job.state == "succeeded")
        #expect(try await site.server.log(of: job) == "both\n")
    }

    @Test("what is sent names nothing of the server's disk, the folder of wheels it was started with neither")
    func places() async throws {
        let wheels = try Scratch("wheels")
        let own = WheelFixture("inhouse", "3.0")
        try wheels.write(own.filename, own.bytes)
        let site = try await BuildServer([WheelFixture("tool")], options: ["--find-links", wheels.path.string])
        for more in [
            "  find-links: [\(wheels.path)]\n", "  find-links: [/etc]\n", "  indexes: [{url: \"file:///srv\"}]\n",
        ] {
            let recipe = try site.file("sent", "inhouse", more: more)
            let refused = try await site.chidori("env", "build", recipe, "--server", site.server.url)
            #expect(refused.status == 3 && refused.errorText.contains("http and https places"), "\(refused.errorText)")
        }
        // Without naming it everybody has what is in it.
        #expect(try await site.build(try site.file("plain", "inhouse")).build.state == "ready")
        // An administrator's recipe may name it.
        try site.offer("named", "inhouse", more: "  find-links: [\(wheels.path)]\n")
        #expect(try await site.build("named").build.state == "ready")
    }

    @Test("what building a source has printed is to be had with the build, whether it succeeds or fails")
    func sources() async throws {
        guard Peer.has("bwrap") else { return }
        try await SourceFixture("loud", hook: "print('compiling loudly')").add(to: site.index)
        try await SourceFixture("broken", hook: "print('about to break'); raise SystemExit('broke')").add(
            to: site.index)
        let ann = try await site.token("ann")
        let built = try await site.build(try site.file("loud", "loud"), token: ann)
        #expect(built.build.sources == ["loud-1.0.tar.gz"])
        let log = try await site.chidori("build", "logs", built.build.id, "--source", "loud-1.0.tar.gz", token: ann)
        #expect(log.status == 0 && log.text.contains("compiling loudly"), "\(log.text)\(log.errorText)")
        let other = try await site.chidori("build", "logs", built.build.id, "--source", "other", token: ann)
        #expect(other.status == 3, "\(other.errorText)")
        let failed = try await site.chidori(
            "env", "build", try site.file("broken", "broken"), "--server", site.server.url, token: ann)
        #expect(failed.status != 0)
        let build = try #require(try await site.builds(token: ann).first)
        #expect(build.state == "failed" && build.sources == ["broken-1.0.tar.gz"])
        let end = try await site.chidori("build", "logs", build.id, "--source", "broken-1.0.tar.gz", token: ann)
        #expect(end.text.contains("about to break"), "\(end.text)\(end.errorText)")
    }

    @Test("a night that the server has missed is made up for, and the audit tells what that changed")
    func nightly() async throws {
        let folder = try Scratch("nightly")
        let wheels = folder.file("wheels")
        func add(_ version: String) throws {
            let wheel = WheelFixture("demo", version)
            try folder.write("wheels/\(wheel.filename)", wheel.bytes)
        }
        try add("1.0")
        let site = try await BuildServer(
            [], "builds:\n  prebuild: {at: \"03:00\"}\n", folder: folder)
        try site.offer(
            "features", "demo",
            more: "  find-links: [\(wheels)]\ntests:\n- python: \"import demo; assert demo.__version__ < '3'\"\n")
        let first = try await site.build("features")
        // As if the server had last built it days ago, and slept since.
        let asked = try await site.server.until("the order of the night") { () -> String? in
            let program = """
                import hashlib, json, os, sys
                folder, name = sys.argv[1], b"name\\nfeatures"
                old = json.load(open(f"{folder}/{hashlib.sha256(name).hexdigest()}/build.json"))
                place = f"{folder}/{hashlib.sha256(name + bytes(1) + b'upgrade').hexdigest()}"
                os.makedirs(place, exist_ok=True)
                old["order"]["upgrades"], old["askers"], old["startedAt"] = True, ["server/prebuild"], 1_600_000_000_000
                json.dump(old, open(f"{place}/build.json", "w"))
                print(os.path.basename(place), end="")
                """
            return try await Command("python3", ["-c", program, site.server.data.appending("builds").string]).run()
        }
        func night() async throws -> ShownBuild {
            try await site.server.stop()
            let file = site.server.data.appending("builds").appending(asked).appending("build.json").string
            let text = try String(contentsOfFile: file, encoding: .utf8)
                .replacing(/"startedAt": ?[0-9]+/, with: "\"startedAt\":1600000000000")
            try text.write(toFile: file, atomically: true, encoding: .utf8)
            try await site.server.start()
            let before = Date()
            return try await site.server.until("the night's build") {
                let build = try await site.show(asked)
                let log = try await site.chidori("build", "logs", asked, "--json").text
                return build.state != "building" && Date().timeIntervalSince(before) > 0.2
                    && !text.contains(log.split(separator: "\n").last ?? "-") && log.contains("\"resolving\"")
                    ? build : nil
            }
        }
        try add("2.0")
        let second = try await night()
        #expect(second.state == "ready" && second.changes == ["demo 1.0 → 2.0"], "\(second)")
        #expect(second.environment != first.environment.id)
        let shown = try await site.chidori("build", "show", asked)
        #expect(shown.text.contains("demo 1.0 → 2.0"), "\(shown.text)")
        #expect(try await site.chidori("build", "logs", asked).text.contains("changed: demo 1.0 → 2.0"))
        try add("3.0")
        let third = try await night()
        #expect(third.state == "failed" && third.category == "testsFailed", "\(third)")
        #expect(try await site.build("features").environment.id == second.environment)
        let header = try site.folder.write(
            "header",
            "Authorization: Bearer "
                + String(contentsOfFile: site.server.data.appending("admin.token").string, encoding: .utf8))
        let audit = try await site.server.until("the audit") { () -> String? in
            let text = try await Command("curl", ["-s", "-H", "@\(header)", "\(site.server.url)/api/v1/audit"]).run()
            return text.contains("AssertionError") ? text : nil
        }
        #expect(audit.contains("environment.prebuild") && audit.contains("demo 1.0 → 2.0"), "\(audit)")
    }
}
