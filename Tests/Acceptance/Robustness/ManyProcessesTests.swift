import Foundation
import SystemPackage
import TestSupport
import Testing

/// Many processes on one data folder that want the same thing at once.
@Suite("Many processes at once")
struct ManyProcessesTests {
    private static let count = 50
    private static let wheels = [
        WheelFixture("first", requires: ["second"]).adding("first/data.bin", String(repeating: "1", count: 300_000)),
        WheelFixture("second").adding("second/more.py", "VALUE = 2\n"),
    ]

    private let user: FreshUser

    init() throws {
        user = try FreshUser(Self.wheels)
    }

    /// Runs the same command in fifty processes, all started before any is waited for.
    private func together(_ arguments: [String]) async throws -> [Command.Outcome] {
        let running = try (0..<Self.count).map { _ in try user.command(arguments).start() }
        return await withTaskGroup(of: Command.Outcome.self) { group in
            for process in running { group.addTask { await process.outcome() } }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    /// The last line of each output: what the command says it has done.
    private func results(_ outcomes: [Command.Outcome]) throws -> [[String: Any]] {
        try outcomes.map { outcome in
            #expect(outcome.status == 0, "\(outcome.errorText)")
            let last = outcome.text.split(separator: "\n").last.map(String.init) ?? "{}"
            return try JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Any] ?? [:]
        }
    }

    /// How far each compilation came that a process told of: sources done, and all of them.
    private func compilations(of outcome: Command.Outcome) throws -> [[Int]] {
        try outcome.text.split(separator: "\n").compactMap { line in
            let event = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            guard event?["event"] as? String == "progressed", event?["stage"] as? String == "compiling" else {
                return nil
            }
            return [event?["done"], event?["total"]].compactMap { $0 as? Int }
        }
    }

    @Test("fifty that want one file make one download")
    func oneDownload() async throws {
        let recipe = try await user.recipe("pair", ["first"])
        // All fifty write one lock, and none of them finds half of another's.
        _ = try results(try await together(["env", "lock", recipe, "--json"]))
        let lock = user.scratch.file("recipes/pair.lock.toml").string
        user.index.server.forgetRequests()
        let results = try results(try await together(["env", "fetch", lock, "--json"]))
        for wheel in Self.wheels {
            let requests = user.index.server.requests(user.index.path(of: wheel))
            #expect(requests.count == 1, "\(wheel.filename)")
        }
        #expect(results.count == Self.count)
        try await user.expectGoodStore()
    }

    @Test("fifty that want one environment make one build: unpacked, compiled and published once, the same for all")
    func oneBuild() async throws {
        let recipe = try await user.recipe("pair", ["first"])
        try await user.succeed("env", "lock", recipe)
        let lock = user.scratch.file("recipes/pair.lock.toml").string
        let image = "oci:\(user.scratch.file("images")):pair"
        user.index.server.forgetRequests()
        var compilations: [[Int]] = []
        for arguments in [["env", "build", lock, "--json"], ["env", "build", lock, "--image", image, "--json"]] {
            let outcomes = try await together(arguments)
            let results = try results(outcomes)
            compilations += try outcomes.flatMap { try self.compilations(of: $0) }
            let ids = Set(
                results.compactMap { (($0["environments"] as? [[String: Any]])?.first)?["id"] as? String })
            #expect(ids.count == 1)
            if arguments.contains("--image") {
                let images = results.compactMap { $0["image"] as? [String: Any] }
                #expect(Set(images.compactMap { $0["digest"] as? String }).count == 1)
                #expect(images.count == Self.count)
                // Whoever came later found every layer there.
                let layers = images.compactMap { $0["layers"] as? Int }.first
                #expect(images.compactMap { $0["made"] as? Int }.reduce(0, +) == layers)
            } else {
                let folders = results.compactMap { $0["folder"] as? [String: Any] }
                #expect(folders.compactMap { $0["unpacked"] as? Int }.reduce(0, +) == Self.wheels.count)
                #expect(Set(folders.compactMap { $0["path"] as? String }).count == 1)
                #expect(folders.compactMap { $0["published"] as? Bool }.filter(\.self).count == 1)
            }
        }
        // One process has compiled the three modules, and nobody else any.
        #expect(compilations == [[3, 3]])
        for wheel in Self.wheels { #expect(user.index.server.count(user.index.path(of: wheel)) == 1) }
        try await user.succeed("env", "run", "pair", "--", "python", "-c", "import first, second.more")
        try await user.expectGoodStore()
    }

    @Test("processes that are killed while others wait for them hold nobody up")
    func killedHolders() async throws {
        let recipe = try await user.recipe("pair", ["first"])
        try await user.succeed("env", "lock", recipe)
        let lock = user.scratch.file("recipes/pair.lock.toml").string
        let running = try (0..<8).map { _ in try user.command(["env", "build", lock, "--json"]).start() }
        for (number, process) in running.enumerated() where number % 2 == 0 {
            try await Task.sleep(for: .milliseconds(30))
            process.signal(9)
        }
        for (number, process) in running.enumerated() {
            let outcome = await process.outcome()
            if number % 2 == 1 { #expect(outcome.status == 0, "\(outcome.errorText)") }
        }
        try await user.expectGoodStore()
    }
}
