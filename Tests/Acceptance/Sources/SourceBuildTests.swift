import Cryptography
import Foundation
import SystemPackage
import TestSupport
import Testing

/// Source distributions from a recipe to a running environment.
@Suite("Source distributions", .enabled(if: Peer.has("bwrap")))
struct SourceBuildTests {
    private let user: FreshUser

    init() throws {
        user = try FreshUser([
            WheelFixture("helper", "1.0", files: [("helper/__init__.py", Array("word = 'helped'\n".utf8))]),
            WheelFixture("helper", "2.0", files: [("helper/__init__.py", Array("word = 'changed'\n".utf8))]),
            WheelFixture("dep", "1.0"),
        ])
    }

    private func text(_ file: String) throws -> String { try user.text(file) }

    private var logs: [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: user.data.appending("logs/builds").string)) ?? []
    }

    private func builds(of file: String) throws -> Int {
        try text("data/logs/builds/\(file).log").components(separatedBy: ": build_wheel\n").count - 1
    }

    @Test("what a recipe lists is built once, runs, and is not built again")
    func built() async throws {
        let source = SourceFixture("built", requires: ["dep"])
            .with(\.files, ["built/__init__.py": "import dep\nword = 'built from source'\n"])
        try await source.add(to: user.index)
        let recipe = try await user.recipe("demo", ["built"])
        try await user.succeed("env", "build", recipe, "--to", "place")
        let said = try await Command(
            user.place.appending("bin/python").string, ["-c", "import built; print(built.word)"]
        ).run()
        #expect(said == "built from source\n")
        let lock = try text("recipes/demo.lock.toml")
        #expect(lock.contains("sdist = { name = \"built-1.0.tar.gz\""))
        #expect(lock.contains("build-requires = []"))
        let log = user.data.appending("logs/builds/built-1.0.tar.gz.log")
        try FileManager.default.removeItem(atPath: log.string)
        try FileManager.default.removeItem(atPath: user.data.appending("volume").string)
        try await user.succeed("env", "build", recipe, "--to", "other", "--offline")
        #expect(!FileManager.default.fileExists(atPath: log.string))
        try await user.expectSoundStore()
    }

    @Test("static metadata is believed while resolving, and nothing is run (PEP 643)")
    func staticMetadata() async throws {
        let honest = SourceFixture("honest", requires: ["dep"], hook: "raise SystemExit('was built')")
            .with(\.metadataVersion, "2.2")
        try await honest.add(to: user.index)
        try await user.succeed("env", "lock", try await user.recipe("demo", ["honest"]))
        #expect(try text("recipes/demo.lock.toml").contains("name = \"dep\""))
        #expect(try builds(of: honest.filename) == 0)

        let dynamic = SourceFixture("changing", requires: ["dep"]).with(\.metadataVersion, "2.2")
            .with(\.dynamic, ["Requires-Dist"])
        try await dynamic.add(to: user.index)
        try await user.succeed("env", "lock", try await user.recipe("other", ["changing"]))
        #expect(try builds(of: dynamic.filename) == 1)
    }

    @Test("a recipe says what may be built: nothing, what it lists itself, or anything")
    func policies() async throws {
        try await SourceFixture("inner").add(to: user.index)
        user.index.add(WheelFixture("outer", requires: ["inner"]))
        let listed = try await user.recipe("listed", ["outer"])
        let refused = try await user.refuse(
            ["env", "lock", listed], status: 4, naming: ["inner", "source distribution"])
        #expect(refused.errorText.contains("add inner to `packages`, or set `sdists: any`"), "\(refused.errorText)")
        #expect(logs.isEmpty)
        try await user.succeed("env", "lock", try await user.recipe("both", ["outer", "inner"]))
        try await user.succeed("env", "lock", try await user.recipe("any", ["outer"], more: "  sdists: any\n"))
        try await user.refuse(
            ["env", "lock", try await user.recipe("never", ["inner"], more: "  sdists: never\n")], status: 4,
            naming: ["inner", "set `sdists: listed`"])
    }

    @Test("sources of one lock are built at once, as many as there may be jobs", arguments: [1, 2])
    func atOnce(_ jobs: Int) async throws {
        let names = ["one", "two", "three"]
        for name in names {
            try await SourceFixture(name, hook: "import time; time.sleep(0.5)").with(\.metadataVersion, "2.2")
                .add(to: user.index)
        }
        let recipe = try await user.recipe("demo", names)
        try await user.succeed("env", "lock", recipe)
        let said = try await user.succeed("env", "build", recipe, "--jobs", "\(jobs)", "--json")
        var now = 0
        var most = 0
        for line in said.split(separator: "\n") where line.contains("\"stage\":\"building\"") {
            if line.contains("\"began\"") { now += 1 } else if line.contains("\"ended\"") { now -= 1 }
            most = max(most, now)
        }
        #expect(now == 0 && most == jobs, "\(said)")
        for name in names { #expect(try builds(of: "\(name)-1.0.tar.gz") == 1) }
    }

    @Test("a wheel is taken before a source distribution, and a newer source before an older wheel")
    func preference() async throws {
        try await SourceFixture("dep", "1.0").add(to: user.index)
        try await user.succeed("env", "lock", try await user.recipe("wheel", ["dep"]))
        #expect(try text("recipes/wheel.lock.toml").contains("dep-1.0-py3-none-any.whl"))
        try await SourceFixture("dep", "2.0").add(to: user.index)
        try await user.succeed("env", "lock", try await user.recipe("newer", ["dep"]), "--upgrade")
        #expect(try text("recipes/newer.lock.toml").contains("sdist = { name = \"dep-2.0.tar.gz\""))
    }

    @Test("what a source is built with is resolved, locked, and kept until an upgrade")
    func tools() async throws {
        let source = SourceFixture(
            "built",
            hook: "import helper\nfiles['built/word.py'] = b'word = %r\\n' % helper.word\n"
                .replacing("b'word = %r\\n' % helper.word", with: "('word = %r' % helper.word).encode()"))
        try await source.with(\.buildRequires, ["dep"]).with(\.asks, ["helper<2"]).add(to: user.index)
        let recipe = try await user.recipe("demo", ["built"])
        try await user.succeed("env", "build", recipe, "--to", "place")
        let said = try await Command(
            user.place.appending("bin/python").string, ["-c", "import built.word; print(built.word.word)"]
        ).run()
        #expect(said == "helped\n")
        let lock = try text("recipes/demo.lock.toml")
        #expect(lock.contains("{ name = \"dep\", version = \"1.0\", wheel = { name = \"dep-1.0-py3-none-any.whl\""))
        #expect(lock.contains("{ name = \"helper\", version = \"1.0\""))
        // A newer tool changes nothing until somebody asks for it.
        user.index.add(WheelFixture("dep", "1.5"))
        try await user.succeed("env", "lock", recipe)
        #expect(try text("recipes/demo.lock.toml") == lock)
        try await user.succeed("env", "lock", recipe, "--upgrade")
        #expect(try text("recipes/demo.lock.toml").contains("dep-1.5-py3-none-any.whl"))
    }

    @Test("build constraints narrow the tools, and tools that cannot be had are told")
    func constraints() async throws {
        try await SourceFixture("built").with(\.buildRequires, ["helper"]).add(to: user.index)
        let recipe = try await user.recipe("demo", ["built"], more: "  build-constraints: [helper<2]\n")
        try await user.succeed("env", "lock", recipe)
        #expect(try text("recipes/demo.lock.toml").contains("helper-1.0-py3-none-any.whl"))
        try await user.refuse(
            ["env", "lock", try await user.recipe("none", ["built"], more: "  build-constraints: [helper>7]\n")],
            status: 4, naming: ["built-1.0.tar.gz", "cannot be built", "helper"])
    }

    @Test("two machines that build one lock have the same environment and the same image")
    func deterministic() async throws {
        let source = SourceFixture(
            "built",
            hook: "import random\nfiles['built/now.py'] = b'epoch = %d' % int(os.environ['SOURCE_DATE_EPOCH'])\n")
        try await source.add(to: user.index)
        let recipe = try await user.recipe("demo", ["built"])
        try await user.succeed("env", "lock", recipe)
        var digests: Set<String> = []
        var ids: Set<String> = []
        for data in ["one", "two"] {
            let text = try await user.succeed(
                "env", "build", recipe, "--locked", "--image", "oci:\(data)-image:t", "--no-bytecode", "--json",
                "--data",
                user.scratch.file(data).string)
            let last = try #require(text.split(separator: "\n").last)
            let document = try JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Any]
            let image = try #require(document?["image"] as? [String: Any])
            digests.insert(try #require(image["digest"] as? String))
            let environments = try #require(document?["environments"] as? [[String: Any]])
            ids.insert(try #require(environments.first?["id"] as? String))
        }
        #expect(digests.count == 1 && ids.count == 1)
    }

    @Test("a source by its URL, or by a path from the recipe, says so in direct_url.json (PEP 610)")
    func direct() async throws {
        let source = SourceFixture("built")
        try user.scratch.write("recipes/dist/\(source.filename)", try await source.bytes())
        let recipe = try await user.recipe("demo", ["built @ ./dist/\(source.filename)"])
        try await user.succeed("env", "build", recipe, "--to", "place")
        #expect(try text("recipes/demo.lock.toml").contains("path = \"dist/built-1.0.tar.gz\""))
        try await source.add(to: user.index)
        let url = user.index.server.url("/files/\(source.filename)")
        try await user.succeed("env", "build", try await user.recipe("url", ["built @ \(url)"]), "--to", "by-url")
        for (place, url) in [("by-url", url), ("place", "file:dist/built-1.0.tar.gz")] {
            let found = try await Command(
                "find", [user.scratch.file(place).string + "/", "-name", "direct_url.json", "-follow"]
            ).run()
            let path = try #require(found.split(separator: "\n").first.map(String.init))
            let document = try String(contentsOfFile: path, encoding: .utf8)
            #expect(document.contains("\"\(url)\"") && document.contains("archive_info"))
        }
    }

    @Test("what a build told counts for the interpreter that it ran with, and old tools only as long as they answer")
    func stale() async throws {
        let source = SourceFixture("built").with(\.buildRequires, ["dep"])
        try user.scratch.write("unpacked/\(source.filename)", try await source.bytes())
        let folder = user.scratch.file("recipes/mine").string
        try await Command("mkdir", ["-p", folder]).run()
        try await Command(
            "tar",
            [
                "-xzf", user.scratch.file("unpacked/\(source.filename)").string, "--strip-components=1", "-C", folder,
            ]
        ).run()
        let recipe = try await user.recipe("demo", ["built @ ./mine"])
        try await user.succeed("env", "lock", recipe)
        #expect(try !text("recipes/demo.lock.toml").contains("helper-"))
        let project = try text("recipes/mine/pyproject.toml")
        try user.scratch.write(
            "recipes/mine/pyproject.toml",
            project.replacing("requires = [\"dep\"]", with: "requires = [\"dep\", \"helper\"]"))
        try await user.succeed("env", "build", recipe, "--to", "place")
        #expect(try text("recipes/demo.lock.toml").contains("helper-2.0-py3-none-any.whl"))
        let narrowed = try await user.recipe("demo", ["built @ ./mine"], more: "  build-constraints: [helper<2]\n")
        try await user.succeed("env", "lock", narrowed)
        #expect(try text("recipes/demo.lock.toml").contains("helper-1.0-py3-none-any.whl"))
    }

    @Test("a lock cannot have built what its recipe does not let be built")
    func smuggled() async throws {
        let source = SourceFixture("built", hook: "raise SystemExit('was built')")
        try await source.add(to: user.index)
        let recipe = try await user.recipe("demo", ["dep"], more: "  sdists: never\n")
        try await user.succeed("env", "lock", recipe)
        let digest = SHA256Digest(of: try await source.bytes()).hex
        let url = user.index.server.url("/files/\(source.filename)")
        let lock = try text("recipes/demo.lock.toml").replacing(
            "\n[tool.chidori]",
            with: """

                [[packages]]
                name = "built"
                version = "1.0"
                sdist = { name = "\(source.filename)", url = "\(url)", hashes = { sha256 = "\(digest)" } }

                [tool.chidori]
                """)
        try user.scratch.write("recipes/demo.lock.toml", lock)
        try await user.refuse(
            ["env", "build", recipe, "--locked", "--to", "place"], status: 3, naming: ["built", "sdists: never"])
        #expect(logs.isEmpty)
    }

    @Test("a lock of another tool that names a source distribution is built, and the missing build requirements told")
    func foreign() async throws {
        let source = SourceFixture("built")
        try await source.add(to: user.index)
        let digest = SHA256Digest(of: try await source.bytes()).hex
        let url = user.index.server.url("/files/\(source.filename)")
        try user.scratch.write(
            "pylock.toml",
            """
            lock-version = "1.0"
            created-by = "other"
            requires-python = "==\(try await FreshUser.python.value).*"
            [[packages]]
            name = "built"
            version = "1.0"
            sdist = { name = "\(source.filename)", url = "\(url)", hashes = { sha256 = "\(digest)" } }
            """)
        let outcome = try await user.chidori("env", "build", "pylock.toml", "--to", "place")
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(outcome.errorText.contains("does not say what built-1.0.tar.gz is built with"))
    }

    @Test("a build that fails stops the lock, with its last lines and where the log is")
    func failure() async throws {
        try await SourceFixture("broken", "2.0", hook: "raise RuntimeError('no luck today')").add(to: user.index)
        try await SourceFixture("broken", "1.0").add(to: user.index)
        let outcome = try await user.refuse(
            ["env", "lock", try await user.recipe("demo", ["broken"])], status: 6,
            naming: ["broken-2.0.tar.gz", "no luck today", "logs/builds/broken-2.0.tar.gz.log"])
        #expect(!outcome.errorText.contains("broken-1.0"))
        try await user.expectGoodStore()
    }

    @Test("many processes that need one wheel build it once")
    func together() async throws {
        let source = SourceFixture("slow", hook: "time.sleep(1)")
        try await source.add(to: user.index)
        let recipe = try await user.recipe("demo", ["slow"])
        try await user.succeed("env", "lock", recipe)
        // What was written in this second is not older than now.
        try await Task.sleep(for: .milliseconds(1100))
        try await user.succeed("store", "prune", "--older-than", "0")
        #expect(logs.isEmpty)
        try await withThrowingTaskGroup(of: Int32.self) { group in
            for number in 0..<6 {
                group.addTask {
                    try await user.chidori("env", "build", recipe, "--locked", "--to", "place-\(number)").status
                }
            }
            for try await status in group { #expect(status == 0) }
        }
        #expect(try builds(of: source.filename) == 1)
    }
}
