import Foundation
import SystemPackage
import TestSupport
import Testing

/// Repositories and folders that a recipe names.
@Suite("Trees of sources", .enabled(if: Peer.has("bwrap", "git")))
struct SourceTreeTests {
    private let user: FreshUser

    init() throws { user = try FreshUser() }

    private func text(_ file: String) throws -> String { try user.text(file) }

    private func tree(_ source: SourceFixture, at place: String) async throws {
        try await user.unpack(source, at: place)
    }

    @discardableResult
    private func git(_ arguments: String...) async throws -> String {
        try await user.git(in: "repository", arguments)
    }

    private func said(_ program: String, in place: String = "place") async throws -> String {
        try await Command(user.scratch.file(place).appending("bin/python").string, ["-c", program]).run()
    }

    private func directURL(in place: String) async throws -> [String: Any] {
        let program = """
            import importlib.metadata as m
            print(m.distribution('demo').read_text('direct_url.json'))
            """
        let text = try await said(program, in: place)
        return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test("a folder is built, its content locked, and built again when its files have changed")
    func folder() async throws {
        let source = SourceFixture("demo").with(\.files, ["demo/word.py": "word = 'first'\n"])
        try await tree(source, at: "recipes/demo")
        let recipe = try await user.recipe("app", ["demo @ ./demo"])
        try await user.succeed("env", "build", recipe, "--to", "place")
        #expect(try await said("import demo.word; print(demo.word.word)") == "first\n")
        let lock = try text("recipes/app.lock.toml")
        #expect(lock.contains("directory = { path = \"demo\" }") && lock.contains("content = \"sha256:"))
        let document = try await directURL(in: "place")
        #expect(document["url"] as? String == "file:demo" && document["dir_info"] != nil)

        // Neither time stamps nor caches are content.
        try user.scratch.write("recipes/demo/__pycache__/word.cpython-311.pyc", "x")
        try await Command("touch", [user.scratch.file("recipes/demo/demo/word.py").string]).run()
        try await user.succeed("env", "build", recipe, "--locked", "--to", "place")

        try user.scratch.write("recipes/demo/demo/word.py", "word = 'second'\n")
        try await user.refuse(
            ["env", "build", recipe, "--locked", "--to", "place"], status: 3, naming: ["demo", "files have changed"])
        try await user.succeed("env", "build", recipe, "--to", "place")
        #expect(try await said("import demo.word; print(demo.word.word)") == "second\n")
        #expect(try text("recipes/app.lock.toml") != lock)
    }

    @Test("a repository is built at the commit that a branch or tag names, and stays there until an upgrade")
    func repository() async throws {
        let source = SourceFixture("demo").with(\.files, ["demo/word.py": "word = 'tagged'\n"])
        try await tree(source, at: "repository")
        try await git("init", "-q")
        try await git("add", "-A")
        try await git("commit", "-qm", "first")
        try await git("tag", "v1")
        let first = try await git("rev-parse", "HEAD")
        try user.scratch.write("repository/demo/word.py", "word = 'later'\n")
        try await git("commit", "-qam", "second")
        let second = try await git("rev-parse", "HEAD")
        let url = "git+file://\(user.scratch.file("repository"))"

        let tagged = try await user.recipe("tagged", ["demo @ \(url)@v1"])
        try await user.succeed("env", "build", tagged, "--to", "place")
        #expect(try await said("import demo.word; print(demo.word.word)") == "tagged\n")
        #expect(try text("recipes/tagged.lock.toml").contains("requested-revision = \"v1\", commit-id = \"\(first)\""))
        let document = try await directURL(in: "place")
        let info = try #require(document["vcs_info"] as? [String: Any])
        #expect(info["commit_id"] as? String == first && info["requested_revision"] as? String == "v1")
        #expect(info["vcs"] as? String == "git" && document["url"] as? String == String(url.dropFirst(4)))

        let branch = try await user.recipe("branch", ["demo @ \(url)@main"])
        try await user.succeed("env", "lock", branch)
        #expect(try text("recipes/branch.lock.toml").contains(second))
        try user.scratch.write("repository/demo/word.py", "word = 'newest'\n")
        try await git("commit", "-qam", "third")
        let third = try await git("rev-parse", "HEAD")
        try await user.succeed("env", "lock", branch)
        #expect(try text("recipes/branch.lock.toml").contains(second))
        try await user.succeed("env", "lock", branch, "--upgrade")
        #expect(try text("recipes/branch.lock.toml").contains(third))

        // What was fetched once needs no repository any more.
        try FileManager.default.removeItem(atPath: user.scratch.file("repository").string)
        try await user.succeed("env", "build", branch, "--locked", "--to", "offline", "--offline")
        #expect(try await said("import demo.word; print(demo.word.word)", in: "offline") == "newest\n")
    }

    @Test("a project in a folder of the repository is found, and its backend may ask git")
    func subdirectory() async throws {
        let hook = """
            import subprocess
            described = subprocess.run(['git', '-c', 'safe.directory=*', 'describe', '--tags'], capture_output=True, text=True)
            files['demo/described.py'] = ('text = %r' % described.stdout.strip()).encode()
            """
        try await tree(SourceFixture("demo", hook: hook), at: "repository/python")
        try await git("init", "-q")
        try await git("add", "-A")
        try await git("commit", "-qm", "first")
        try await git("tag", "v7.2")
        let url = "git+file://\(user.scratch.file("repository"))#subdirectory=python"
        try await user.succeed("env", "build", try await user.recipe("app", ["demo @ \(url)"]), "--to", "place")
        #expect(try await said("import demo.described; print(demo.described.text)") == "v7.2\n")
        #expect(try await directURL(in: "place")["subdirectory"] as? String == "python")
    }

    @Test("several projects of one repository, and several processes, share one mirror")
    func monorepo() async throws {
        for name in ["one", "two", "three"] { try await tree(SourceFixture(name), at: "repository/\(name)") }
        try await git("init", "-q")
        try await git("add", "-A")
        try await git("commit", "-qm", "first")
        let url = "git+file://\(user.scratch.file("repository"))"
        let recipe = try await user.recipe(
            "all", ["one", "two", "three"].map { "\($0) @ \(url)@main#subdirectory=\($0)" })
        try await withThrowingTaskGroup(of: Int32.self) { group in
            for number in 0..<4 {
                group.addTask { try await user.chidori("env", "lock", recipe, "-o", "out-\(number).lock.toml").status }
            }
            for try await status in group { #expect(status == 0) }
        }
        try await user.succeed("env", "build", recipe, "--to", "place")
        #expect(try await said("import one, two, three; print(one.__file__ != two.__file__)") == "True\n")
        // A git that was killed leaves its locks.
        let mirrors = user.data.appending("git").string
        let mirror = try #require(FileManager.default.contentsOfDirectory(atPath: mirrors).first)
        for lock in ["config.lock", "packed-refs.lock", "refs/heads/main.lock"] {
            try user.scratch.write("data/git/\(mirror)/\(lock)", "")
        }
        try await git("commit", "-q", "--allow-empty", "-m", "second")
        try await user.succeed("env", "lock", recipe, "--upgrade")
    }

    @Test("one tree under two subdirectories gives two packages, each its own")
    func twoVersions() async throws {
        for word in ["v1", "v2"] {
            try await tree(
                SourceFixture("demo").with(\.files, ["demo/word.py": "word = '\(word)'\n"]), at: "recipes/mono/\(word)")
        }
        for word in ["v1", "v2"] {
            let recipe = try await user.recipe(word, ["demo @ ./mono#subdirectory=\(word)"])
            try await user.succeed("env", "build", recipe, "--to", word)
            #expect(try await said("import demo.word; print(demo.word.word)", in: word) == "\(word)\n")
        }
    }

    @Test("a folder that holds its own recipe is as it was after it was locked and built")
    func ownFolder() async throws {
        try await tree(SourceFixture("demo"), at: "recipes")
        let recipe = try await user.recipe("app", ["demo @ ."])
        try await user.succeed("env", "build", recipe, "--to", "place")
        try user.scratch.write("recipes/build/lib/demo.py", "")
        try await user.succeed("env", "build", recipe, "--locked", "--to", "place")
    }

    @Test("a password in a repository's URL stays out of lock, mirror, tree and messages")
    func secrets() async throws {
        let hook = """
            config = open(os.path.join(folder, '.git/config')).read()
            files['demo/config.txt'] = config.encode()
            """
        try await tree(SourceFixture("demo", hook: hook), at: "repository")
        try await git("init", "-q")
        try await git("add", "-A")
        try await git("commit", "-qm", "first")
        // git itself takes no password for a folder's path; what is asked here is where one would be seen.
        let url = "git+file://me:S3CRET@localhost\(user.scratch.file("repository"))"
        _ = try await user.chidori("env", "lock", try await user.recipe("app", ["demo @ \(url)"]))
        let found = try await Command(
            "grep", ["-rl", "S3CRET", user.data.string, user.scratch.file("recipes/app.lock.toml").string]
        ).outcome()
        #expect(found.text.isEmpty, "\(found.text)")
    }

    @Test("what cannot be had is told: no such revision, no such repository, no project there, no git")
    func refused() async throws {
        try await tree(SourceFixture("demo"), at: "repository")
        try await git("init", "-q")
        try await git("add", "-A")
        try await git("commit", "-qm", "first")
        let url = "git+file://\(user.scratch.file("repository"))"
        try await user.refuse(
            ["env", "lock", try await user.recipe("a", ["demo @ \(url)@absent"])], status: 3, naming: ["has no absent"])
        try await user.refuse(
            ["env", "lock", try await user.recipe("b", ["demo @ git+file:///nowhere/at/all@v1"])], status: 3,
            naming: ["/nowhere/at/all", "cannot be fetched: '/nowhere/at/all' does not"])
        try await user.refuse(
            ["env", "lock", try await user.recipe("h", ["demo @ git+http://127.0.0.1:1/demo.git@v1"])], status: 5,
            naming: ["http://127.0.0.1:1/demo.git: cannot be fetched: unable to access"])
        try await user.refuse(
            ["env", "lock", try await user.recipe("c", ["demo @ \(url)#subdirectory=absent"])], status: 6,
            naming: ["neither a pyproject.toml nor a setup.py in its folder `absent`", "#subdirectory=absent"])
        for missing in ["./absent", "./absent-1.0-py3-none-any.whl", "./absent-1.0-py3.11.egg", "file:///absent"] {
            try await user.refuse(
                ["env", "lock", try await user.recipe("d", ["good", "demo @ \(missing)"])], status: 3,
                naming: ["recipes/d.yaml:6: `demo @ \(missing)`", "is not there"])
        }
        try await user.refuse(
            ["env", "lock", try await user.recipe("f", ["good"], more: "  find-links: [./absent]\n")], status: 3,
            naming: ["recipes/f.yaml:6: `./absent`", "is not there"])
        try await user.refuse(
            ["env", "lock", try await user.recipe("g", ["demo @ file:dist/demo-1.0-py3.11.egg"])], status: 3,
            naming: ["./dist/demo-1.0-py3.11.egg"])
        try await user.refuse(
            ["env", "lock", try await user.recipe("i", ["other @ \(url)"])], status: 6,
            naming: ["the project is called demo", "write `demo @ …`"])
        try await user.refuse(
            ["env", "lock", try await user.recipe("e", ["demo @ hg+https://example.org/x"])], status: 3,
            naming: ["hg+https://example.org/x"])
    }
}
