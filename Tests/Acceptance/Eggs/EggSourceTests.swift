import Cryptography
import Foundation
import SystemPackage
import TestSupport
import Testing

/// Where eggs come from, and what is said of those that are no good.
@Suite("Eggs by folder, path and URL", .timeLimit(.minutes(3)))
struct EggSourceTests {
    private let user: FreshUser
    /// `py3.11`, for this machine's Python.
    private let tag: String

    init() async throws {
        user = try FreshUser([WheelFixture("lib", "1.0")])
        tag = "py\(try await FreshUser.python.value)"
    }

    private func egg(_ version: String = "1.0", requires: String? = nil) -> EggFixture {
        EggFixture("demo", version, python: tag, requires: requires)
            .telling("entry_points.txt", "[console_scripts]\ndemo = demo:main\n")
            .with(\.files, [("demo/__init__.py", Array("def main():\n    print('egg \(version)')\n".utf8))])
    }

    private func build(_ packages: [String], more: String = "") async throws -> String {
        let recipe = try await user.recipe("demo", packages, more: more)
        try await user.succeed("env", "build", recipe, "--to", "place", "--quiet")
        return try String(contentsOfFile: user.scratch.file("recipes/demo.lock.toml").string, encoding: .utf8)
    }

    private func said() async throws -> String {
        try await Command(user.place.appending("bin/demo").string).run()
    }

    @Test("an egg by its path from the recipe's folder")
    func path() async throws {
        let egg = egg(requires: "lib\n")
        try user.scratch.write("recipes/dist/\(egg.filename)", egg.bytes)
        let lock = try await build(["demo @ ./dist/\(egg.filename)"])
        #expect(try await said() == "egg 1.0\n")
        #expect(lock.contains("path = \"dist/\(egg.filename)\""), "\(lock)")
        #expect(lock.contains("lib-1.0-py3-none-any.whl"))
    }

    @Test("an egg by its URL, which direct_url.json tells")
    func url() async throws {
        let egg = egg()
        user.index.server.on("/eggs/\(egg.filename)", .file(egg.bytes))
        let url = user.index.server.url("/eggs/\(egg.filename)")
        let lock = try await build(["demo @ \(url)"])
        #expect(try await said() == "egg 1.0\n")
        #expect(lock.contains("url = \"\(url)\"") && lock.contains(egg.digest.hex), "\(lock)")
        let found = try await Command(
            user.place.appending("bin/python").string,
            ["-c", "import importlib.metadata as m; print(m.distribution('demo').read_text('direct_url.json'))"]
        ).run()
        #expect(found.contains(url) && found.contains(egg.digest.hex), "\(found)")
    }

    @Test("an egg folder by its path and in a find-links folder, until a file in it changes")
    func folder() async throws {
        let egg = egg()
        for (path, content) in egg.members {
            try user.scratch.write("recipes/dist/\(egg.filename)/\(path)", content)
        }
        let lock = try await build(["demo @ ./dist/\(egg.filename)"])
        #expect(try await said() == "egg 1.0\n")
        // Running it from there leaves compiled modules, which are no part of it.
        try await Command(
            "python3", ["-c", "import demo"], in: user.scratch.file("recipes/dist/\(egg.filename)"),
            environment: ["PYTHONDONTWRITEBYTECODE": nil]
        ).run()
        let found = try await build(["demo"], more: "  find-links: [dist]\n")
        func digest(_ text: String) -> Substring? {
            let line = text.split(separator: "\n").first { $0.contains("path = \"dist/\(egg.filename)\"") }
            return line?.firstRange(of: "sha256 = ").map { line?[$0.upperBound...].prefix(66) ?? "" }
        }
        #expect(digest(lock) != nil && digest(lock) == digest(found), "\(lock)\n\(found)")

        try user.scratch.write("recipes/dist/\(egg.filename)/demo/__init__.py", "changed = True\n")
        try await user.refuse(
            ["env", "build", "recipes/demo.lock.toml", "--to", "other", "--data", user.scratch.file("data2").string],
            status: 6, naming: [egg.filename, "where sha256:"])
    }

    @Test("of one version a wheel is taken, then an egg")
    func order() async throws {
        try user.scratch.write("links/\(egg().filename)", egg().bytes)
        try user.scratch.write("links/\(egg("0.9").filename)", egg("0.9").bytes)
        try user.scratch.write("links/demo-1.0.tar.gz", "a source distribution that nobody opens")
        let links = "  find-links: [../links]\n"
        #expect(try await build(["demo"], more: links).contains(egg().filename))
        user.index.add(WheelFixture("demo", "1.0"))
        try await user.succeed("env", "lock", "recipes/demo.yaml", "--upgrade")
        let lock = try String(contentsOfFile: user.scratch.file("recipes/demo.lock.toml").string, encoding: .utf8)
        #expect(lock.contains("demo-1.0-py3-none-any.whl") && !lock.contains(".egg"), "\(lock)")
    }

    @Test("bytecode is delivered beside eggs, and the store can verify them")
    func bytecode() async throws {
        try user.scratch.write("recipes/dist/\(egg().filename)", egg().bytes)
        _ = try await build(["demo @ ./dist/\(egg().filename)"])
        let files = try await Command("find", ["-L", user.place.string, "-name", "__init__*.pyc", "-path", "*demo*"])
            .run()
        #expect(!files.isEmpty)
        try await user.succeed("env", "verify", "place")
        try await user.expectSoundStore()
    }
}

// What is no good.
extension EggSourceTests {
    private func refuse(_ egg: EggFixture, bytes: [UInt8]? = nil, status: Int32, naming: [String]) async throws {
        try user.scratch.write("recipes/dist/\(egg.filename)", bytes ?? egg.bytes)
        let recipe = try await user.recipe("demo", ["demo @ ./dist/\(egg.filename)"])
        try await user.refuse(["env", "build", recipe, "--to", "victim"], status: status, naming: naming)
        #expect(!FileManager.default.fileExists(atPath: user.scratch.file("victim").string))
        try await user.expectGoodStore()
    }

    @Test("an egg for another Python or another machine is refused, and what it is for is told")
    func otherTarget() async throws {
        try await refuse(
            EggFixture("demo", python: "py2.7"), status: 4,
            naming: ["demo 1.0 has eggs for Python 2.7", "in place of `./dist/demo"])
        try await refuse(
            EggFixture("demo", python: tag, platform: "win32"), status: 4, naming: ["on win32 and none for the target"])
    }

    @Test("a broken requires.txt is refused with its line and section")
    func requirements() async throws {
        try await refuse(egg(requires: "lib\n[x]\nlib >\n"), status: 4, naming: ["line 3 of requires.txt, section [x]"])
    }

    @Test("an egg that is no zip, or holds a path out of its folder, or another project, is refused by name")
    func hostile() async throws {
        let name = egg().filename
        try await refuse(egg(), bytes: Array("<html>404</html>".utf8), status: 6, naming: [name, "zip"])
        try await refuse(egg().adding("../escaped.py", "x"), status: 6, naming: [name, "../escaped.py"])
        try await refuse(
            egg().with(\.givenPackageInfo, "Name: other\nVersion: 1.0\n"), status: 4,
            naming: [name, "other", "make `./dist/\(name)` again"])
        try await refuse(egg().with(\.givenPackageInfo, ""), status: 4, naming: ["EGG-INFO/PKG-INFO"])
    }

    @Test("a lock with eggs is exported to no tool that knows none")
    func export() async throws {
        try user.scratch.write("recipes/dist/\(egg().filename)", egg().bytes)
        _ = try await build(["demo @ ./dist/\(egg().filename)"])
        for format in ["--pylock", "--requirements"] {
            try await user.refuse(
                ["env", "export", "recipes/demo.lock.toml", format], status: 3, naming: [egg().filename])
        }
    }
}
