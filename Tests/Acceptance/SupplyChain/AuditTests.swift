import Foundation
import SystemPackage
import TestSupport
import Testing

/// Known vulnerabilities of environments, and who has them.
@Suite("Audits and impact", .timeLimit(.minutes(5)))
struct AuditTests {
    private let user: FreshUser
    private let folder: JarFolder

    static let critical = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    static let low = "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:L"

    init() throws {
        user = try FreshUser([WheelFixture("weak", "1.4"), WheelFixture("sound", "3.0")])
        folder = try JarFolder(user: user)
        try folder.publish("lib:2.14.1")
        try advisory("PYSEC-1", "PyPI", "Weak", fixed: "1.5", score: Self.low, aliases: #""CVE-2026-100""#)
        try advisory(
            "GHSA-1", "Maven", "org.example:lib", fixed: "2.15.0", score: Self.critical, aliases: #""CVE-2026-200""#)
        try advisory("GHSA-2", "Maven", "org.example:other", fixed: "9", score: Self.critical)
        try advisory("PYSEC-2", "PyPI", "sound", fixed: "2.0", score: Self.critical)
    }

    private func advisory(
        _ id: String, _ ecosystem: String, _ package: String, fixed: String, score: String, aliases: String = ""
    ) throws {
        try user.scratch.write(
            "osv/\(id).json",
            """
            {"id": "\(id)", "modified": "2026-10-01T00:00:00Z", "aliases": [\(aliases)], "summary": "A fault in \(package)",
             "severity": [{"type": "CVSS_V3", "score": "\(score)"}],
             "affected": [{"package": {"ecosystem": "\(ecosystem)", "name": "\(package)"},
                           "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "\(fixed)"}]}]}]}
            """)
    }

    private func recipe(_ name: String = "demo", more: String = "") async throws -> String {
        try await folder.recipe(name, ["org.example:lib:2.14.1"], packages: ["weak", "sound"], more: more)
    }

    @Test("an audit tells what is known of wheels and jars, by advisories that were loaded or are named")
    func audit() async throws {
        let recipe = try await recipe()
        try await user.succeed("env", "build", recipe, "--to", "place")
        try await user.refuse(["env", "audit", "demo"], status: 3, naming: ["holds no advisories", "osv load"])
        for arguments in [["demo", "--osv", "osv"], [recipe, "--osv", "osv"], ["demo"], []] {
            if !arguments.contains("--osv") { try await user.succeed("store", "osv", "load", "osv") }
            let result = try await user.command(["env", "audit"] + arguments + ["--json"]).outcome()
            #expect(result.status == 0, "\(result.errorText)")
            let line = try #require(result.text.split(separator: "\n").last)
            let document = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            let report = try #require((document?["environments"] as? [[String: Any]])?.first)
            let findings = try #require(report["findings"] as? [[String: Any]])
            #expect(findings.map { $0["id"] as? String } == ["CVE-2026-200", "CVE-2026-100"], "\(arguments)")
            #expect(findings.map { $0["score"] as? Double } == [9.8, 3.3])
            #expect(findings.map { $0["fixed"] as? [String] } == [["2.15.0"], ["1.5"]])
        }
        let shown = try await user.chidori("env", "audit", "demo")
        #expect(shown.text.contains("org.example:lib") && shown.text.contains("critical 9.8"), "\(shown.text)")
        #expect(shown.errorText.contains("2 known vulnerabilities in 3 packages"), "\(shown.errorText)")
    }

    @Test(
        "a policy is no question to a lock: --locked goes by what the recipe ignores now, and so does an audit by name")
    func policyAndLock() async throws {
        try await user.succeed("store", "osv", "load", "osv")
        let recipe = try await recipe(more: "audit: {refuse: any}")
        try await user.succeed("env", "lock", recipe)
        try await user.refuse(["env", "build", recipe, "--locked"], status: 14, naming: ["CVE-2026-100"])
        let lock = FilePath(recipe.replacing(".yaml", with: ".lock.toml"))
        let before = try String(contentsOfFile: lock.string, encoding: .utf8)
        let ignored = "[{id: CVE-2026-100, reason: not reached}, {id: CVE-2026-200, reason: not used}]"
        _ = try await self.recipe(more: "audit: {refuse: any, ignore: \(ignored)}")
        try await user.succeed("env", "build", recipe, "--locked")
        try await user.succeed("env", "lock", recipe, "--check")
        #expect(try String(contentsOfFile: lock.string, encoding: .utf8) == before)
        // A build that may write the lock notes the policy there, without choosing anything anew.
        try await user.succeed("env", "build", recipe, "--offline")
        #expect(try String(contentsOfFile: lock.string, encoding: .utf8).contains("not reached"))
        let named = try await user.chidori("env", "audit", "demo")
        #expect(named.status == 0, "\(named.errorText)")
        #expect(
            named.errorText.contains("2 known vulnerabilities in 3 packages, 2 of them ignored"), "\(named.errorText)")
    }

    @Test("a release without a policy tells what is known, or that nothing can be, and goes on")
    func unjudged() async throws {
        let recipe = try await recipe(more: "version: '1'\n")
        let words = ["image", "release", recipe, "--test-in", "nowhere"]
        let blind = try await user.command(words).outcome()
        #expect(blind.succeeded, "\(blind.errorText)")
        #expect(
            blind.errorText.contains("is not audited: no policy asks for it, and no advisories are loaded"),
            "\(blind.errorText)")
        try await user.succeed("store", "osv", "load", "osv")
        let told = try await user.command(words).outcome()
        #expect(
            told.succeeded && told.errorText.contains("has 2 known vulnerabilities, and no policy that refuses any"),
            "\(told.errorText)")
        // What a policy judges is not told twice.
        let judged = try await self.recipe(
            more: "version: '2'\naudit: {refuse: critical, ignore: [{id: CVE-2026-200, reason: not called}]}\n")
        let quiet = try await user.command(["image", "release", judged, "--test-in", "nowhere"]).outcome()
        #expect(quiet.succeeded && !quiet.errorText.contains("known vulnerabilit"), "\(quiet.errorText)")
    }

    @Test("--fail-on decides the exit status, and --ignore lets one pass by any of its names")
    func failing() async throws {
        let recipe = try await recipe()
        try await user.succeed("env", "lock", recipe)
        for (words, status) in [
            (["--fail-on", "critical"], 14), (["--fail-on", "any"], 14),
            (["--fail-on", "critical", "--ignore", "ghsa-1"], 0),
            (["--fail-on", "high", "--ignore", "CVE-2026-200"], 0),
            (["--fail-on", "low", "--ignore", "CVE-2026-200"], 14),
            (["--fail-on", "any", "--ignore", "CVE-2026-200", "--ignore", "PYSEC-1"], 0),
        ] as [([String], Int32)] {
            let outcome = try await user.command(["env", "audit", recipe, "--osv", "osv"] + words).outcome()
            #expect(outcome.status == status, "\(words): \(outcome.errorText)")
        }
        try await user.refuse(
            ["env", "audit", recipe, "--osv", "nowhere"], status: 3, naming: ["nowhere", "cannot be read"])
        try user.scratch.write("bad/A.json", "{")
        try await user.refuse(["env", "audit", recipe, "--osv", "bad"], status: 3, naming: ["A.json", "no advisory"])
    }

    @Test("a recipe's policy refuses its build before anything is fetched, but for what it ignores until a day")
    func refusedBuild() async throws {
        try await user.succeed("store", "osv", "load", "osv")
        let strict = try await recipe(more: "audit:\n  refuse: high\n")
        try await user.refuse(
            ["env", "build", strict, "--to", "place"], status: 14,
            naming: ["demo", "CVE-2026-200", "org.example:lib 2.14.1", "critical 9.8", "audit: ignore:"])
        #expect(!FileManager.default.fileExists(atPath: user.place.string))
        func ignoring(_ until: String) async throws -> String {
            try await recipe(
                more: """
                    audit:
                      refuse: high
                      ignore:
                        - id: CVE-2026-200
                          reason: its parser is never called
                          until: "\(until)"

                    """)
        }
        try await user.succeed("env", "build", try await ignoring("2999-12-31"), "--to", "place")
        let over = try await user.refuse(
            ["env", "build", try await ignoring("2020-01-01"), "--to", "place"], status: 14, naming: ["CVE-2026-200"])
        #expect(over.errorText.contains("its day, 2020-01-01, is over"), "\(over.errorText)")
        try await user.refuse(
            ["env", "build", try await ignoring("tomorrow"), "--to", "place"], status: 3,
            naming: ["tomorrow", "no day"])
        // A policy without anything to judge by is no policy that is kept.
        try FileManager.default.removeItem(atPath: user.data.appending("advisories.sqlite").string)
        let again = try await recipe(more: "audit:\n  refuse: high\n")
        try await user.refuse(["env", "build", again, "--to", "place"], status: 3, naming: ["holds no advisories"])
    }

    @Test("a build that was let through once is looked at again when more is known")
    func again() async throws {
        let recipe = try await recipe(more: "audit:\n  refuse: critical\n")
        try user.scratch.write("none/X.json", #"{"id": "X", "affected": []}"#)
        try await user.succeed("store", "osv", "load", "none")
        let lock = recipe.replacing(".yaml", with: ".lock.toml")
        try await user.succeed("env", "build", recipe)
        try await user.succeed("env", "build", lock)
        try await user.succeed("store", "osv", "load", "osv")
        try await user.refuse(["env", "build", lock], status: 14, naming: ["CVE-2026-200"])
    }

    @Test("impact finds environments and images by package, by any file's digest, and by an advisory")
    func impact() async throws {
        let recipe = try await recipe()
        let other = try await user.recipe("other", ["good"])
        try await user.succeed("env", "build", recipe, "--to", "place", "--image", "oci:images:demo", "--no-bytecode")
        try await user.succeed("env", "build", other, "--to", "there")
        func names(_ what: String) async throws -> [String] {
            let result = try await user.result("env", "impact", what)
            #expect(result.document["searched"] as? Int == 2)
            let hits = try #require(result.document["environments"] as? [[String: Any]])
            return hits.compactMap { $0["name"] as? String }
        }
        for what in ["weak", "Weak==1.4", "weak==1.4.0", "org.example:lib", "org.example:lib:2.14.1"] {
            #expect(try await names(what) == ["demo"], "\(what)")
        }
        for what in ["weak==1.5", "org.example:lib:2.15.0", "absent", "org.example:other"] {
            #expect(try await names(what) == [], "\(what)")
        }
        #expect(try await names("good") == ["other"])
        #expect(try await names("osv/GHSA-1.json") == ["demo"])
        #expect(try await names("osv/GHSA-2.json") == [])
        #expect(try await names("osv") == ["demo"])
        let file = user.place.appending("lib/python\(try await FreshUser.python.value)/site-packages/weak/__init__.py")
        let jar = user.place.appending("jars/lib-2.14.1.jar")
        for path in [file, jar] {
            let digest = try await Command("sha256sum", [path.string]).run().prefix(64)
            #expect(try await names("sha256:\(digest)") == ["demo"], "\(path)")
        }
        #expect(try await names(String(repeating: "0", count: 64)) == [])
        let shown = try await user.chidori("env", "impact", "weak")
        #expect(shown.text.contains("\(user.scratch.path)/images:demo"), "\(shown.text)")
        // Where it was copied to it is too, by whichever name it was copied again.
        try await user.succeed("image", "copy", "oci:images:demo", "oci:prod:web")
        try await user.succeed("image", "copy", "oci:prod:web", "oci-archive:web.tar:1")
        let copies = try await user.chidori("env", "impact", "weak")
        for place in ["images:demo", "prod:web", "web.tar:1"] {
            #expect(copies.text.contains("\(user.scratch.path)/\(place)"), "\(copies.text)")
        }
        try await user.refuse(
            ["env", "impact", "a:b:c:d"], status: 3, naming: ["a:b:c:d", "no digest, package or file"])
    }

    @Test(
        "a server refuses a submission whose environment has what its configuration does not let through, and names it")
    func submission() async throws {
        let recipe = try await recipe()
        let scratch = user.scratch
        try await user.succeed("env", "build", recipe)
        let osv = scratch.file("osv").string
        try scratch.write("none/X.json", #"{"id": "X", "affected": []}"#)
        try await user.succeed("store", "osv", "load", "none")
        let data = user.data
        let server = try await RunningServer(
            "audit: {refuse: critical}\ndrivers: {cores: 2, memory: 2g}\n", ["--offline"]
        ) { folder in
            try Self.copy(data, into: folder)
        }
        let words = ["--environment", "demo", "--driver-memory", "64m", "--command", "python", "-c", "print(1)"]
        let job = try await server.submit(words)
        let end = try await server.end(of: job)
        #expect(end.job.state == "succeeded")
        let jobs = try await server.output(["job", "list", "--all"])
        #expect(jobs.contains(job))
        // A job that runs in it is found, by the folder's leases and by the server.
        let waiting = Array(words.dropLast()) + ["import time; time.sleep(600)"]
        let running = try await server.submit(waiting)
        _ = try await server.until("a running job") {
            try await server.show(running).job.state == "running" ? true : nil
        }
        for words in [[], ["--server", server.url, "--token-file", server.data.appending("admin.token").string]] {
            let found = try await user.command(
                ["env", "impact", "weak", "--data", server.data.string, "--json"] + words
            ).run()
            #expect(found.contains(#""jobs":["\#(running)"]"#), "\(found)")
        }
        _ = try await server.run(["job", "kill", running])
        // From anywhere else the server's environments are looked at, and an empty folder is told as one.
        let token = server.data.appending("admin.token").string
        for what in ["weak==1.4", "osv/GHSA-1.json"] {
            let elsewhere = try await user.command(
                ["env", "impact", what, "--data", "empty", "--server", server.url, "--token-file", token, "--json"]
            ).outcome()
            let found = try JSONSerialization.jsonObject(with: Data(elsewhere.output)) as? [String: Any]
            #expect(found?["searched"] as? Int == 0 && found?["searchedOnServer"] as? Int == 1, "\(elsewhere.text)")
            let hits = try #require(found?["environments"] as? [[String: Any]])
            #expect(hits.map { $0["name"] as? String } == ["demo"] && hits.map { $0["onServer"] as? Bool } == [true])
            #expect(elsewhere.errorText.contains("1 environment of 1 contains it, on "), "\(elsewhere.errorText)")
        }
        let empty = try await user.chidori("env", "impact", "weak", "--data", "empty")
        #expect(empty.errorText.contains("warning: ") && empty.errorText.contains("holds no environments"))
        // More is known now.
        try await user.command(
            ["store", "osv", "load", osv], environment: ["CHIDORI_DATA": server.data.string]
        ).run()
        try await Task.sleep(for: .seconds(5.2))
        let refused = try await server.run(["job", "submit"] + words)
        #expect(refused.status == 14)
        // Nor is it called ready to whoever would build it.
        let built = try await server.run(["env", "build", "demo", "--server", server.url])
        #expect(built.status == 14 && built.errorText.contains("CVE-2026-200"), "\(built.errorText)")
        for word in ["demo", "CVE-2026-200", "org.example:lib 2.14.1"] {
            #expect(refused.errorText.contains(word), "\(refused.errorText)")
        }
    }

    private static func copy(_ source: FilePath, into target: FilePath) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: source.string) {
            try FileManager.default.copyItem(
                atPath: source.appending(name).string, toPath: target.appending(name).string)
        }
    }

    @Test("a server that is to refuse says at its start that it has nothing to judge by")
    func blindServer() async throws {
        let file = try user.scratch.write("serve.yaml", "audit: {refuse: high}\n")
        try await user.refuse(
            ["serve", "--config", file.string, "--check"], status: 3, naming: ["audit.refuse", "without advisories"])
    }
}
