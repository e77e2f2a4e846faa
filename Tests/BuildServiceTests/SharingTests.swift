import Diagnostics
import EnvironmentBuilder
import EnvironmentSupply
import Foundation
import JobModel
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import BuildService

@Suite("What each tenant has of the builds", .timeLimit(.minutes(2)))
struct SharingTests {
    private let folder: Scratch

    init() throws {
        folder = try Scratch()
        try folder.write("recipes/plain.yaml", Self.recipe("plain"))
    }

    private func service(_ limits: BuildLimits, offline: Bool = true) -> BuildService {
        let settings = BuilderSettings(data: folder.file("data"), offline: offline, jobs: 2, createdBy: "tests")
        return BuildService(settings: settings, recipes: [folder.file("recipes")], limits: limits)
    }

    private static func recipe(_ name: String) -> String {
        """
        name: \(name)
        version: "1"
        python:
          version: "3.11"
        """
    }

    private static func order(_ name: String) -> BuildOrder { BuildOrder(.recipe(recipe(name))) }

    @Test(
        "a tenant with as many builds as it may have gets no other; what is there or under way, and others' are not refused"
    )
    func perTenant() async throws {
        let first = service(BuildLimits())
        let ready = try await first.prepare(.recipe(Self.recipe("ready")), for: "mob/ann")
        // From here on nobody is let in.
        let service = service(BuildLimits(atOnce: 0, perTenant: 3))
        try await service.recall()
        for number in 0..<3 { _ = try await service.build(Self.order("flood\(number)"), for: "mob/user\(number)") }
        for asker in ["mob/ann", "mob/new"] {
            let error = await #expect(throws: EnvironmentSupplyError.self) {
                try await service.build(Self.order("more"), for: asker)
            }
            #expect(error?.code == .tooMany && error?.category == .unavailable)
            #expect(error?.message.contains("the tenant mob has 3 builds") == true, "\(String(describing: error))")
        }
        #expect(try await service.build(Self.order("ready"), for: "mob/ann").environment == ready.id)
        #expect(try await service.build(Self.order("flood1"), for: "mob/eve").state == .building)
        #expect(try await service.build(Self.order("more"), for: "mo/ann").state == .building)
        // Nor is what the server does by itself, nor pulls by what it does.
        for number in 0..<5 {
            try folder.write("recipes/own\(number).yaml", Self.recipe("own\(number)"))
            _ = try await service.build(BuildOrder(.named("own\(number)")), for: Prebuilding.asker)
        }
        _ = try await service.begin(BuildOrder(.named("plain")), for: BuildService.puller)
        // One that is taken back makes room.
        _ = try await service.cancel(Self.order("flood0").id, by: "mob/user0", isForced: false)
        for await _ in try await service.news(of: Self.order("flood0").id) {}
        #expect(try await service.build(Self.order("again"), for: "mob/ann").state == .building)
    }

    @Test("jobs wait for room among their tenant's builds, and do not fail for it")
    func jobs() async throws {
        let service = service(BuildLimits(perTenant: 1))
        let made = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<3 {
                let recipe = EnvironmentReference.recipe(
                    Self.recipe("job\(number)") + "\nenvironment: {NUMBER: '\(number)'}")
                group.addTask { try await service.prepare(recipe, for: "mob/ann").id }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(made.count == 3)
    }

    @Test("a server that is started again goes on with as many of a tenant's as it may have, and says so of the rest")
    func restarted() async throws {
        let first = service(BuildLimits(atOnce: 0))
        for number in 0..<5 { _ = try await first.build(Self.order("flood\(number)"), for: "mob/ann") }
        _ = try await first.build(Self.order("one"), for: "acme/bob")
        let next = service(BuildLimits(atOnce: 0, perTenant: 3))
        try await next.recall()
        let states = Dictionary(grouping: next.builds(), by: \.state)
        #expect(states[.building]?.count == 4 && states[.failed]?.count == 2)
        #expect(next.build(Self.order("one").id)?.state == .building)
        #expect(states[.failed]?.allSatisfy { $0.trouble?.category == .unavailable } == true)
        // And for good: what is told as failed is not begun by the one after.
        let last = service(BuildLimits(atOnce: 0))
        try await last.recall()
        #expect(last.builds().count { $0.state == .building } == 4)
    }

    @Test("whoever has most of the builds that are over is forgotten first; what is under way never")
    func forgetting() async throws {
        let service = service(BuildLimits(atOnce: 0, perTenant: 500))
        func end(_ name: String, _ asker: String) async throws {
            var build = Build(Self.order(name), named: name, for: asker, at: BuildService.now)
            build.state = .ready
            _ = try await service.remember(build, of: Self.order(name), shownTo: asker)
        }
        for number in 0..<10 { try await end("ours\(number)", "acme/bob") }
        for number in 0..<20 { _ = try await service.begin(Self.order("begun\(number)"), for: "mob/ann") }
        for number in 0..<700 { try await end("flood\(number)", "mob/user\(number % 50)") }
        #expect(service.builds().count == 500)
        let left = Set(service.builds().map(\.name))
        #expect((0..<10).allSatisfy { left.contains("ours\($0)") })
        #expect((0..<20).allSatisfy { left.contains("begun\($0)") })
        #expect(!left.contains("flood0") && left.contains("flood699"))
    }

    @Test("a tenant whose builds fill all places keeps nobody out: one more is let in, of another, one after the other")
    func gate() async throws {
        let (gate, log) = (Gate(2), Visits())
        await withTaskGroup(of: Void.self) { group in
            // The mob's stay inside until all others have come and gone.
            for (number, name) in ["mob/1", "mob/2", "mob/3"].enumerated() {
                group.addTask { await log.visit(gate, name) { log.state.withLock { $0.gone } == 3 } }
                while log.state.withLock({ $0.order.count + $0.waiting }) <= number {
                    try? await Task.sleep(for: .milliseconds(1))
                }
            }
            for name in ["a/1", "b/1", "a/2"] {
                group.addTask {
                    await log.visit(gate, name) { true }
                    log.state.withLock { $0.gone += 1 }
                }
            }
        }
        let seen = log.state.withLock { $0 }
        #expect(seen.most == 3 && seen.order.first == "mob/1" && seen.order.last == "mob/3", "\(seen)")
    }

    @Test("where only one is made at once, it is one")
    func onePlace() async throws {
        let (gate, log) = (Gate(1), Visits())
        await withTaskGroup(of: Void.self) { group in
            for name in ["a/1", "b/1", "c/1"] {
                group.addTask { await log.visit(gate, name) { log.state.withLock { $0.waiting } == 2 } }
            }
        }
        let seen = log.state.withLock { $0 }
        #expect(seen.most == 1 && seen.order.count == 3, "\(seen)")
    }

    @Test("a recipe that is sent and leads to a server that drips is over at its deadline; an admin's own has none")
    func deadline() async throws {
        let server = try HTTPFixtureServer()
        // Twenty bytes every tenth of a second: never stalled, never over.
        server.onAnyOther { _ in
            HTTPReply(200, [UInt8](repeating: 32, count: 1 << 20), type: "text/html").with(\.drip, (20, 100))
        }
        let text = Self.recipe("drip") + "\n  packages: [demo]\n  indexes: []\n  find-links: [\(server.url("/links/"))]"
        let service = service(BuildLimits(atOnce: 2, deadline: .milliseconds(1500)), offline: false)
        let error = await #expect(throws: EnvironmentSupplyError.self) {
            try await service.prepare(.recipe(text), for: "mob/ann")
        }
        #expect(error?.code == .overdue && error?.category == .timedOut, "\(String(describing: error))")
        #expect(error?.advice?.contains("builds.deadline") == true)
        let build = try #require(service.builds().first)
        #expect(build.state == .failed && build.trouble?.category == .timedOut)
        #expect(build.trouble?.message.contains("was not built within 1.5 seconds") == true)
        // Its place is free again.
        #expect(try await service.build(Self.order("next"), for: "mob/ann").state == .building)
        for await _ in try await service.news(of: Self.order("next").id) {}
        #expect(service.build(Self.order("next").id)?.state == .ready)
        try folder.write("recipes/slow.yaml", text)
        let own = try await service.build(BuildOrder(.named("slow")), for: "acme/bob")
        try await Task.sleep(for: .seconds(3))
        #expect(service.build(own.id)?.state == .building)
        _ = try await service.cancel(own.id, by: "acme/bob", isForced: true)
        for await _ in try await service.news(of: own.id) {}
        server.stop()
    }
}

/// Who was let in, in which order, and how many were inside at once.
private final class Visits: Sendable {
    let state = Mutex((order: [String](), inside: 0, most: 0, waiting: 0, gone: 0))

    /// Goes in as `TENANT/USER`, and stays until it is over.
    func visit(_ gate: Gate, _ asker: String, isOver: @Sendable () -> Bool) async {
        try? await gate.pass(as: asker, of: Asker.tenant(of: asker)) {
            state.withLock { $0.waiting += 1 }
        } _: {
            state.withLock {
                $0.order.append(asker)
                $0.inside += 1
                $0.most = max($0.most, $0.inside)
            }
            while !isOver() { try? await Task.sleep(for: .milliseconds(1)) }
            state.withLock { $0.inside -= 1 }
        }
    }
}
