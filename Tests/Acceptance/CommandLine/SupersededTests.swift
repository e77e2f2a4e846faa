import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("Superseded environments")
struct SupersededTests {
    private let user: FreshUser

    init() throws {
        user = try FreshUser([
            WheelFixture("first").adding("first/data.bin", String(repeating: "1", count: 50_000)),
            WheelFixture("second"),
        ])
    }

    private func list() async throws -> [[String: Any]] {
        let text = try await user.succeed("env", "list", "--json")
        let document = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        return try #require(document?["environments"] as? [[String: Any]])
    }

    private func prune(_ arguments: String...) async throws -> (document: [String: Any], words: String) {
        let outcome = try await user.command(["store", "prune", "--json"] + arguments).outcome()
        #expect(outcome.status == 0, "\(outcome.errorText)")
        let document = try JSONSerialization.jsonObject(with: Data(outcome.output)) as? [String: Any]
        return (try #require(document), outcome.errorText)
    }

    @Test("are named as such, told before they go, and gone with what only they used")
    func pruned() async throws {
        try await user.succeed("env", "build", user.recipe("demo", ["first"]), "--quiet")
        try await user.succeed("env", "build", user.recipe("demo", ["second"]), "--quiet")
        let all = try await list()
        #expect(all.count == 2 && all.count { $0["superseded"] as? Bool == true } == 1)
        let old = try #require(all.first { $0["superseded"] as? Bool == true }?["id"] as? String)
        let listed = try await user.chidori("env", "list")
        #expect(listed.text.contains("(demo)") && listed.errorText.contains("store collect --superseded"))
        #expect(listed.text.split(separator: "\n").count == 3)
        // It runs by its id for as long as it is there.
        try await user.succeed("env", "run", String(old.prefix(12)), "--", "python", "-c", "import first")

        let offered = try await prune()
        #expect(offered.words.contains("demo \(old.prefix(12))") && offered.words.contains("--superseded removes"))
        let rehearsed = try await prune("--superseded", "--dry-run")
        #expect(rehearsed.words.contains("Would remove demo \(old.prefix(12))"))
        #expect(rehearsed.words.contains("1 unpacked package") && !rehearsed.words.contains("thing"))
        #expect(try await list().count == 2)
        let done = try await prune("--superseded")
        #expect(done.words.contains("Removed demo \(old.prefix(12))"))
        #expect(done.document["freed"] as? NSDictionary == rehearsed.document["freed"] as? NSDictionary)
        #expect(try await list().compactMap { $0["superseded"] as? Bool } == [false])
        try await user.expectGoodStore()
    }

    @Test("stay as long as a folder or a program uses them")
    func used() async throws {
        try await user.succeed("env", "build", user.recipe("demo", ["first"]), "--to", user.place.string, "--quiet")
        try await user.succeed("env", "build", user.recipe("demo", ["second"]), "--quiet")
        let kept = try await prune("--superseded")
        #expect(kept.words.contains("in use by the tree at \(user.place)"), "\(kept.words)")
        #expect(try await list().count == 2)
        try FileManager.default.removeItem(atPath: user.place.string)
        #expect(try await prune("--superseded").words.contains("Removed demo"))
    }

    @Test("are not said to go while a program runs in them")
    func running() async throws {
        try await user.succeed("env", "build", user.recipe("demo", ["first"]), "--quiet")
        try await user.succeed("env", "build", user.recipe("demo", ["second"]), "--quiet")
        let old = try #require(try await list().first { $0["superseded"] as? Bool == true }?["id"] as? String)
        let rehearsed = try await user.chidori(
            "env", "run", old, "--", Peer.chidori, "store", "prune", "--superseded", "--dry-run")
        #expect(rehearsed.errorText.contains("Kept demo \(old.prefix(12))"), "\(rehearsed.errorText)")
        #expect(!rehearsed.errorText.contains("Would remove"), "\(rehearsed.errorText)")
    }

    @Test("named twice, by a name and an id, one is removed once")
    func twice() async throws {
        try await user.succeed("env", "build", user.recipe("demo", ["first"]), "--quiet")
        let id = try #require(try await list().first?["id"] as? String)
        let removed = try await user.chidori("env", "remove", "demo", "demo", String(id.prefix(12)), "--json")
        #expect(removed.status == 0, "\(removed.errorText)")
        let events = removed.text.split(separator: "\n").map { $0.prefix(20) }
        #expect(events.count == 2 && events[0].contains("removed") && events[1].contains("result"), "\(events)")
        #expect(try await list().isEmpty)
    }

    @Test("an environment of several names stands in the list under each")
    func names() async throws {
        for name in ["one", "two"] { try await user.succeed("env", "build", user.recipe(name, ["first"]), "--quiet") }
        let rows = try await user.succeed("env", "list").split(separator: "\n")
        #expect(rows.count == 3 && rows[1].hasPrefix("one ") && rows[2].hasPrefix("two "), "\(rows)")
        #expect(rows[1].dropFirst(3) == rows[2].dropFirst(3))
        #expect(try await list().count == 1)
    }

    @Test("one of several that is not there keeps the others from being removed")
    func severalNames() async throws {
        try await user.succeed("env", "build", user.recipe("demo", ["first"]), "--quiet")
        try await user.refuse(
            ["env", "remove", "demo", "demp"], status: 3, naming: ["demp: is no environment", "did you mean demo"])
        #expect(try await list().count == 1)
    }
}
