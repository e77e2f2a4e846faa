import Foundation
import SystemPackage
import TestSupport
import Testing

/// Environments are removed while others build them, and what nobody needs goes.
@Suite("Removing")
struct RemovalTests {
    private let user: FreshUser

    init() throws {
        user = try FreshUser([
            WheelFixture("first", requires: ["second"]).adding("first/data.bin", String(repeating: "1", count: 50_000)),
            WheelFixture("second").adding("second/more.py", "VALUE = 2\n"),
        ])
    }

    @Test("while others build the same environment never takes it from under them")
    func interleaved() async throws {
        let recipe = try await user.recipe("pair", ["first"])
        try await user.succeed("env", "lock", recipe)
        let lock = user.scratch.file("recipes/pair.lock.toml").string
        let place = user.scratch.file("tree").string
        for round in 0..<(Peer.deep ? 60 : 6) {
            try await user.succeed("env", "build", lock, "--quiet")
            let builds = try (0..<3).map { number in
                try user.command(
                    ["env", "build", lock, "--quiet"] + (number == 0 ? ["--to", place] : [])
                ).start()
            }
            try await Task.sleep(for: .milliseconds(round * 3 % 17))
            let removals = try (0..<2).map { _ in try user.command(["env", "remove", "pair", "--force"]).start() }
            for process in removals { _ = await process.outcome() }
            for process in builds {
                let outcome = await process.outcome()
                #expect(outcome.status == 0, "\(outcome.errorText)")
            }
            // Whatever came first: what is listed runs, and nothing that is listed has lost a file.
            let listed = try await user.succeed("env", "list", "--json")
            if listed.contains("\"pair\"") {
                let verified = try await user.chidori("env", "verify", "pair")
                #expect([0, 3].contains(verified.status), "\(verified.errorText)")
            }
            try await user.expectSoundStore()
        }
        try await user.succeed("env", "build", lock, "--quiet")
        try await user.succeed("env", "remove", "pair", "--force")
        try await user.expectGoodStore()
    }

    @Test("takes an image's layers too, and pruning what no environment ever needed")
    func everything() async throws {
        let recipe = try await user.recipe("pair", ["first"])
        try await user.succeed("env", "build", recipe, "--image", "oci:\(user.scratch.file("images"))", "--quiet")
        try await user.succeed("env", "build", recipe, "--quiet")
        try await user.succeed("env", "remove", "pair")
        #expect(try blobs() == 0)
        try await user.succeed("env", "fetch", user.scratch.file("recipes/pair.lock.toml").string, "--quiet")
        #expect(try blobs() == 2)
        try await user.succeed("store", "prune")
        #expect(try blobs() == 2)
        try await user.succeed("store", "prune", "--older-than", "0")
        try await Task.sleep(for: .milliseconds(1100))
        try await user.succeed("store", "prune", "--older-than", "0")
        #expect(try blobs() == 0)
        try await user.expectGoodStore()
    }

    private func blobs() throws -> Int {
        let folder = URL(fileURLWithPath: user.data.appending("blobs/sha256").string)
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        return files?.compactMap { $0 as? URL }.count { $0.lastPathComponent.count == 64 } ?? 0
    }
}

@Suite("A small limit on open files")
struct OpenFilesTests {
    @Test("is no hindrance to an environment of many packages, and a program that runs in it has the person's own")
    func limit() async throws {
        let names = (0..<60).map { "part\($0)" }
        let user = try FreshUser(names.map { WheelFixture($0) })
        let recipe = try await user.recipe("many", names)
        let command = user.command(["env", "build", recipe, "--quiet"])
        let limited = Command(
            "/bin/sh", ["-c", "ulimit -S -n 40; exec \"$@\"", "sh"] + command.arguments,
            in: user.scratch.path, environment: command.environment)
        let outcome = try await limited.outcome()
        #expect(outcome.status == 0, "\(outcome.errorText)")
        let asked = Command(
            "/bin/sh",
            [
                "-c", "ulimit -S -n 40; exec \"$@\"", "sh", Peer.chidori, "env", "run", "many", "--", "sh", "-c",
                "ulimit -n",
            ],
            in: user.scratch.path, environment: command.environment)
        #expect(try await asked.outcome().text == "40\n")
    }
}
