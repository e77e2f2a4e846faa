import Foundation
import SystemPackage
import TestSupport
import Testing

/// Recipes that are wrong, absurd or made to do harm.
@Suite("Recipes that do harm")
struct HostileRecipeTests {
    private let user: FreshUser

    init() throws {
        user = try FreshUser([
            WheelFixture("left", requires: ["base<2"]), WheelFixture("right", requires: ["base>=2"]),
            WheelFixture("base", "1.0"), WheelFixture("base", "2.0"),
        ])
    }

    private func refuse(_ recipe: String, status: Int32, naming words: [String]) async throws {
        let file = try user.scratch.write("recipes/bad.yaml", recipe)
        for command in ["lock", "build"] {
            try await user.refuse(["env", command, file.string], status: status, naming: words)
        }
        try await user.expectGoodStore()
    }

    @Test("an unknown key is told with file, line, column and the nearest key")
    func unknownKey() async throws {
        let recipe = """
            name: bad
            python:
              version: "3.11"
              pakages:
                - good
            """
        try await refuse(recipe, status: 3, naming: ["recipes/bad.yaml:4:3", "pakages", "packages"])
    }

    @Test("every mistake is told at once")
    func severalMistakes() async throws {
        let recipe = """
            nmae: bad
            python:
              version: "3.11"
              packages: [good]
              indexs: []
            """
        try await refuse(recipe, status: 3, naming: ["bad.yaml:1:1", "try: `name`", "bad.yaml:5:3", "try: `indexes`"])
    }

    @Test("anchors that explode are refused before they do")
    func anchors() async throws {
        var recipe = "name: bad\nl0: &l0 [\"x\", \"x\", \"x\", \"x\", \"x\", \"x\", \"x\", \"x\", \"x\"]\n"
        for level in 1...12 {
            let list = Array(repeating: "*l\(level - 1)", count: 9).joined(separator: ", ")
            recipe += "l\(level): &l\(level) [\(list)]\n"
        }
        let start = ContinuousClock.now
        try await refuse(
            recipe + "python: {version: \"3.11\", packages: *l12}\n", status: 3, naming: ["bad.yaml", "alias"])
        #expect(ContinuousClock.now - start < .seconds(120))
    }

    @Test("nesting without end is refused")
    func nesting() async throws {
        let recipe = "name: " + String(repeating: "[", count: 100_000)
        try await refuse(recipe, status: 3, naming: ["bad.yaml"])
    }

    @Test("what is no text is refused")
    func notText() async throws {
        let file = try user.scratch.write("recipes/bad.yaml", [0x6E, 0xFF, 0xFE, 0x00, 0x3A])
        try await user.refuse(["env", "build", file.string], status: 3, naming: ["bad.yaml"])
    }

    @Test("requirements that exclude each other are told as a chain of reasons")
    func unsatisfiable() async throws {
        let recipe = try await user.recipe("torn", ["left", "right"])
        let outcome = try await user.refuse(
            ["env", "build", recipe], status: 4,
            naming: [
                "left 1.0 needs base<2", "right 1.0 needs base>=2", "leave out one of left, right",
                "the recipe asks for left",
            ])
        #expect(outcome.errorText.contains("Because"))
        try await user.expectGoodStore()
    }

    @Test("a package that does not exist is told, with the nearest names")
    func unknownPackage() async throws {
        try await user.expectGoodStore()
        let recipe = try await user.recipe("typo", ["goood"])
        try await user.refuse(["env", "build", recipe], status: 4, naming: ["goood", "did you mean good"])
        try await user.expectGoodStore()
    }

    @Test("a recipe that is not there is told")
    func missing() async throws {
        let recipe = try await user.recipe("here", ["good"])
        try await user.refuse(
            ["env", "build", recipe.replacing("here.yaml", with: "here.yml")], status: 3, naming: ["here.yml"])
    }

    @Test("a lock that was cut short is refused with its line")
    func brokenLock() async throws {
        let recipe = try await user.recipe("cut", ["good"])
        let lock = user.scratch.file("recipes/cut.lock.toml")
        try await user.succeed("env", "lock", recipe)
        let text = try String(contentsOfFile: lock.string, encoding: .utf8)
        try user.scratch.write("recipes/cut.lock.toml", String(text.prefix(text.count * 2 / 3)))
        try await user.refuse(["env", "build", lock.string], status: 3, naming: ["cut.lock.toml:"])
        try await user.expectGoodStore()
    }
}
