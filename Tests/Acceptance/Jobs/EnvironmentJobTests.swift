import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite(
    "A job's environment", .timeLimit(.minutes(5)), .enabled(if: Peer.has("/usr/bin/python3.11"), "needs Python 3.11"))
struct EnvironmentJobTests {
    private let index: IndexFixture
    private let server: RunningServer

    private static let program = "import tool; print(tool.__version__, tool.__file__)"

    init() async throws {
        let index = try IndexFixture(
            [WheelFixture("tool", "1.2", requires: ["part"]), WheelFixture("part")], servesMetadata: true)
        let recipes = try Scratch("recipes")
        try recipes.write(
            "tool.yaml", "name: tool\npython:\n  version: \"3.11\"\n  packages: [tool]\n")
        self.index = index
        self.recipes = recipes
        server = try await RunningServer(
            "recipes: [\(recipes.path)]\ndrivers: {cores: 4, memory: 2g}\n", ["--index-url", index.url])
    }

    private let recipes: Scratch

    private func submit(_ environment: String = "tool") async throws -> String {
        try await server.submit(
            "--environment", environment, "--driver-memory", "64m", "--command", "python", "-c", Self.program)
    }

    /// What is unpacked, and where on the disk: what was unpacked again is elsewhere.
    private func packages() throws -> [String: Int] {
        let folder = server.data.appending("volume/packages")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.string)
        return try Dictionary(
            uniqueKeysWithValues: names.map { name in
                let facts = try FileManager.default.attributesOfItem(atPath: folder.appending(name).string)
                return (name, facts[.systemFileNumber] as? Int ?? 0)
            })
    }

    @Test("it is made once, seen to be made, and a second start takes no resolver, download or unpacking")
    func once() async throws {
        // Five ask for it before it is there.
        var jobs: [String] = []
        for _ in 0..<5 { jobs.append(try await submit()) }
        for job in jobs {
            let end = try await server.end(of: job)
            let account = try await server.account(of: job)
            #expect(end.job.state == "succeeded", account)
            #expect(try await server.log(of: job).hasPrefix("1.2 \(server.data)/volume/envs/"), account)
            let steps = try await server.history(of: job)
            #expect(
                steps.map(\.to) == ["accepted", "preparing", "queued", "admitted", "starting", "running", "succeeded"],
                account)
            #expect(steps[1].message == "its environment is made ready: tool")
        }
        for name in ["tool-1.2", "part-1.0"] {
            #expect(index.server.count("/files/\(name)-py3-none-any.whl") == 1)
        }
        let made = try #require(try await server.show(jobs[0]).job.environments["main"])
        let shown = try await server.output(["job", "show", jobs[0]])
        #expect(shown.contains("environment  tool (\(made.prefix(12)))\n"), "\(shown)")

        let asked = index.server.requests().count
        let unpacked = try packages()
        #expect(unpacked.count >= 2)
        let second = try await submit()
        #expect(try await server.end(of: second).job.environments["main"] == made)
        // Another server, which remembers nothing; and by id in place of the name.
        try await server.kill()
        try await server.start()
        for environment in ["tool", made] {
            let job = try await submit(environment)
            let end = try await server.end(of: job)
            let account = try await server.account(of: job)
            #expect(end.job.state == "succeeded", account)
            #expect(end.job.environments["main"] == made)
        }
        #expect(index.server.requests().count == asked)
        #expect(try packages() == unpacked)
    }

    @Test("one that cannot be made fails its job, and says why")
    func impossible() async throws {
        try recipes.write("broken.yaml", "name: broken\npython:\n  version: \"3.11\"\n  packages: [tool > 2]\n")
        let job = try await submit("broken")
        let end = try await server.end(of: job)
        let account = try await server.account(of: job)
        #expect(end.job.state == "failed" && end.job.reason == "environmentFailed", account)
        #expect(end.job.message.contains("tool") && end.attempts.isEmpty, "\(end.job.message)")
        let unknown = try await server.run(
            ["job", "submit", "--environment", "tolo", "--command", "true"])
        #expect(!unknown.succeeded && unknown.errorText.contains("tolo"), "\(unknown.errorText)")
    }

    @Test("one that is told with the job is made for it")
    func inline() async throws {
        let recipe = try recipes.write("own.yaml", "name: own\npython:\n  version: \"3.11\"\n  packages: [part]\n")
        let job = try await server.submit(
            "--recipe", recipe.string, "--driver-memory", "64m", "--command", "python", "-c",
            "import part; print(part.__version__)")
        let end = try await server.end(of: job)
        let account = try await server.account(of: job)
        #expect(end.job.state == "succeeded", account)
        #expect(try await server.log(of: job) == "1.0\n")
    }
}
