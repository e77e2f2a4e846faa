import Foundation
import SystemPackage
import TestSupport
import Testing

/// A `requirements.txt` and another tool's `pylock.toml`, as every command takes them.
@Suite("Files of other tools where a recipe or a lock stands")
struct ForeignFileTests {
    private let user: FreshUser

    init() async throws {
        user = try FreshUser([
            WheelFixture("app", requires: ["lib"]), WheelFixture("lib", "1.0"), WheelFixture("lib", "2.0"),
        ])
        try user.scratch.write("requirements.txt", "app\nlib<2\n")
        let python = try await FreshUser.python.value
        try await user.succeed("env", "lock", "requirements.txt", "--python-version", python)
        try await user.succeed("env", "export", "requirements.txt", "-o", "pylock.toml")
        // What others write names no recipe.
        try #require(!String(contentsOfFile: user.scratch.file("pylock.toml").string, encoding: .utf8).contains("<2"))
    }

    @Test("they are fetched, sized, compared, built and explained", arguments: ["requirements.txt", "pylock.toml"])
    func taken(file: String) async throws {
        let fetched = try await user.result("env", "fetch", file).document
        #expect(fetched["files"] as? Int == 2 && fetched["fetched"] as? Int == 2)
        let sized = try await user.result("env", "size", file).document["environments"] as? [[String: Any]]
        let sizes = sized?.first?["packages"] as? [[String: Any]] ?? []
        #expect(sizes.map { $0["name"] as? String } == ["app", "lib"], "\(sizes)")

        let other = try await user.recipe("other", ["lib"])
        try await user.succeed("env", "lock", other)
        for (from, to, change) in [(file, other, [["1.0"], ["2.0"]]), (other, file, [["2.0"], ["1.0"]])] {
            let told = try await user.result("env", "diff", from, to).document["packages"] as? [[String: Any]] ?? []
            #expect(told.map { $0["name"] as? String } == ["app", "lib"], "\(told)")
            #expect([told.last?["from"], told.last?["to"]].map { $0 as? [String] } == change, "\(told)")
        }

        let explained = try await user.result("env", "explain", "lib", "--in", file).document["packages"]
        let lib = try #require((explained as? [[String: Any]])?.first)
        let reasons = lib["reasons"] as? [String]
        let newer = (lib["newer"] as? [[String: Any]] ?? []).map { $0["versions"] as? [String] }
        let text = try await user.succeed("env", "explain", "lib", "--in", file)
        #expect(lib["version"] as? String == "1.0" && text.hasPrefix("lib 1.0\n"), "\(text)")
        if file == "requirements.txt" {
            #expect(reasons == ["the recipe: lib<2", "app: lib"] && newer == [["2.0"]], "\(lib)")
            #expect(text.contains("  asked for by\n    the recipe: lib<2\n    app: lib\n"), "\(text)")
        } else {
            #expect(reasons == [] && newer == [], "\(lib)")
            #expect(text.contains("\n  the lock does not say who asks for it\n"), "\(text)")
        }

        try await user.succeed("env", "build", file, "--to", "place", "--quiet")
        let seen = "import app, lib; print(app.__version__, lib.__version__)"
        #expect(try await user.succeed("env", "run", "place", "--", "python", "-c", seen) == "1.0 1.0\n")
    }

    @Test("what needs requests or tests answers for requirements, and says of another tool's lock that it has none")
    func needingRecipe() async throws {
        try await user.succeed("env", "build", "requirements.txt", "--to", "place", "--quiet")
        let tested = try await user.result("env", "test", "requirements.txt", "--in", "place")
        #expect(tested.document["passed"] as? Int == 0 && tested.document["failed"] as? Int == 0)
        #expect(tested.words.contains("has no tests"), "\(tested.words)")
        user.index.add(WheelFixture("lib", "1.1"))
        let outdated = try await user.result("env", "outdated", "requirements.txt").document["packages"]
        let lib = try #require((outdated as? [[String: Any]])?.first)
        #expect(["name", "locked", "newest"].map { lib[$0] as? String } == ["lib", "1.0", "1.1"], "\(lib)")
        #expect(lib["direct"] as? Bool == true)

        for arguments in [["test", "pylock.toml", "--in", "place"], ["outdated", "pylock.toml"]] {
            try await user.refuse(
                ["env"] + arguments, status: 3,
                naming: ["pylock.toml: was made by another tool, and names no recipe"])
        }
    }
}
