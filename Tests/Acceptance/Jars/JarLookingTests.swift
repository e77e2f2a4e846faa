import Foundation
import SystemPackage
import TestSupport
import Testing

/// What is told of the jars of a lock and of an environment.
@Suite("Looking at jars")
struct JarLookingTests {
    private let user: FreshUser
    private let folder: JarFolder
    private let recipe: String

    init() async throws {
        user = try FreshUser()
        folder = try JarFolder(user: user)
        // app 1.0 needs lib 1.0 and mid 1.0, and mid needs lib 2.0 and noise.
        try folder.publish("app:1.0", needs: ["lib:1.0", "mid:1.0"])
        try folder.publish("mid:1.0", needs: ["lib:2.0", "noise:1.0"])
        for id in ["lib:1.0", "lib:2.0", "noise:1.0"] { try folder.publish(id) }
        recipe = try await folder.recipe("demo", ["org.example:app:1.0"])
    }

    private func jars(_ document: [String: Any]) -> [[String: Any]] { document["jars"] as? [[String: Any]] ?? [] }

    private func expectNarrow(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(text)", sourceLocation: sourceLocation)
    }

    @Test("lock and build count them, list and show have them apart, with size and the way to each")
    func show() async throws {
        let locked = try await user.result("env", "lock", recipe)
        #expect(locked.document["packages"] as? Int == 1 && locked.document["jars"] as? Int == 4)
        #expect(locked.words.contains("Locked 1 package and 4 jars"), "\(locked.words)")
        let built = try await user.result("env", "build", recipe)
        let environment = (built.document["environments"] as? [[String: Any]])?.first
        #expect(environment?["packages"] as? Int == 1 && environment?["jars"] as? Int == 4)
        #expect(built.words.contains("1 package and 4 jars"), "\(built.words)")

        let shown = try await user.result("env", "show", "demo").document["environment"] as? [String: Any] ?? [:]
        #expect((shown["packages"] as? [[String: Any]])?.map { $0["name"] as? String } == ["good"])
        #expect(
            jars(shown).map { $0["name"] as? String } == [
                "org.example:app", "org.example:lib", "org.example:mid", "org.example:noise",
            ])
        let noise = jars(shown).last
        #expect(noise?["path"] as? [String] == ["org.example:app:1.0", "org.example:mid:1.0"])
        #expect(noise?["size"] as? Int == CraftedZip([.init("noise.txt", "noise 1.0")]).bytes.count)
        #expect(jars(shown).first?["path"] as? [String] == [])
        let text = try await user.succeed("env", "show", "demo")
        for line in [
            "JAR                VERSION   SIZE", "  recipe → org.example:app:1.0 → org.example:mid:1.0", "  recipe",
        ] { #expect(text.split(separator: "\n").contains { $0 == line }, "\(line)\n\(text)") }
        expectNarrow(String(text.split(separator: "\n\n").last ?? ""))

        let listed = try await user.succeed("env", "list")
        #expect(listed.contains("PKG+JARS") && listed.contains("     1+4"), "\(listed)")
        expectNarrow(listed)
    }

    @Test("explain tells who asks, the way, and which versions lost and why")
    func explain() async throws {
        try await user.succeed("env", "lock", recipe)
        let result = try await user.result("env", "explain", "org.example:lib", "--in", recipe)
        #expect((result.document["packages"] as? [Any])?.isEmpty == true)
        let lib = try #require(jars(result.document).first)
        #expect(lib["version"] as? String == "1.0" && lib["provided"] as? Bool == false)
        #expect(lib["reasons"] as? [String] == ["org.example:app:1.0 wants 1.0", "org.example:mid:1.0 wants 2.0"])
        #expect(lib["path"] as? [String] == ["recipe", "org.example:app:1.0", "org.example:lib:1.0"])
        let lost = (lib["lost"] as? [[String: Any]])?.first
        #expect(lost?["version"] as? String == "2.0" && lost?["reason"] as? String == "farther from the recipe")
        #expect(lost?["path"] as? [String] == ["org.example:app:1.0", "org.example:mid:1.0"])
        // The artifact alone will do, and what the lock says is told without its repository too.
        let text = try await user.succeed("env", "explain", "lib", "--in", recipe)
        #expect(
            text.hasPrefix(
                """
                org.example:lib 1.0
                  asked for by
                    org.example:app:1.0 wants 1.0
                    org.example:mid:1.0 wants 2.0
                  through recipe → org.example:app:1.0 → org.example:lib:1.0
                  not 2.0: farther from the recipe
                    recipe → org.example:app:1.0 → org.example:mid:1.0
                  file lib-1.0.jar (
                """), "\(text)")
        expectNarrow(text)
        try await user.refuse(
            ["env", "explain", "org.example:libb", "--in", recipe], status: 3,
            naming: ["org.example:libb: is not in", "did you mean org.example:lib or"])
        let odd = try await user.chidori("env", "explain", "a:b:c", "--in", recipe)
        #expect(odd.status == 2 && odd.errorText.contains("write it as group:artifact"), "\(odd.errorText)")
    }

    @Test("diff tells jars that are new, gone and changed, of locks, of environments and of one of each")
    func differences() async throws {
        let other = try await folder.recipe(
            "other", ["org.example:lib:2.0", "org.example:app:1.0"], more: "  mediation: latest\n")
        let third = try await folder.recipe("third", ["org.example:noise:1.0"])
        for recipe in [recipe, other, third] { try await user.succeed("env", "build", recipe, "--quiet") }
        let expected = [["name": "org.example:lib", "from": ["1.0"], "to": ["2.0"]] as NSDictionary]
        for (from, to) in [(recipe, other), ("demo", "other"), (recipe, "other"), ("demo", other)] {
            let result = try await user.result("env", "diff", from, to)
            #expect(jars(result.document).map { $0 as NSDictionary } == expected, "\(from) \(to)")
            #expect(result.document["mediation"] is NSNull)
        }
        let text = try await user.succeed("env", "diff", recipe, third)
        #expect(
            text.hasPrefix(
                """
                   JAR              FROM  TO
                -  org.example:app  1.0
                -  org.example:lib  1.0
                -  org.example:mid  1.0

                In the recipe:
                """), "\(text)")
        let back = try await user.succeed("env", "diff", "third", "demo")
        #expect(back.contains("+  org.example:app        1.0"), "\(back)")

        // Another file of the same version.
        let copy = user.scratch.file("recipes/copy.lock.toml").string
        try FileManager.default.copyItem(atPath: user.scratch.file("recipes/third.lock.toml").string, toPath: copy)
        try folder.publish("noise:1.0", jar: CraftedZip([.init("other.txt", "other")]).bytes)
        try await user.succeed(
            "env", "lock", third, "--data", user.scratch.file("fresh").string, "--quiet")
        let changed = try await user.succeed("env", "diff", copy, third)
        #expect(changed.contains("~  org.example:noise  1.0   (other files)"), "\(changed)")
    }

    @Test("outdated names jars of which the repository lists later releases")
    func outdated() async throws {
        try folder.list("org.example:lib", "1.0", "2.0", "3.0-rc1", "2.5")
        try folder.list("org.example:app", "1.0")
        try await user.succeed("env", "lock", recipe)
        let result = try await user.result("env", "outdated", recipe)
        #expect((result.document["packages"] as? [Any])?.isEmpty == true)
        let expected: NSDictionary = ["name": "org.example:lib", "locked": "1.0", "newest": "2.5", "direct": false]
        #expect(jars(result.document).map { $0 as NSDictionary } == [expected])
        try folder.list("org.example:app", "1.0", "1.1")
        let text = try await user.succeed("env", "outdated", recipe)
        #expect(
            text == """
                JAR              LOCKED  NEWEST
                org.example:app  1.0     1.1     asked for by the recipe
                org.example:lib  1.0     2.5

                """, "\(text)")
    }

    @Test("names of jars are cut at their beginning alone, so that they can be searched for")
    func longNames() async throws {
        let artifact = "an-artifact-with-a-name-that-no-column-has-room-for"
        try folder.publish("org.example.long.group:\(artifact):1.0")
        try folder.publish("org.example.another.and.long.group:middling-name:1.0")
        let recipe = try await folder.recipe(
            "long", ["org.example.long.group:\(artifact):1.0", "org.example.another.and.long.group:middling-name:1.0"])
        try await user.succeed("env", "lock", recipe)
        let text = try await user.succeed("env", "size", recipe)
        #expect(text.contains("PACKAGE OR JAR") && text.contains("…:\(artifact) "), "\(text)")
        #expect(text.contains("…nother.and.long.group:middling-name "), "\(text)")
    }

    @Test("an export says which jars it leaves out", arguments: [["--pylock"], ["--requirements"]])
    func export(_ format: [String]) async throws {
        try await user.succeed("env", "lock", recipe)
        let outcome = try await user.command(["env", "export", recipe] + format).outcome()
        #expect(outcome.status == 0)
        #expect(
            outcome.errorText.contains("has no word for jars: 4 jars of the lock are left out"), "\(outcome.errorText)")
        #expect(outcome.errorText.contains("org.example:noise:1.0"))
        #expect(!outcome.text.contains("org.example"))
        let result = try await user.command(["env", "export", recipe, "--json"] + format).run()
        #expect(result.contains("\"jars\":[\"org.example:app:1.0\""), "\(result)")
    }

    @Test("size counts them, verify names the one that is bent, and remove takes away what only they used")
    func rest() async throws {
        let other = try await folder.recipe("other", ["org.example:lib:1.0"])
        for recipe in [recipe, other] { try await user.succeed("env", "build", recipe, "--quiet") }
        let sizes = try await user.result("env", "size", recipe).document["environments"] as? [[String: Any]]
        let size = try #require(sizes?.first)
        #expect(jars(size).count == 4)
        #expect((size["packages"] as? [[String: Any]])?.map { $0["name"] as? String } == ["good"])
        let parts = (size["packages"] as? [[String: Any]] ?? []) + jars(size)
        let total = parts.reduce(0) { $0 + ($1["size"] as? Int ?? 0) + ($1["bytecode"] as? Int ?? 0) }
        #expect(size["unpacked"] as? Int == total)
        expectNarrow(try await user.succeed("env", "size", "demo"))

        try await user.succeed("env", "build", recipe, "--to", "place", "--links", "copy", "--quiet")
        try user.scratch.write("place/jars/mid-1.0.jar", "bent")
        let verified = try await user.result("env", "verify", "place", status: 9)
        let finding = ((verified.document["folders"] as? [[String: Any]])?.first?["findings"] as? [[String: Any]])?
            .first
        #expect(finding?["path"] as? String == "jars/mid-1.0.jar")
        #expect(finding?["package"] as? String == "org.example:mid 1.0")

        func blobs() throws -> Set<String> {
            let paths = try FileManager.default.subpathsOfDirectory(atPath: user.data.appending("blobs").string)
            return Set(paths.compactMap { $0.split(separator: "/").last.map(String.init) })
        }
        let shown = try await user.result("env", "show", "demo").document["environment"] as? [String: Any] ?? [:]
        let digests = jars(shown).compactMap { ($0["artifact"] as? String)?.replacing("sha256:", with: "") }
        #expect(try digests.count == 4 && blobs().isSuperset(of: digests))
        try await user.succeed("env", "remove", "demo", "--force")
        // `lib` is the other environment's too.
        #expect(try blobs().intersection(digests) == [digests[1]])
        try await user.expectSoundStore()
    }
}
