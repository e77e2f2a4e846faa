import Cryptography
import Foundation
import SystemPackage
import TestSupport
import Testing

/// Recipes' and command lines' words about versions and places, as they come out in locks.
@Suite("Where packages come from")
struct SourceTests {
    private let user: FreshUser

    init() throws {
        user = try FreshUser([
            WheelFixture("app", requires: ["lib", "deep>=2"]), WheelFixture("lib", "1.0"), WheelFixture("lib", "2.0"),
            WheelFixture("deep", "1.0"), WheelFixture("deep", "2.0"), WheelFixture("early", "1.0"),
            WheelFixture("early", "2.0rc1"), WheelFixture("pinned", "9.0"),
        ])
    }

    /// The packages of a lock, each with its version and where its file is said to be.
    private func packages(_ lock: String) throws -> [String: (version: String, place: String?)] {
        let text = try String(contentsOfFile: user.scratch.file(lock).string, encoding: .utf8)
        var packages: [String: (version: String, place: String?)] = [:]
        for part in text.components(separatedBy: "[[packages]]").dropFirst() {
            func value(_ key: String) throws -> String? {
                try Regex("(?:^|[\\s{])\(key) = \"([^\"]*)\"").firstMatch(in: part)?[1].substring.map(String.init)
            }
            guard let name = try value("name"), let version = try value("version") else { continue }
            packages[name] = (version, try value("url") ?? value("path"))
        }
        return packages
    }

    @Test("a recipe's constraints, overrides, pre-releases, find-links and pinned indexes are what its lock has")
    func recipe() async throws {
        let company = try IndexFixture([WheelFixture("pinned", "1.0"), WheelFixture("lib", "0.5")])
        try IndexFixture([WheelFixture("local", "1.0")]).write(to: user.scratch.file("recipes/wheels"))
        let keys = [
            "constraints: [lib<2]", "overrides: [deep==1.0]", "prereleases: allow", "find-links: [wheels]",
            "indexes: [{name: company, url: '\(company.url)', packages: [pinned]}]",
        ]
        let recipe = try await user.recipe(
            "wired", ["app", "early", "pinned", "local"], more: keys.map { "  \($0)\n" }.joined())
        try await user.succeed("env", "lock", recipe)
        let packages = try packages("recipes/wired.lock.toml")
        #expect(
            packages.mapValues(\.version) == [
                "app": "1.0", "lib": "1.0", "deep": "1.0", "early": "2.0rc1", "pinned": "1.0", "local": "1.0",
            ])
        #expect(packages["pinned"]?.place == company.server.url("/files/pinned-1.0-py3-none-any.whl"))
        #expect(packages["local"]?.place == "wheels/local-1.0-py3-none-any.whl")
        for name in ["app", "lib", "deep", "early"] { #expect(packages[name]?.place == nil, "\(name)") }
        #expect(user.index.server.count("/simple/pinned/") == 0 && company.server.count("/simple/lib/") == 0)
    }

    @Test("--extra-index-url comes before the default index, and --find-links stands beside it")
    func options() async throws {
        let recipe = try await user.recipe("demo", ["lib"])
        let extra = try IndexFixture([WheelFixture("lib", "0.5")])
        try await user.succeed("env", "lock", recipe, "--extra-index-url", extra.url, "-o", "extra.lock.toml")
        let lib = try packages("extra.lock.toml")["lib"]
        #expect(lib?.version == "0.5" && lib?.place == extra.server.url("/files/lib-0.5-py3-none-any.whl"))

        try IndexFixture([WheelFixture("lib", "3.0")]).write(to: user.scratch.file("wheels"))
        try await user.succeed("env", "lock", recipe, "--find-links", "wheels", "-o", "found.lock.toml")
        let found = try packages("found.lock.toml")["lib"]
        #expect(found?.version == "3.0" && found?.place == "\(user.scratch.path)/wheels/lib-3.0-py3-none-any.whl")
    }

    @Test("an index that asks who is there is answered from the keyring file")
    func keyring() async throws {
        let wheel = WheelFixture("lib", "2.0")
        let file = "/files/\(wheel.filename)#sha256=\(wheel.digest.hex)"
        user.index.server.on("/simple/lib/") { request in
            // ana:a secret
            request.header("Authorization") == "Basic YW5hOmEgc2VjcmV0"
                ? .text("<a href=\"\(file)\">\(wheel.filename)</a>")
                : HTTPReply(401, [], headers: [("WWW-Authenticate", "Basic")])
        }
        let recipe = try await user.recipe("demo", ["lib"])
        try await user.refuse(["env", "lock", recipe], status: 3, naming: ["401", "the keyring file"])
        let keyring = try user.scratch.write(
            "secrets/keyring", "[\(user.index.url)]\nusername = ana\npassword = a secret\n")
        try await user.succeed("env", "lock", recipe, environment: ["CHIDORI_KEYRING": keyring.string])
        #expect(try packages("recipes/demo.lock.toml")["lib"]?.version == "2.0")
        let lock = try String(contentsOfFile: user.scratch.file("recipes/demo.lock.toml").string, encoding: .utf8)
        #expect(!lock.contains("secret") && !lock.contains("ana"))
    }

    @Test("a lock names no host, and serves behind any mirror that has the files")
    func mirrors() async throws {
        let recipe = try await user.recipe("demo", ["app"])
        try await user.succeed("env", "lock", recipe)
        let lock = user.scratch.file("recipes/demo.lock.toml").string
        let text = try String(contentsOfFile: lock, encoding: .utf8)
        user.index.server.stop()
        let mirror = try IndexFixture(
            ["app", "lib", "deep"].map {
                WheelFixture($0, $0 == "app" ? "1.0" : "2.0", requires: $0 == "app" ? ["lib", "deep>=2"] : [])
            },
            style: .json, servesMetadata: true, root: "/mirror/")
        for server in [user.index.server, mirror.server] {
            #expect(!text.contains("127.0.0.1") && !text.contains(":\(server.port)"), "\(text)")
        }
        // In a data folder that has seen neither index.
        let elsewhere = ["--data", user.scratch.file("data2").string, "--index-url", mirror.url]
        let fetched = try await user.command(["env", "fetch", lock] + elsewhere).outcome()
        #expect(fetched.errorText.contains("Fetched 3 files"), "\(fetched.errorText)")
        _ = try await user.command(["env", "build", lock, "--to", "place", "--offline"] + elsewhere).run()
        let seen = "import app, lib, deep; print(app.__version__, lib.__version__, deep.__version__)"
        #expect(try await Command(user.place.appending("bin/python").string, ["-c", seen]).run() == "1.0 2.0 2.0\n")
        #expect(try String(contentsOfFile: lock, encoding: .utf8) == text)
    }

    @Test("with require-hashes a recipe names the hash of every file, dependencies too")
    func requiredHashes() async throws {
        func recipe(_ packages: [(String, String?)]) throws -> String {
            let lines = packages.map { requirement, hash in
                hash.map { "    - {requirement: \(requirement), hashes: [\"\($0)\"]}" } ?? "    - \(requirement)"
            }
            let text = """
                name: hashed
                python:
                  version: "3.11"
                  require-hashes: true
                  packages:
                \(lines.joined(separator: "\n"))
                """
            return try user.scratch.write("recipes/hashed.yaml", text + "\n").string
        }
        let app = WheelFixture("app", requires: ["lib", "deep>=2"]).digest.prefixed
        let lib = WheelFixture("lib", "1.0").digest.prefixed, deep = WheelFixture("deep", "2.0").digest.prefixed
        try await user.refuse(
            ["env", "lock", try recipe([("app", nil), ("pinned", nil)])], status: 3,
            naming: ["hashed.yaml:6:7", "`app` has no hashes", "hashed.yaml:7:7", "`pinned` has no hashes"])
        try await user.refuse(
            ["env", "lock", try recipe([("app", app), ("lib", nil)])], status: 3,
            naming: ["hashed.yaml:7:7", "`lib` has no hashes", "or leave out `require-hashes`"])
        // What only another package asks for has no line of its own.
        try await user.refuse(
            ["env", "lock", try recipe([("app", app), ("lib", lib)])], status: 6, naming: ["deep", "hash"])
        try await user.refuse(
            ["env", "lock", try recipe([("app", app), ("lib", lib), ("deep", lib)])], status: 4, naming: ["deep"])
        try await user.succeed("env", "lock", try recipe([("app", app), ("lib", lib), ("deep", deep)]))
        // The hash chooses the version.
        #expect(
            try packages("recipes/hashed.lock.toml").mapValues(\.version) == [
                "app": "1.0", "lib": "1.0", "deep": "2.0",
            ])
    }

    @Test("a lock elsewhere than its recipe finds what the recipe names by a path, and so does what is exported of it")
    func elsewhere() async throws {
        let folder = try IndexFixture([WheelFixture("local", "1.0"), WheelFixture("direct", "1.0")])
            .write(to: user.scratch.file("recipes/wheels"))
        let wheel = "wheels/direct-1.0-py3-none-any.whl"
        let recipe = try await user.recipe(
            "demo", ["local", "direct @ ./\(wheel)", "lib"], more: "  find-links: [./wheels]\n")
        try user.scratch.write("locks/beside.txt", "")
        try await user.succeed("env", "lock", recipe, "-o", "locks/demo.lock.toml")
        #expect(try packages("locks/demo.lock.toml")["local"]?.place == "../recipes/wheels/local-1.0-py3-none-any.whl")
        // What is not wanted of the recipe's places is not said.
        try await user.succeed("env", "lock", recipe)
        func text(_ lock: String) throws -> String {
            try String(contentsOfFile: user.scratch.file(lock).string, encoding: .utf8)
        }
        let (beside, away) = (try text("recipes/demo.lock.toml"), try text("locks/demo.lock.toml"))
        #expect(!beside.contains("recipe-folder") && away.contains("recipe-folder = \"../recipes\""), "\(away)")

        try await user.succeed("env", "build", "locks/demo.lock.toml", "--to", "place", "--quiet")
        #expect(try await user.succeed("env", "outdated", "locks/demo.lock.toml").isEmpty)
        try IndexFixture([WheelFixture("local", "2.0")]).write(to: folder)
        #expect(try await user.succeed("env", "outdated", "locks/demo.lock.toml").contains("local    1.0     2.0"))
        try await user.succeed("env", "lock", "locks/demo.lock.toml", "--upgrade")
        #expect(try packages("locks/demo.lock.toml")["local"]?.place == "../recipes/wheels/local-2.0-py3-none-any.whl")

        try await user.succeed("env", "export", "locks/demo.lock.toml", "-o", "pylock.toml")
        #expect(try packages("pylock.toml")["local"]?.place == "recipes/wheels/local-2.0-py3-none-any.whl")
        try await user.succeed(
            "env", "build", "pylock.toml", "--to", "other", "--quiet", "--data", user.scratch.file("data2").string)
    }
}
