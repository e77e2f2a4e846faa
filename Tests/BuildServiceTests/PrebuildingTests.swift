import EnvironmentBuilder
import EnvironmentSupply
import Foundation
import JobModel
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import BuildService

@Suite("Builds by the clock", .timeLimit(.minutes(2)))
struct PrebuildingTests {
    private let folder: Scratch

    init() throws {
        folder = try Scratch()
        try folder.write(
            "recipes/features.yaml",
            """
            name: features
            python:
              version: "3.11"
              packages: [demo]
              indexes: []
              find-links: [\(folder.file("wheels"))]
            tests:
            - python: "import demo; assert demo.version < '3'"
            """)
        try add("1.0")
    }

    private func add(_ version: String) throws {
        let wheel = WheelFixture("demo", version)
            .with(\.files, [("demo.py", Array("version = '\(version)'\n".utf8))])
        try folder.write("wheels/\(wheel.filename)", wheel.bytes)
    }

    private func service() -> BuildService {
        let settings = BuilderSettings(data: folder.file("data"), offline: true, jobs: 2, createdBy: "tests")
        return BuildService(settings: settings, recipes: [folder.file("recipes")])
    }

    /// One night, years ahead of the builds that were: from a minute before three o'clock to a minute behind it.
    private func night(_ day: Int64, _ service: BuildService) async throws -> [Build] {
        let three = day * 86_400_000 + 3 * 3_600_000
        let looks = Mutex(0)
        let (ended, tell) = AsyncStream.makeStream(of: Build.self)
        let reports = Mutex([String]())
        let prebuilding = Prebuilding(service, PrebuildSchedule(minute: 180, upgrades: true)) {
            looks.withLock { looks in
                looks += 1
                return Moment(milliseconds: looks == 1 ? three - 60_000 : three + 60_000)
            }
        } report: { text in
            reports.withLock { $0.append(text) }
        } ended: { build in
            tell.yield(build)
        }
        let running = Task { await prebuilding.run() }
        var builds: [Build] = []
        for await build in ended {
            builds.append(build)
            break
        }
        running.cancel()
        await running.value
        #expect(reports.withLock { $0 }.isEmpty)
        return builds
    }

    @Test("each night a recipe gets what is newest, tells what that changed, and keeps what it has where a test fails")
    func nights() async throws {
        let service = service()
        let first = try #require(try await night(30_000, service).first)
        #expect(first.state == .ready && first.askers == [Prebuilding.asker] && first.name == "features")
        try add("2.0")
        let second = try #require(try await night(30_001, service).first)
        #expect(second.state == .ready && second.changes == ["demo 1.0 → 2.0"], "\(second)")
        #expect(try await service.events(of: second.id).contains { $0.message == "demo 1.0 → 2.0" })
        let current = try await service.prepare(.named("features"), for: "t/ann")
        #expect(current.id == second.environment && current.id != first.environment)

        try add("3.0")
        let third = try #require(try await night(30_002, service).first)
        #expect(third.state == .failed && third.changes.isEmpty)
        #expect(third.trouble?.category == .testsFailed)
        #expect(third.trouble?.message.contains("AssertionError") == true, "\(third)")
        #expect(try await service.prepare(.named("features"), for: "t/ann") == current)
        // What the journal has outlives the server.
        let next = self.service()
        try await next.recall()
        #expect(next.builds() == service.builds())
    }

    @Test("a night without upgrades builds a recipe that was edited, and leaves alone what is as it was")
    func withoutUpgrades() async throws {
        let service = service()
        let ended = Mutex([Build]())
        let prebuilding = Prebuilding(service, PrebuildSchedule(minute: 180, upgrades: false)) {
            Moment(milliseconds: 0)
        } report: { _ in
        } ended: { build in
            ended.withLock { $0.append(build) }
        }
        await prebuilding.buildAll()
        try add("2.0")
        await prebuilding.buildAll()
        let recipe = folder.file("recipes/features.yaml").string
        let text = try String(contentsOfFile: recipe, encoding: .utf8)
        try folder.write("recipes/features.yaml", text + "\nenvironment: {NEW: \"1\"}")
        await prebuilding.buildAll()
        let environments = ended.withLock { $0.map(\.environment) }
        #expect(environments.count == 3 && environments[0] == environments[1] && environments[1] != environments[2])
    }

    @Test("a night's build that the server did not live to see is followed by the next one")
    func recalled() async throws {
        let settings = BuilderSettings(data: folder.file("data"), offline: true, jobs: 2, createdBy: "tests")
        let first = BuildService(settings: settings, recipes: [folder.file("recipes")], limits: BuildLimits(atOnce: 0))
        let asked = try await first.build(
            BuildOrder(.named("features"), upgrades: true), for: Prebuilding.asker)
        let next = BuildService(settings: settings, recipes: [folder.file("recipes")], limits: BuildLimits(atOnce: 1))
        // Nothing is built before somebody listens.
        let held = Task { [next] in
            try await next.gate.pass {
            } _: {
                while next.state.withLock({ $0.running[asked.id]?.listeners.isEmpty ?? true }) {
                    try await Task.sleep(for: .milliseconds(2))
                }
            }
        }
        while next.gate.isOpen { try await Task.sleep(for: .milliseconds(2)) }
        try await next.recall()
        let (ended, tell) = AsyncStream.makeStream(of: Build.self)
        let prebuilding = Prebuilding(next, PrebuildSchedule(minute: 0)) {
            asked.startedAt
        } report: { _ in
        } ended: {
            tell.yield($0)
        }
        let running = Task { await prebuilding.run() }
        for await build in ended {
            #expect(build.id == asked.id && build.state == .ready)
            break
        }
        running.cancel()
        await running.value
        try await held.value
    }
}
