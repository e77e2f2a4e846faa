import Foundation
import SystemPackage
import TestSupport
import Testing

/// Several recipes may give one environment: what each says of it stays with its own name.
@Suite("Environments of several names", .timeLimit(.minutes(5)))
struct NamesTests {
    private let user: FreshUser

    init() throws {
        user = try FreshUser([WheelFixture("tool", "1.0"), WheelFixture("other", "1.0")])
    }

    private func recipe(_ name: String, _ version: String, more: String = "") async throws -> String {
        try await user.recipe(name, ["tool"], more: "version: \"\(version)\"\n\(more)")
    }

    private func environment(_ reference: String) async throws -> [String: Any] {
        let shown = try await user.result("env", "show", reference).document
        return try #require(shown["environment"] as? [String: Any])
    }

    @Test("a name's version, lock, tests and documents are its own, whichever recipe was built last")
    func facts() async throws {
        let first = try await recipe("aa", "1", more: "tests:\n  - import: tool\n")
        try await user.succeed("env", "build", first, "--quiet")
        let documents = [
            ["env", "sbom", "aa"], ["env", "sbom", "aa", "--format", "cyclonedx"], ["env", "provenance", "aa"],
        ]
        var before: [String] = []
        for words in documents { before.append(try await user.command(words).run()) }
        #expect(before.allSatisfy { $0.contains("aa") })

        try await user.succeed("env", "build", try await recipe("bb", "2"), "--quiet")
        let (aa, bb) = (try await environment("aa"), try await environment("bb"))
        #expect(aa["id"] as? String == bb["id"] as? String)
        #expect([aa, bb].map { $0["name"] as? String } == ["aa", "bb"])
        #expect([aa, bb].map { $0["version"] as? String } == ["1", "2"])
        #expect(aa["lock"] as? String != bb["lock"] as? String)
        #expect(aa["tags"] as? [String] == ["aa", "bb"])
        let names = try #require(aa["names"] as? [[String: Any]])
        #expect(names.map { $0["version"] as? String } == ["1", "2"])
        #expect(names.map { $0["lock"] as? String } == [aa["lock"] as? String, bb["lock"] as? String])

        let tested = try await user.chidori("env", "test", first)
        #expect(tested.status == 0, "\(tested.errorText)")
        for (words, text) in zip(documents, before) {
            #expect(try await user.command(words).run() == text, "\(words)")
        }
        let rows = try await user.succeed("env", "list").split(separator: "\n").dropFirst()
            .map { $0.split(separator: " ").prefix(2).map(String.init) }
        #expect(rows == [["aa", "1"], ["bb", "2"]])
        let kept = try await user.chidori("env", "lease", "aa", "--for", "1d")
        #expect(kept.errorText.hasPrefix("aa ") && kept.errorText.contains("is kept"), "\(kept.errorText)")
        let released = try await user.chidori("env", "release", "bb")
        #expect(released.errorText.contains("bb ") && !released.errorText.contains("aa "), "\(released.errorText)")
        #expect(try await user.chidori("env", "verify", "aa").status == 0)
    }

    @Test("advice names a recipe by its whole path, so that it can be followed from any folder")
    func advice() async throws {
        let path = try await recipe("aa", "1")
        try await user.refuse(
            ["env", "build", "recipes/aa.yaml", "--locked"], status: 3, naming: ["is missing", "env lock \(path)`"])
        try await user.succeed("env", "lock", path)
        _ = try await recipe("aa", "1", more: "environment: {A: b}\n")
        try await user.refuse(
            ["env", "build", "recipes/aa.yaml", "--locked"], status: 3,
            naming: ["does not answer", "env lock \(path)`"])
    }

    @Test("NAME:VERSION is the name's own version, and an id tells the first name and all the others")
    func references() async throws {
        try await user.succeed("env", "build", try await recipe("aa", "1"), "--quiet")
        try await user.succeed("env", "build", try await recipe("bb", "2"), "--quiet")
        #expect(try await environment("aa:1")["name"] as? String == "aa")
        #expect(try await environment("bb:2")["version"] as? String == "2")
        for wrong in ["aa:2", "bb:1"] {
            try await user.refuse(["env", "show", wrong], status: 3, naming: [wrong, "is no environment"])
        }
        let id = try #require(try await environment("bb")["id"] as? String)
        let byID = try await environment(String(id.prefix(12)))
        #expect(byID["name"] as? String == "aa" && byID["tags"] as? [String] == ["aa", "bb"])
        // By an id any of its recipes may test it.
        for name in ["aa", "bb"] {
            let tested = try await user.chidori("env", "test", "recipes/\(name).yaml", "--in", String(id.prefix(12)))
            #expect(tested.status == 0, "\(tested.errorText)")
        }
        // Once a name has gone elsewhere, the other is as it was.
        _ = try await user.recipe("bb", ["other"], more: "version: \"3\"\n")
        try await user.succeed("env", "build", "recipes/bb.yaml", "--quiet")
        #expect(try await environment("aa")["version"] as? String == "1")
        #expect(try await environment("bb")["version"] as? String == "3")
        #expect(try await environment(String(id.prefix(12)))["tags"] as? [String] == ["aa"])
    }

    @Test("an audit by name says that name, and goes by that recipe's policy")
    func audit() async throws {
        try user.scratch.write(
            "osv/A.json",
            """
            {"id": "CVE-1", "severity": [{"type": "CVSS_V3", "score": "\(AuditTests.critical)"}],
             "affected": [{"package": {"ecosystem": "PyPI", "name": "tool"},
                           "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2"}]}]}]}
            """)
        let strict = try await recipe("aa", "1", more: "audit: {refuse: high}\n")
        // Built before anything was known.
        try user.scratch.write("none/B.json", #"{"id": "CVE-2", "affected": []}"#)
        try await user.succeed("store", "osv", "load", "none")
        try await user.succeed("env", "build", strict, "--quiet")
        try await user.succeed("env", "build", try await recipe("bb", "2"), "--quiet")
        let (refused, passed) = (
            try await user.chidori("env", "audit", "aa", "--osv", "osv"),
            try await user.chidori("env", "audit", "bb", "--osv", "osv")
        )
        #expect(refused.status == 14 && refused.errorText.contains("aa: 1 known"), "\(refused.errorText)")
        #expect(passed.status == 0 && passed.errorText.contains("bb: 1 known"), "\(passed.errorText)")
    }
}
