import Foundation
import SystemPackage
import TestSupport
import Testing

/// Versions that ranges choose stay until somebody wants newer ones.
@Suite("Upgrading jars")
struct JarUpgradeTests {
    private let user: FreshUser
    private let folder: JarFolder

    init() async throws {
        user = try FreshUser()
        folder = try JarFolder(user: user)
        for module in ["lib", "tool"] {
            try folder.publish("\(module):1.0")
            try folder.list("org.example:\(module)", "1.0")
        }
        try folder.publish("app:1.0", needs: ["lib:[1,3)"])
    }

    private func versions(_ recipe: String) throws -> [String] {
        let lock = try String(contentsOfFile: recipe.replacing(".yaml", with: ".lock.toml"), encoding: .utf8)
        return lock.split(separator: "\n").filter { $0.hasPrefix("coordinate = ") }
            .map { String($0).replacing("coordinate = \"org.example:", with: "").replacing("\"", with: "") }.sorted()
    }

    @Test("a range keeps its version until an upgrade of everything, or of that jar", arguments: ["nearest", "latest"])
    func kept(_ mediation: String) async throws {
        let recipe = try await folder.recipe(
            "demo", ["org.example:app:1.0", "org.example:tool:[1,)"], more: "  mediation: \(mediation)\n")
        try await user.succeed("env", "lock", recipe)
        #expect(try versions(recipe) == ["app:1.0", "lib:1.0", "tool:1.0"])
        for module in ["lib", "tool"] {
            for version in ["1.5", "2.0"] { try folder.publish("\(module):\(version)") }
            try folder.list("org.example:\(module)", "1.0", "1.5", "2.0")
        }
        // Who has never seen the list has no day-old one either.
        let fresh = ["--data", user.scratch.file("fresh").string]
        _ = try await user.command(["env", "lock", recipe] + fresh).run()
        #expect(try versions(recipe) == ["app:1.0", "lib:1.0", "tool:1.0"])
        // What else changes in the recipe changes no other version.
        let extended = try await folder.recipe(
            "demo", ["org.example:app:1.0", "org.example:tool:[1,)", "org.example:more:1.0"],
            more: "  mediation: \(mediation)\n")
        try folder.publish("more:1.0")
        _ = try await user.command(["env", "lock", extended] + fresh).run()
        #expect(try versions(recipe) == ["app:1.0", "lib:1.0", "more:1.0", "tool:1.0"])

        try await user.succeed("env", "lock", recipe, "--upgrade=org.example:lib")
        #expect(try versions(recipe) == ["app:1.0", "lib:2.0", "more:1.0", "tool:1.0"])
        try await user.succeed("env", "lock", recipe, "--upgrade")
        #expect(try versions(recipe) == ["app:1.0", "lib:2.0", "more:1.0", "tool:2.0"])
    }

    @Test("a jar that is not there is told with the nearest, and the lock stays")
    func unknown() async throws {
        let recipe = try await folder.recipe("demo", ["org.example:app:1.0"])
        try await user.succeed("env", "lock", recipe)
        try await user.refuse(
            ["env", "lock", recipe, "--upgrade=org.example:lob"], status: 3,
            naming: ["org.example:lob: cannot be upgraded", "did you mean org.example:lib"])
        let odd = try await user.chidori("env", "lock", recipe, "-P", "org.example:lib:1.0")
        #expect(odd.status == 2 && odd.errorText.contains("write it as group:artifact"), "\(odd.errorText)")
    }
}
