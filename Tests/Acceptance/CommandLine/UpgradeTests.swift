import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("Upgrading and directions")
struct UpgradeTests {
    private let user: FreshUser
    private let recipe: String

    init() async throws {
        user = try FreshUser([WheelFixture("app", "1.0", requires: ["lib"]), WheelFixture("lib", "1.0")])
        recipe = try await user.recipe("demo", ["app>=1.0"])
        try await user.succeed("env", "lock", recipe)
        user.index.add(WheelFixture("app", "2.0", requires: ["lib"]))
        user.index.add(WheelFixture("lib", "2.0"))
        // Pages are asked for again when an upgrade is asked for; within its ten minutes a stored one serves.
        try await user.succeed("env", "outdated", recipe)
    }

    private func versions(_ arguments: String...) async throws -> [String] {
        let lock = user.scratch.file("copy.lock.toml").string
        try? FileManager.default.removeItem(atPath: lock)
        try FileManager.default.copyItem(atPath: recipe.replacing(".yaml", with: ".lock.toml"), toPath: lock)
        _ = try await user.command(["env", "lock", recipe, "-o", lock] + arguments).run()
        let text = try await user.succeed("env", "export", lock, "--requirements")
        return text.split(separator: "\n").filter { $0.contains("==") }.map { String($0.prefix { $0 != " " }) }
    }

    @Test("one package, several or all take their newest versions, spelled as uv spells it too")
    func upgrade() async throws {
        #expect(try await versions() == ["app==1.0", "lib==1.0"])
        #expect(try await versions("--upgrade=lib") == ["app==1.0", "lib==2.0"])
        #expect(try await versions("-P", "lib", "--upgrade-package", "App") == ["app==2.0", "lib==2.0"])
        #expect(try await versions("--upgrade") == ["app==2.0", "lib==2.0"])
        #expect(try await versions("-U") == ["app==2.0", "lib==2.0"])
    }

    @Test("a package that is not there is told with the nearest names, and the lock stays")
    func unknown() async throws {
        let lock = recipe.replacing(".yaml", with: ".lock.toml")
        let before = try String(contentsOfFile: lock, encoding: .utf8)
        try await user.refuse(
            ["env", "lock", recipe, "--upgrade=lob"], status: 3,
            naming: ["lob: cannot be upgraded", "neither the recipe nor its lock", "did you mean lib?"])
        let fresh = user.scratch.file("fresh.lock.toml").string
        try await user.refuse(
            ["env", "lock", recipe, "-P", "apq", "-o", fresh], status: 3, naming: ["did you mean app?"])
        #expect(try String(contentsOfFile: lock, encoding: .utf8) == before)
        #expect(!FileManager.default.fileExists(atPath: fresh))
    }

    @Test("the lowest versions are taken in spite of the lock")
    func direction() async throws {
        #expect(try await versions("--resolution", "lowest") == ["app==1.0", "lib==1.0"])
        #expect(try await versions("--resolution", "lowest-direct") == ["app==1.0", "lib==2.0"])
        #expect(try await versions("--resolution", "highest", "-U") == ["app==2.0", "lib==2.0"])
    }
}
