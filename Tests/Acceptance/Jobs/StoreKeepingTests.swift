import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite(
    "A server's data folder", .timeLimit(.minutes(5)),
    .enabled(if: Peer.has("/usr/bin/python3.11"), "needs Python 3.11"))
struct StoreKeepingTests {
    @Test("is kept small by itself: what is superseded and unused goes, and what a job waits with stays")
    func collecting() async throws {
        let index = try IndexFixture([WheelFixture("tool", "1.0"), WheelFixture("tool", "2.0")], servesMetadata: true)
        let recipes = try Scratch("recipes")
        func write(_ version: String) throws {
            try recipes.write(
                "tool.yaml", "name: tool\npython:\n  version: \"3.11\"\n  packages: [tool == \(version)]\n")
            try? FileManager.default.removeItem(atPath: recipes.file("tool.lock.toml").string)
        }
        try write("1.0")
        let server = try await RunningServer(
            """
            recipes: [\(recipes.path)]
            drivers: {cores: 4, memory: 2g}
            store: {collectEvery: 1s, keepFor: 0s}
            """, ["--index-url", index.url])
        let gate = server.scratch.file("gate")
        let waiting = try await server.submit(
            "--environment", "tool", "--driver-memory", "64m", "--command", "sh", "-c",
            "while [ ! -e \(gate) ]; do sleep 0.1; done; python -c 'import tool; print(tool.__version__)'")
        let first = try await server.until("the environment") {
            try await server.show(waiting).job.environments["main"]
        }
        try write("2.0")
        try await server.output([
            "env", "build", recipes.file("tool.yaml").string, "--data", server.data.string,
            "--index-url", index.url, "--quiet",
        ])
        // Both its own lease and the driver's process are there; collections pass.
        try await Task.sleep(for: .seconds(4))
        func ids() async throws -> [String] {
            try await server.answer(["env", "list", "--data", server.data.string], as: Listed.self).environments.map(
                \.id)
        }
        let both = try await ids()
        #expect(both.contains(first) && both.count == 2)
        // A server that comes back renews the lease before it collects, though it has run out meanwhile.
        try await server.kill()
        #expect(try await StoreClock.leftOfLeases(of: first, newly: 0, in: server.data) == 0)
        try await server.start()
        try await Task.sleep(for: .seconds(3))
        #expect(try await ids().contains(first))
        #expect(try await StoreClock.leftOfLeases(of: first, in: server.data) > 20 * 86400)
        try server.touch(gate)
        #expect(try await server.end(of: waiting).job.state == "succeeded")
        #expect(try await server.log(of: waiting) == "1.0\n")
        _ = try await server.until("the collection", seconds: 60) { try await ids().contains(first) ? nil : true }
        #expect(try await ids().count == 1)
        // A collection is told of at its end.
        try await Task.sleep(for: .seconds(2))
        let outcome = try await server.stop()
        #expect(outcome.errorText.contains("\"removed an environment\"") && outcome.errorText.contains(first))
    }

    @Test("is kept under its size: what was least recently used goes, and what has a name stays")
    func size() async throws {
        let index = try IndexFixture((1...3).map { WheelFixture("tool", "\($0).0") }, servesMetadata: true)
        let recipes = try Scratch("recipes")
        let server = try await RunningServer(
            "recipes: [\(recipes.path)]\nstore: {collectEvery: 1s, maxSize: 1 KiB}\n", ["--index-url", index.url])
        func ids() async throws -> Set<String> {
            Set(
                try await server.answer(["env", "list", "--data", server.data.string], as: Listed.self).environments
                    .map(\.id))
        }
        var made: [String] = []
        for version in 1...3 {
            try recipes.write(
                "tool.yaml", "name: tool\npython:\n  version: \"3.11\"\n  packages: [tool == \(version).0]\n")
            try? FileManager.default.removeItem(atPath: recipes.file("tool.lock.toml").string)
            try await server.output([
                "env", "build", recipes.file("tool.yaml").string, "--data", server.data.string,
                "--index-url", index.url, "--quiet",
            ])
            made.append(try #require(try await ids().subtracting(made).first))
        }
        // What was used in the last hour stays, also while the folder is too large.
        try await Task.sleep(for: .seconds(3))
        #expect(try await ids() == Set(made))
        try await StoreClock.sinceUse(of: made[1], hours: 2, in: server.data)
        _ = try await server.until("the collection", seconds: 60) { try await ids().contains(made[1]) ? nil : true }
        #expect(try await ids() == [made[0], made[2]])
        try await StoreClock.sinceUse(of: made[0], hours: 2, in: server.data)
        try await StoreClock.sinceUse(of: made[2], hours: 2, in: server.data)
        _ = try await server.until("the collection", seconds: 60) { try await ids().contains(made[0]) ? nil : true }
        try await Task.sleep(for: .seconds(3))
        #expect(try await ids() == [made[2]])
    }

    private struct Listed: Decodable {
        var environments: [Environment]
        struct Environment: Decodable { var id: String }
    }
}
