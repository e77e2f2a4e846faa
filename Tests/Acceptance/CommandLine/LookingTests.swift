import Cryptography
import Foundation
import SystemPackage
import TestSupport
import Testing

/// What is told of an environment that is there.
@Suite("Looking at an environment")
struct LookingTests {
    private let user: FreshUser
    private let recipe: String

    init() async throws {
        user = try FreshUser([WheelFixture("app", requires: ["good"])])
        recipe = try await user.recipe(
            "demo", ["app"],
            more: """
                tests:
                  - import: app
                  - {name: broken, python: "print('what it said'); raise SystemExit(3)"}
                """)
        try await user.succeed("env", "build", recipe, "--to", "place", "--links", "copy", "--quiet")
    }

    @Test("a recipe's test that fails is told with what it printed, and the status is 10")
    func failingTest() async throws {
        let result = try await user.result("env", "test", recipe, "--in", "place", status: 10)
        #expect(result.document["passed"] as? Int == 1 && result.document["failed"] as? Int == 1)
        let tests = result.document["tests"] as? [[String: Any]] ?? []
        #expect(tests.map { $0["name"] as? String } == ["import app", "broken"])
        #expect(tests.map { $0["passed"] as? Bool } == [true, false])
        #expect(tests.last?["output"] as? String == "what it said\n")
        #expect(result.words.contains("FAIL  broken") && result.words.contains("\n      what it said\n"))
        #expect(result.words.hasSuffix("1 of 2 tests failed\n"), "\(result.words)")
    }

    @Test("programs run in a folder that is named")
    func runFolder() async throws {
        for folder in ["place", "./place/", user.place.string] {
            #expect(try await user.succeed("env", "run", folder, "--", "good") == "good\n")
            // Options after the program's name are the program's.
            let data = ["--data", user.data.string]
            let echoed = try await user.command(["env", "run"] + data + [folder, "echo", "--version", "--", "-q"]).run()
            #expect(echoed == "--version -- -q\n" || echoed.contains("coreutils"), "\(echoed)")
            let told = try await user.succeed("env", "run", folder, "python", "--version")
            #expect(told.hasPrefix("Python 3."), "\(told)")
        }
        let program = "import app, os; print(app.__file__.startswith(os.environ['VIRTUAL_ENV']))"
        #expect(try await user.succeed("env", "run", "place", "--", "python", "-c", program) == "True\n")
    }

    @Test("show tells the packages with their files, the places and who uses them")
    func show() async throws {
        let bare = try await user.result("env", "show", "demo").document["environment"] as? [String: Any]
        #expect(bare?["path"] is NSNull)
        try await user.succeed("env", "build", recipe, "--quiet")
        let shown = try await user.result("env", "show", "demo").document["environment"] as? [String: Any]
        let id = try #require(shown?["id"] as? String)
        #expect(shown?["path"] as? String == user.data.appending("volume/envs/\(id)").string)
        #expect(shown?["holders"] as? [String] == ["the tag demo", "the tree at \(user.place)"])
        let packages = shown?["packages"] as? [[String: Any]] ?? []
        #expect(packages.map { $0["name"] as? String } == ["app", "good"])
        #expect(packages.map { $0["version"] as? String } == ["1.0", "1.0"])
        #expect(packages.last?["artifact"] as? String == FreshUser.good.digest.prefixed)

        let text = try await user.succeed("env", "show", "demo")
        for line in [
            "folder     \(user.data)/volume/envs/\(id)", "used by    the tree at \(user.place)",
            "good     1.0      \(FreshUser.good.digest.hex.prefix(12))",
        ] { #expect(text.split(separator: "\n").contains { $0 == line }, "\(line)\n\(text)") }
    }

    @Test("verify names the file of a folder that is not as it was made, and the status is 9")
    func verify() async throws {
        let path = "lib/python\(try await FreshUser.python.value)/site-packages/good/data.txt"
        try FileManager.default.removeItem(atPath: user.place.appending(path).string)
        try user.scratch.write("place/\(path)", "bent")
        let result = try await user.result("env", "verify", "place", status: 9)
        #expect(result.document["sound"] as? Bool == false)
        let folder = (result.document["folders"] as? [[String: Any]])?.first
        #expect(folder?["path"] as? String == user.place.string)
        let findings = folder?["findings"] as? [[String: Any]] ?? []
        #expect(findings.map { $0["path"] as? String } == [path], "\(findings)")
        #expect(findings.first?["package"] as? String == "good 1.0", "\(findings)")
        #expect(result.words.contains("1 difference") && result.words.contains(path), "\(result.words)")
    }
}
