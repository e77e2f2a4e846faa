import MavenPackaging
import PythonPackaging
import Recipes
import SupplyChain
import Testing

@Suite("Advisories in OSV's format")
struct AdvisoryTests {
    private func advisory(
        _ events: String, ecosystem: String = "PyPI", name: String = "demo", versions: String = "[]", more: String = ""
    ) throws -> Advisory {
        let text = """
            {"id": "TEST-1", "aliases": ["CVE-2026-1"], "summary": "Bad.",\(more)
             "affected": [{"package": {"ecosystem": "\(ecosystem)", "name": "\(name)"},
                           "versions": \(versions), "ranges": [{"type": "ECOSYSTEM", "events": \(events)}]}]}
            """
        return try Advisory(parsing: Array(text.utf8), name: "TEST-1.json")
    }

    private var demo: AffectedPackage {
        get throws { try #require(AffectedPackage(.python, named: "demo")) }
    }

    @Test(
        "a version of Python's is held against the events in PEP 440's order",
        arguments: [
            (
                #"[{"introduced": "0"}, {"fixed": "1.10"}]"#, ["0.1", "1.9", "1.10rc1", "1.9+cpu"],
                ["1.10", "1.10.0", "2"]
            ),
            (#"[{"introduced": "1.2"}, {"fixed": "1.4"}]"#, ["1.2", "1.3.9"], ["1.1", "1.4", "1.2rc1"]),
            (#"[{"introduced": "1.2"}, {"last_affected": "1.4"}]"#, ["1.2", "1.4", "1.4.0"], ["1.4.1", "1.4.post1"]),
            (
                #"[{"fixed": "1.1"}, {"introduced": "2"}, {"introduced": "0"}, {"fixed": "2.5"}]"#,
                ["1.0", "2", "2.4"],
                ["1.1", "1.5", "2.5"]
            ),
            (#"[{"introduced": "1"}, {"limit": "3"}]"#, ["1", "2.9"], ["0.9", "3", "4"]),
            (#"[{"introduced": "1"}, {"limit": "*"}]"#, ["1", "99"], ["0.9"]),
            (#"[{"introduced": "no version"}, {"fixed": "2"}]"#, ["0.1", "1.9"], ["2"]),
            (#"[{"introduced": "0"}, {"fixed": "no version"}]"#, ["0.1", "99"], []),
            (#"[{"introduced": "0"}]"#, ["0.1", "1!2.0", "99"], []),
        ])
    func python(events: String, affected: [String], sound: [String]) throws {
        let advisory = try advisory(events)
        for version in affected { #expect(advisory.match(try demo, version: version) != nil, "\(version)") }
        for version in sound { #expect(advisory.match(try demo, version: version) == nil, "\(version)") }
    }

    @Test("a jar's version is held against the events in Maven's order")
    func maven() throws {
        let advisory = try advisory(
            #"[{"introduced": "2.0-beta9"}, {"fixed": "2.15.0"}]"#, ecosystem: "Maven", name: "org.example:logging")
        let package = try #require(AffectedPackage(.maven, named: "org.example:logging"))
        for version in ["2.0-beta9", "2.0-rc1", "2.0", "2.14.1", "2.15.0-rc1"] {
            #expect(advisory.match(package, version: version) != nil, "\(version)")
        }
        for version in ["2.0-beta8", "1.2.17", "2.15.0", "2.17"] {
            #expect(advisory.match(package, version: version) == nil, "\(version)")
        }
        #expect(advisory.match(try demo, version: "2.1") == nil)
    }

    @Test("versions that are named count as well, in every spelling, and names are compared as PEP 503 has them")
    func versions() throws {
        let advisory = try advisory("[]", name: "De.Mo_x", versions: #"["1.0", "2.0.0"]"#)
        let package = try #require(AffectedPackage(.python, named: "de-mo-X"))
        for version in ["1.0", "1", "2", "2.0+local"] { #expect(advisory.match(package, version: version) != nil) }
        #expect(advisory.match(package, version: "1.1") == nil)
    }

    @Test("an advisory that was withdrawn says nothing any more")
    func withdrawn() throws {
        let advisory = try advisory(
            #"[{"introduced": "0"}]"#, more: #""withdrawn": "2026-01-01T00:00:00Z","#)
        #expect(advisory.match(try demo, version: "1") == nil)
    }

    @Test("commits of a repository and packages of other ecosystems are passed over")
    func others() throws {
        let text = """
            {"id": "X", "affected": [
              {"package": {"ecosystem": "npm", "name": "demo"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]},
              {"package": {"ecosystem": "PyPI", "name": "demo"},
               "ranges": [{"type": "GIT", "repo": "https://forge.example/x", "events": [{"introduced": "0"}]}]}]}
            """
        let advisory = try Advisory(parsing: Array(text.utf8), name: "X.json")
        #expect(advisory.match(try demo, version: "1") == nil)
        #expect(advisory.affected.count == 1)
    }

    @Test(
        "what is no advisory is refused with its name and what is wrong",
        arguments: [
            ("", "ends early"), ("[]", "no JSON object"), ("{}", "no `id`"),
            (#"{"id": "X", "affected": [1]}"#, "no object"),
            (
                #"{"id": "X", "affected": [{"package": {"ecosystem": "PyPI", "name": "a"}, "ranges": [{}]}]}"#,
                "without `events`"
            ),
            (
                #"{"id":"X","affected":[{"package":{"ecosystem":"PyPI","name":"a"},"ranges":[{"events":[{"begun":"1"}]}]}]}"#,
                "`begun`"
            ),
        ])
    func refused(text: String, message: String) throws {
        let error = #expect(throws: SupplyChainError.self) {
            try Advisory(parsing: Array(text.utf8), name: "bad.json")
        }
        #expect(error?.code == .noAdvisory && error?.subject == "bad.json")
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }

    /// Scores of FIRST's own calculators for these vectors.
    @Test(
        "a CVSS vector has the score that its standard gives it",
        arguments: [
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8, "critical"),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0, "critical"),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1, "medium"),
            ("CVSS:3.0/AV:L/AC:H/PR:L/UI:N/S:U/C:N/I:N/A:H", 4.7, "medium"),
            ("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:L", 3.3, "low"),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0, "none"),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H/E:P", 7.5, "high"),
            ("AV:N/AC:L/Au:N/C:P/I:P/A:P", 7.5, "high"),
            ("AV:N/AC:M/Au:N/C:N/I:P/A:N", 4.3, "medium"),
        ])
    func scores(vector: String, score: Double, level: String) throws {
        let advisory = try advisory("[]", more: #""severity": [{"type": "CVSS_V3", "score": "\#(vector)"}],"#)
        #expect(advisory.severity.score == score)
        #expect(advisory.severity.level.word == level)
    }

    @Test("without a vector that is understood, the word of the record's keeper counts")
    func words() throws {
        let vector =
            #""severity": [{"type": "CVSS_V4", "score": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"}],"#
        #expect(
            try advisory("[]", more: vector + #""database_specific": {"severity": "MODERATE"},"#).severity.level
                == .medium)
        #expect(try advisory("[]", more: vector).severity.level == .unknown)
        #expect(
            try advisory("[]", more: #""severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:X"}],"#).severity.level
                == .unknown)
    }

    private func audit(_ texts: [String], version: String = "1.0") throws -> Audit {
        let advisories = try texts.map { try Advisory(parsing: Array($0.utf8), name: "x") }
        return try Audit([.init(demo, version: version)]) { _ in advisories }
    }

    private func text(_ id: String, aliases: String, score: String, fixed: String) -> String {
        """
        {"id": "\(id)", "aliases": [\(aliases)], "severity": [{"type": "CVSS_V3", "score": "\(score)"}],
         "affected": [{"package": {"ecosystem": "PyPI", "name": "demo"},
                       "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "\(fixed)"}]}]}]}
        """
    }

    @Test("records of one vulnerability under several names are one finding, as grave as the gravest says")
    func aliases() throws {
        let high = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"
        let low = "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:L"
        let audit = try audit([
            text("PYSEC-1", aliases: #""CVE-2026-7""#, score: low, fixed: "1.5"),
            text("PYSEC-2", aliases: "", score: low, fixed: "1.6"),
            text("GHSA-1", aliases: #""CVE-2026-7", "PYSEC-1""#, score: high, fixed: "1.5"),
        ])
        #expect(audit.findings.map(\.id) == ["CVE-2026-7", "PYSEC-2"])
        #expect(audit.findings.first?.names == ["CVE-2026-7", "GHSA-1", "PYSEC-1"])
        #expect(audit.findings.first?.severity.description == "high 7.5")
        #expect(audit.findings.first?.fixes == ["1.5"])
        #expect(try self.audit([text("A", aliases: "", score: low, fixed: "0.5")]).findings.isEmpty)
    }

    @Test(
        "a policy refuses from its threshold on, what nobody rates only where all are refused, and what it excepts never"
    )
    func policy() throws {
        let medium = text(
            "M", aliases: #""CVE-2026-8""#, score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", fixed: "2")
        let unrated = text("U", aliases: "", score: "none", fixed: "2")
        var audit = try audit([medium, unrated])
        func refused(_ policy: AuditPolicy) -> [String] { policy.apply(to: &audit, today: "2026-11-22").map(\.id) }
        #expect(refused(AuditPolicy()) == [])
        #expect(refused(AuditPolicy(refuse: .high)) == [])
        #expect(refused(AuditPolicy(refuse: .medium)) == ["CVE-2026-8"])
        #expect(refused(AuditPolicy(refuse: .any)) == ["CVE-2026-8", "U"])
        let known = AuditPolicy.Exception("cve-2026-8", reason: "not reached", until: "2026-11-22")
        #expect(refused(AuditPolicy(refuse: .any, exceptions: [known])) == ["U"])
        #expect(audit.findings.first?.ignored == "not reached")
        let old = AuditPolicy.Exception("M", reason: "x", until: "2026-11-21")
        #expect(refused(AuditPolicy(refuse: .medium, exceptions: [old])) == ["CVE-2026-8"])
        #expect(AuditPolicy(exceptions: [old, known]).expired(today: "2026-11-22") == [old])
    }
}
