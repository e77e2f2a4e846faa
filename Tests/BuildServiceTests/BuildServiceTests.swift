import BuildService
import EnvironmentBuilder
import EnvironmentSupply
import Foundation
import JobModel
import SystemPackage
import TestSupport
import Testing

@Suite("Environments for jobs")
struct BuildServiceTests {
    private let folder: Scratch

    init() throws {
        folder = try Scratch()
    }

    private func service() throws -> BuildService {
        try folder.write("recipes/plain.yaml", Self.recipe("plain"))
        let settings = BuilderSettings(
            data: folder.file("data"), offline: true, jobs: 2, createdBy: "tests")
        return BuildService(settings: settings, recipes: [folder.file("recipes")])
    }

    private static func recipe(_ name: String) -> String {
        """
        name: \(name)
        version: "1"
        python:
          version: "3.11"
        """
    }

    @Test("a recipe is built once, however many ask, and the same recipe is the same environment")
    func once() async throws {
        let service = try service()
        let reference = EnvironmentReference.recipe(Self.recipe("inline"))
        let made = try await withThrowingTaskGroup(of: DeliveredEnvironment.self) { group in
            for _ in 0..<5 { group.addTask { try await service.prepare(reference) } }
            return try await group.reduce(into: Set<DeliveredEnvironment>()) { $0.insert($1) }
        }
        #expect(made.count == 1)
        #expect(service.builds().count == 1)
        let environment = try #require(made.first)
        #expect(FileManager.default.isExecutableFile(atPath: environment.tree + "/bin/python"))
        #expect(try await service.find(.named(environment.id)) == .ready(environment))
        #expect(try await service.find(.named("inline")) == .ready(environment))
        let build = try #require(service.builds().first)
        #expect(build.state == .ready)
        #expect(build.environment == environment.id)
        #expect(build.events.last?.stage == "ready")
    }

    @Test("an admin's recipe is built by its name, and no path leads out of the folder")
    func named() async throws {
        let service = try service()
        #expect(try await service.find(.named("plain")) == .notReady)
        let environment = try await service.prepare(.named("plain"))
        #expect(try await service.find(.named("plain")) == .ready(environment))
        for name in ["../plain", "plain.yaml", "", ".", "nothing"] {
            let error = await #expect(throws: EnvironmentSupplyError.self) { try await service.prepare(.named(name)) }
            #expect(error?.code == .unknown, "\(name)")
        }
    }

    @Test("a recipe that is wrong says so, and is no fault that passes")
    func wrong() async throws {
        let service = try service()
        let error = await #expect(throws: EnvironmentSupplyError.self) {
            try await service.prepare(.recipe("name: bad\npyton: 3"))
        }
        #expect(error?.code == .cannotBuild)
        #expect(service.builds().first?.state == .failed)
        #expect(service.builds().first?.message?.contains("pyton") == true)
    }

    @Test("a job's lease is there until it is released")
    func leases() async throws {
        let service = try service()
        let environment = try await service.prepare(.named("plain"))
        let job = JobID(high: 1, low: 2)
        try await service.lease(environment.id, to: job)
        try await service.lease(environment.id, to: job)
        #expect(try await service.leases() == [job])
        try await service.release(job)
        #expect(try await service.leases().isEmpty)
    }

    @Test("whoever listens to a build hears it to its end")
    func events() async throws {
        let service = try service()
        let build = try await service.build(.named("plain"))
        var stages: [String] = []
        for await event in service.events(of: build.id) { stages.append(event.stage) }
        #expect(stages.last == "ready")
        #expect(service.build(build.id)?.events.map(\.number) == Array(1...stages.count))
    }
}
