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

    @Test("outdated names what has moved on, from which version to which, and what the recipe itself asks for")
    func outdated() async throws {
        let told = try await user.result("env", "outdated", recipe).document["packages"] as? [[String: Any]] ?? []
        #expect(told.map { $0["name"] as? String } == ["app", "lib"])
        #expect(told.map { $0["locked"] as? String } == ["1.0", "1.0"])
        #expect(told.map { $0["newest"] as? String } == ["2.0", "2.0"])
        #expect(told.map { $0["direct"] as? Bool } == [true, false])
        let text = try await user.succeed("env", "outdated", recipe)
        #expect(
            text == """
                PACKAGE  LOCKED  NEWEST
                app      1.0     2.0     asked for by the recipe
                lib      1.0     2.0

                """, "\(text)")
    }

    @Test("explain tells who asks, and what kept newer versions out")
    func explain() async throws {
        func explained(_ package: String) async throws -> [String: Any] {
            let result = try await user.result("env", "explain", package, "--in", recipe)
            return try #require((result.document["packages"] as? [[String: Any]])?.first)
        }
        let kept = try await explained("lib")
        #expect(kept["version"] as? String == "1.0" && kept["reasons"] as? [String] == ["app: lib"])
        #expect(kept["path"] as? [String] == ["recipe", "app", "lib"])
        #expect(try await explained("app")["reasons"] as? [String] == ["the recipe: app>=1.0"])

        user.index.add(WheelFixture("app", "2.1", requires: ["lib<2"]))
        user.index.add(WheelFixture("app", "3.0", requires: ["lib<2"], requiresPython: "<3"))
        user.index.add(WheelFixture("lib", "3.0"))
        try await user.succeed("env", "lock", recipe, "--upgrade")
        let held = try await explained("lib")
        #expect(held["reasons"] as? [String] == ["app: lib<2"])
        let newer = held["newer"] as? [[String: Any]] ?? []
        #expect(newer.map { $0["versions"] as? [String] } == [["3.0", "2.0"]], "\(newer)")
        #expect(newer.map { $0["reason"] as? String } == ["app asks for lib<2"], "\(newer)")
        let tooNew = try await explained("app")["newer"] as? [[String: Any]] ?? []
        #expect(tooNew.map { $0["versions"] as? [String] } == [["3.0"]], "\(tooNew)")
        #expect(tooNew.map { $0["reason"] as? String } == ["needs Python <3"], "\(tooNew)")
        let text = try await user.succeed("env", "explain", "lib", "--in", recipe)
        for line in ["    app: lib<2", "  not 3.0, 2.0: app asks for lib<2"] {
            #expect(text.split(separator: "\n").contains { $0 == line }, "\(text)")
        }
    }
}
