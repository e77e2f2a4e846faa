import Foundation
import SystemPackage
import TestSupport
import Testing

/// Repositories, folders and files that are no longer what was locked.
@Suite("Sources that have moved on", .enabled(if: Peer.has("bwrap", "git")))
struct MovedSourceTests {
    private let user: FreshUser

    init() throws { user = try FreshUser([WheelFixture("lib", "1.0")]) }

    private func text(_ file: String) throws -> String { try user.text(file) }

    private func tree(_ source: SourceFixture, at place: String) async throws {
        try await user.unpack(source, at: place)
    }

    @discardableResult
    private func git(in folder: String = "repository", _ arguments: String...) async throws -> String {
        try await user.git(in: folder, arguments)
    }

    private func repository(_ name: String = "demo", at folder: String = "repository") async throws -> String {
        try await tree(SourceFixture(name), at: folder)
        try await git(in: folder, "init", "-q")
        try await git(in: folder, "add", "-A")
        try await git(in: folder, "commit", "-qm", "first")
        try await git(in: folder, "tag", "v1")
        return "git+file://\(user.scratch.file(folder))"
    }

    private func said(in place: String = "place") async throws -> String {
        try await Command(
            user.scratch.file(place).appending("bin/python").string,
            ["-c", "import demo.word as w; print(w.word, end='')"]
        ).run()
    }

    @Test("a tag that has moved is outdated, and its commits are the difference")
    func movedTag() async throws {
        let url = try await repository()
        let recipe = try await user.recipe("app", ["demo @ \(url)@v1", "lib"])
        try await user.succeed("env", "lock", recipe)
        let first = try await git("rev-parse", "HEAD")
        #expect(try await user.chidori("env", "outdated", recipe).errorText == "Everything is up to date\n")
        try await Command(
            "cp",
            [user.scratch.file("recipes/app.lock.toml").string, user.scratch.file("recipes/old.lock.toml").string]
        ).run()

        try user.scratch.write("repository/more.txt", "more")
        try await git("add", "-A")
        try await git("commit", "-qm", "second")
        try await git("tag", "-f", "-a", "-m", "moved", "v1")
        let second = try await git("rev-parse", "HEAD")
        let (from, to) = ("commit \(first.prefix(7))", "commit \(second.prefix(7))")
        let outdated = try await user.result("env", "outdated", recipe)
        let packages = try #require(outdated.document["packages"] as? [[String: Any]])
        #expect(packages.count == 1 && packages[0]["name"] as? String == "demo", "\(packages)")
        #expect(packages[0]["commits"] as? [String: String] == ["locked": first, "newest": second])
        let told = try await user.succeed("env", "outdated", recipe)
        #expect(told.contains("1.0 (\(from))") && told.contains("(\(to))"), "\(told)")

        // A repository that cannot be asked hides nothing else.
        user.index.add(WheelFixture("lib", "2.0"))
        try await Command("mv", ["repository", "elsewhere"], in: user.scratch.path).run()
        let alone = try await user.chidori("env", "outdated", recipe)
        #expect(alone.status == 0 && alone.text.contains("lib") && alone.text.contains("2.0"), "\(alone.text)")
        #expect(alone.errorText.contains("warning: demo may have moved on"), "\(alone.errorText)")
        try await user.succeed("env", "outdated", recipe, "--data", user.scratch.file("empty").string)
        try await Command("mv", ["elsewhere", "repository"], in: user.scratch.path).run()

        let upgraded = try await user.result("env", "lock", recipe, "--upgrade=demo")
        #expect(upgraded.document["changed"] as? Bool == true)
        let difference = try #require(upgraded.document["difference"] as? [String: Any])
        let changed = try #require(difference["packages"] as? [[String: Any]])
        #expect(changed.count == 1, "\(changed)")
        #expect(changed[0]["commits"] as? [String: [String]] == ["from": [first], "to": [second]])
        let shown = try await user.succeed("env", "diff", "recipes/old.lock.toml", "recipes/app.lock.toml")
        #expect(shown.contains("~  demo     1.0 (\(from))  1.0 (\(to))"), "\(shown)")
    }

    @Test("a folder whose files have changed has other files")
    func changedFolder() async throws {
        try await tree(SourceFixture("demo"), at: "recipes/demo")
        let recipe = try await user.recipe("app", ["demo @ ./demo"])
        try await user.succeed("env", "lock", recipe)
        try user.scratch.write("recipes/demo/more.txt", "more")
        try await user.refuse(["env", "lock", recipe, "--check"], status: 3, naming: ["demo", "files have changed"])
        let locked = try await user.chidori("env", "lock", recipe)
        #expect(locked.errorText.contains("~  demo     1.0   (other files)"), "\(locked.errorText)")
    }

    @Test("a file that was replaced is locked again by its recipe, and refused where no lock may change")
    func replacedFiles() async throws {
        let python = try await FreshUser.python.value
        func wheel(_ word: String) -> [UInt8] {
            WheelFixture("demo").with(
                \.files, [("demo/__init__.py", []), ("demo/word.py", Array("word = '\(word)'".utf8))]
            )
            .bytes
        }
        func egg(_ word: String) -> [UInt8] {
            EggFixture("demo", python: "py\(python)").with(
                \.files, [("demo/__init__.py", []), ("demo/word.py", Array("word = '\(word)'".utf8))]
            ).bytes
        }
        func source(_ word: String) async throws -> [UInt8] {
            try await SourceFixture("demo").with(\.files, ["demo/word.py": "word = '\(word)'\n"]).bytes()
        }
        let cases: [(name: String, file: String, bytes: (String) async throws -> [UInt8])] = [
            ("wheel", "demo-1.0-py3-none-any.whl", wheel), ("egg", "demo-1.0-py\(python).egg", egg),
            ("source", "demo-1.0.tar.gz", source),
        ]
        for (name, file, bytes) in cases {
            let path = "recipes/\(name)/\(file)"
            try user.scratch.write(path, try await bytes("first"))
            let recipe = try await user.recipe(name, ["demo @ ./\(name)/\(file)"])
            let lock = "recipes/\(name).lock.toml"
            try await user.succeed("env", "build", recipe, "--to", "place")
            #expect(try await said() == "first")
            try await user.succeed("env", "build", recipe, "--locked", "--to", "place")
            try await user.succeed("env", "lock", recipe, "--check")

            try user.scratch.write(path, try await bytes("second"))
            let words = ["demo @ \(name)/\(file), which has changed"]
            try await user.refuse(
                ["env", "build", recipe, "--locked", "--to", "place"], status: 3, naming: words)
            try await user.refuse(["env", "lock", recipe, "--check"], status: 3, naming: words)
            // A lock is final: it gives what it names as long as that can be had.
            try await user.succeed("env", "build", lock, "--to", "place")
            #expect(try await said() == "first")
            try await user.succeed("env", "build", recipe, "--to", "place")
            #expect(try await said() == "second", "\(name)")

            try FileManager.default.removeItem(atPath: user.scratch.file(path).string)
            try await user.refuse(
                ["env", "build", recipe, "--locked", "--to", "place"], status: 3, naming: [", which is gone"])
            try await user.refuse(
                ["env", "build", recipe, "--to", "place"], status: 3,
                naming: ["recipes/\(name).yaml:5: `demo @ ./\(name)/\(file)`", "is not there"])
        }
    }

    @Test("a requirements.txt leaves out what pip has no hash of, and pip takes the rest")
    func requirements() async throws {
        let url = try await repository()
        try await tree(SourceFixture("mine"), at: "recipes/mine")
        let recipe = try await user.recipe("app", ["demo @ \(url)@v1", "mine @ ./mine", "lib"])
        let locked = try await user.chidori("env", "lock", recipe)
        #expect(locked.errorText.contains("Built \(user.scratch.file("recipes/mine")) to learn what it needs\n"))
        let exported = try await user.chidori(
            "env", "export", recipe, "--requirements", "-o", "recipes/requirements.txt")
        #expect(exported.errorText.contains("2 packages of the lock are left out"), "\(exported.errorText)")
        #expect(exported.errorText.contains("\n    ./mine\n"), "\(exported.errorText)")
        #expect(exported.errorText.contains("git+file:///"), "\(exported.errorText)")
        try await Command(
            "python3",
            [
                "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--index-url", user.index.url,
                "-d",
                "out", "-r", "requirements.txt",
            ], in: user.scratch.file("recipes"), environment: ["PIP_CONFIG_FILE": "/dev/null"]
        ).run()
        #expect(try FileManager.default.contentsOfDirectory(atPath: user.scratch.file("recipes/out").string).count == 1)

        _ = try await repository("other", at: "second")
        let both = try await user.recipe("both", ["other @ git+file://\(user.scratch.file("second"))"])
        try await user.succeed("env", "lock", both)
        // What was written in this second is of today.
        try await Task.sleep(for: .seconds(1.1))
        let pruned = try await user.chidori("store", "prune", "--dry-run", "--older-than", "0")
        #expect(pruned.errorText.contains("2 repositories"), "\(pruned.errorText)")
    }
}
