import Foundation
import SystemPackage
import TestSupport
import Testing

/// Recipes whose jars cannot be had as they are asked for.
@Suite("Jars that are not there")
struct MissingJarTests {
    private let user: FreshUser
    private let folder: JarFolder

    init() throws {
        user = try FreshUser()
        folder = try JarFolder(user: user)
        try folder.publish("tool:1.0")
        try folder.publish("tool:1.5")
    }

    @Test("mistakes are told with file, line and column")
    func mistakes() async throws {
        for (jars, message) in [
            (["org.example:tool:1.0", "org.example:tool:[1,2)"], "`org.example:tool:1.0` (line 9) names already"),
            (["org.example:app:1.0", "tool:1.0"], "has no group"),
            (["org.example:a:1", "org.example:tool"], "no version"),
        ] {
            let recipe = try await folder.recipe("wrong", jars)
            try await user.refuse(["env", "lock", recipe], status: 3, naming: ["wrong.yaml:10:7", message])
        }
    }

    @Test("repositories are looked at before packages are chosen or built")
    func repositoriesFirst() async throws {
        let recipe = try await user.recipe(
            "none", ["no-such-package"],
            more: "jars:\n  default-repository: false\n  packages: ['org.example:tool:1.0']\n")
        try await user.refuse(
            ["env", "lock", recipe], status: 8,
            naming: ["repositories: are named nowhere", "default-repository: false"])
        let other = try await user.recipe(
            "wrong", ["no-such-package"],
            more: "jars:\n  repositories: [./repo]\n  packages: ['org.example:tool:1.0']\n")
        try await user.refuse(
            ["env", "lock", other], status: 3, naming: ["/recipes/repo: is not there", "jars.repositories"])
    }

    @Test("a name or a version that is nowhere has status 4, and what there is is told")
    func denied() async throws {
        let recipe = try await folder.recipe("version", ["org.example:tool:2.0"])
        try await user.refuse(["env", "lock", recipe], status: 4, naming: ["org.example:tool:2.0", "1.5, 1.0"])
        let name = try await folder.recipe("name", ["org.example:tol:1.0"])
        try await user.refuse(["env", "lock", name], status: 4, naming: ["did you mean org.example:tool?"])
    }

    @Test("a constraint holds for what jars bring, and what the recipe asks for itself stands")
    func constraints() async throws {
        try folder.publish("app:1.0", needs: ["tool:1.0"])
        for (jars, tool) in [
            (["org.example:app:1.0"], "1.5"), (["org.example:app:1.0", "org.example:tool:1.0"], "1.0"),
        ] {
            let recipe = try await folder.recipe("demo", jars, more: "  constraints: ['org.example:tool:1.5']\n")
            try await user.succeed("env", "lock", recipe, "--quiet")
            let lock = try String(contentsOfFile: user.scratch.file("recipes/demo.lock.toml").string, encoding: .utf8)
            #expect(lock.contains("tool-\(tool).jar"), "\(lock)")
        }
        let idle = try await folder.recipe(
            "idle", ["org.example:app:1.0"], more: "  constraints: ['org.example:tol:1.5']\n")
        let outcome = try await user.chidori("env", "lock", idle)
        #expect(
            outcome.status == 0
                && outcome.errorText.contains("the constraint org.example:tol:1.5 does nothing: nothing asks for"),
            "\(outcome.errorText)")
    }

    @Test("outdated sees the versions of a folder without lists, and tells of jars that nobody lists")
    func outdated() async throws {
        let recipe = try await folder.recipe("demo", ["org.example:tool:1.0"])
        try await user.succeed("env", "lock", recipe)
        let seen = try await user.result("env", "outdated", recipe).document
        #expect((seen["jars"] as? [[String: Any]])?.first?["newest"] as? String == "1.5")
        #expect(seen["unlisted"] as? [String] == [] && seen["unreachable"] as? [String] == [])
        let gone = user.scratch.file("recipes/repository/org").string
        try FileManager.default.removeItem(atPath: gone)
        let result = try await user.result("env", "outdated", recipe)
        #expect(result.document["unlisted"] as? [String] == ["org.example:tool"])
        #expect(result.words.contains("No repository lists versions of 1 jar (org.example:tool)"), "\(result.words)")
        #expect(result.words.contains("Everything else is up to date"))
    }
}
