import Foundation
import SystemPackage
import TestSupport
import Testing

/// `chidori env diff --mediation`: what would change if versions were chosen the other way.
@Suite("Differences of mediation")
struct MediationDifferenceTests {
    private let user: FreshUser
    private let folder: JarFolder

    init() async throws {
        user = try FreshUser()
        folder = try JarFolder(user: user)
        // The later lib does without old, and needs new.
        try folder.publish("app:1.0", needs: ["lib:1.0", "mid:1.0"])
        try folder.publish("mid:1.0", needs: ["lib:2.0"])
        try folder.publish("lib:1.0", needs: ["old:1.0"])
        try folder.publish("lib:2.0", needs: ["new:1.0"])
        for id in ["old:1.0", "new:1.0"] { try folder.publish(id) }
    }

    private func comparison(_ input: String) async throws -> [String: Any] {
        let result = try await user.result("env", "diff", "--mediation", input)
        return try #require(result.document["mediation"] as? [String: Any])
    }

    private func versions(_ comparison: [String: Any]) -> [String] {
        (comparison["jars"] as? [[String: Any]] ?? []).map { jar in
            let (from, to) = (jar["from"] as? [String: Any], jar["to"] as? [String: Any])
            return "\(jar["name"] ?? "") \(from?["version"] ?? "-") \(to?["version"] ?? "-")"
        }
    }

    @Test("what would change is a table, and below it why: the way to each version")
    func nearest() async throws {
        let recipe = try await folder.recipe("demo", ["org.example:app:1.0"])
        // Without a lock too: who tries it out has none yet.
        let outcome = try await user.chidori("env", "diff", "--mediation", recipe)
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(
            outcome.text == """
                   JAR              NEAREST  LATEST
                ~  org.example:lib  1.0      2.0
                +  org.example:new           1.0
                -  org.example:old  1.0

                org.example:lib
                  nearest: recipe → org.example:app:1.0 → 1.0
                  latest: recipe → org.example:app:1.0 → org.example:mid:1.0 → 2.0
                org.example:new
                  nearest: nothing that is chosen then asks for it
                  latest: recipe → org.example:app:1.0 → org.example:lib:2.0 → 1.0
                org.example:old
                  nearest: recipe → org.example:app:1.0 → org.example:lib:1.0 → 1.0
                  latest: nothing that is chosen then asks for it

                """, "\(outcome.text)")
        #expect(
            outcome.errorText.hasSuffix("With `mediation: latest` in place of `nearest`, 3 of 4 jars would change\n"),
            "\(outcome.errorText)")
        #expect(outcome.text.split(separator: "\n").allSatisfy { $0.count <= 80 })

        let found = try await comparison(recipe)
        #expect(found["from"] as? String == "nearest" && found["to"] as? String == "latest")
        #expect(
            versions(found) == ["org.example:lib 1.0 2.0", "org.example:new - 1.0", "org.example:old 1.0 -"])
        let lib = (found["jars"] as? [[String: Any]])?.first
        let (from, to) = (lib?["from"] as? [String: Any], lib?["to"] as? [String: Any])
        #expect(from?["path"] as? [String] == ["org.example:app:1.0"])
        #expect(to?["path"] as? [String] == ["org.example:app:1.0", "org.example:mid:1.0"])
        let lost = (from?["lost"] as? [[String: Any]])?.first
        #expect(lost?["version"] as? String == "2.0" && lost?["reason"] as? String == "farther from the recipe")
        #expect((to?["lost"] as? [[String: Any]])?.first?["reason"] as? String == "lower")
    }

    @Test("what it tells is what locking the other way then gives, from the recipe and from its lock")
    func latest() async throws {
        let recipe = try await folder.recipe("demo", ["org.example:app:1.0"], more: "  mediation: latest\n")
        try await user.succeed("env", "lock", recipe)
        let other = try await folder.recipe("other", ["org.example:app:1.0"])
        try await user.succeed("env", "lock", other)
        for input in [recipe, recipe.replacing(".yaml", with: ".lock.toml")] {
            let found = try await comparison(input)
            #expect(found["from"] as? String == "latest" && found["to"] as? String == "nearest")
            let real = try await user.result("env", "diff", recipe, other).document["jars"] as? [[String: Any]] ?? []
            let expected = real.map { jar in
                func version(_ key: String) -> String { (jar[key] as? [String])?.first ?? "-" }
                return "\(jar["name"] ?? "") \(version("from")) \(version("to"))"
            }
            #expect(versions(found) == expected && expected.count == 3)
        }
    }

    @Test(
        "where both choose the same that is said; without jars there is nothing to compare; two inputs are one too many"
    )
    func nothing() async throws {
        let same = try await folder.recipe("same", ["org.example:lib:1.0"])
        let outcome = try await user.chidori("env", "diff", "--mediation", same)
        #expect(outcome.status == 0 && outcome.text.isEmpty)
        #expect(outcome.errorText == "Nothing would change: `nearest` and `latest` choose the same 2 jars\n")
        let bare = try await user.recipe("bare", ["good"])
        try await user.refuse(
            ["env", "diff", "--mediation", bare], status: 3, naming: ["bare.yaml: asks for no jars"])
        for arguments in [["--mediation", same, bare], [same]] {
            #expect(try await user.command(["env", "diff"] + arguments).outcome().status == 2)
        }
    }
}
