import ContentStore
import EnvironmentBuilder
import EnvironmentSupply
import Foundation
import JobModel
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import BuildService

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
            for _ in 0..<5 { group.addTask { try await service.prepare(reference, for: "t/ann") } }
            return try await group.reduce(into: Set<DeliveredEnvironment>()) { $0.insert($1) }
        }
        #expect(made.count == 1)
        #expect(service.builds().count == 1)
        let environment = try #require(made.first)
        #expect(FileManager.default.isExecutableFile(atPath: environment.tree + "/bin/python"))
        #expect(try await service.find(.named(environment.id)) == .ready(environment))
        #expect(try await service.find(reference) == .ready(environment))
        let build = try #require(service.builds().first)
        #expect(build.state == .ready)
        #expect(build.environment == environment.id)
        #expect(build.lastEvent?.stage == "ready")
    }

    @Test("a few digits of an id stand for nothing: nobody finds environments by trying")
    func digits() async throws {
        let service = try service()
        let id = try await service.prepare(.recipe(Self.recipe("digits")), for: "t/ann").id
        for digits in [8, 11] {
            let error = await #expect(throws: EnvironmentSupplyError.self) {
                try await service.find(.named(String(id.prefix(digits))))
            }
            #expect(error?.code == .unknown)
            #expect(try await service.environment(String(id.prefix(digits))) == nil)
        }
        for reference in [String(id.prefix(12)), id, "sha256:" + id] {
            guard case .ready(let found) = try await service.find(.named(reference)) else {
                Issue.record("\(reference) is not found")
                continue
            }
            #expect(found.id == id)
            #expect(try await service.environment(reference) != nil)
        }
    }

    @Test("an admin's recipe is built by its name, and no path leads out of the folder")
    func named() async throws {
        let service = try service()
        #expect(try await service.find(.named("plain")) == .notReady)
        let environment = try await service.prepare(.named("plain"), for: "t/ann")
        #expect(try await service.find(.named("plain")) == .ready(environment))
        for name in ["../plain", "plain.yaml", "", ".", "nothing"] {
            let error = await #expect(throws: EnvironmentSupplyError.self) {
                try await service.prepare(.named(name), for: "t/ann")
            }
            #expect(error?.code == .unknown, "\(name)")
        }
    }

    @Test("what is sent takes no name: not a free one, not an admin's recipe's, not an environment's")
    func noName() async throws {
        let service = try service()
        let free = try await service.prepare(.recipe(Self.recipe("free")), for: "t/ann")
        await #expect(throws: EnvironmentSupplyError.self) { try await service.find(.named("free")) }
        let sent = Self.recipe("plain") + "\ndescription: not the admin's\nenvironment: {WHOSE: theirs}"
        let theirs = try await service.prepare(.recipe(sent), for: "t/ann")
        #expect(try await service.find(.named("plain")) == .notReady)
        let plain = try await service.prepare(.named("plain"), for: "t/ann")
        #expect(plain.id != theirs.id && theirs.id != free.id)
        let build = try await service.build(BuildOrder(.recipe(sent)), for: "t/ann")
        #expect(build.environment == theirs.id)
        _ = try await service.prepare(.recipe(sent + " "), for: "t/ann")
        #expect(try await service.find(.named("plain")) == .ready(plain))
        #expect(try await service.find(.named(theirs.id)) == .ready(theirs))
        let lock = try String(
            contentsOfFile: folder.file("data/recipes/\(build.id)/recipe.lock.toml").string,
            encoding: .utf8)
        #expect(try await service.prepare(.lock(lock), for: "t/ann").id == theirs.id)
        #expect(try await service.find(.named("plain")) == .ready(plain))
    }

    @Test("an admin's recipe is what its file is called, whatever the environments are")
    func ownFirst() async throws {
        let service = try service()
        try folder.write("recipes/features.yaml", Self.recipe("other"))
        try folder.write("recipes/free.yaml", Self.recipe("features") + "\nenvironment: {WHOSE: free}")
        let other = try await service.prepare(.named("free"), for: "t/ann")
        #expect(try await service.find(.named("features")) == .notReady)
        let features = try await service.prepare(.named("features"), for: "t/ann")
        #expect(features.id != other.id)
        #expect(try await service.find(.named("features")) == .ready(features))
        #expect(try await service.find(.named("free")) == .ready(other))
    }

    @Test(
        "what is sent names nothing of this machine",
        arguments: [
            EnvironmentReference.recipe(recipe("sent") + "\n  packages: ['demo @ file:///etc/demo-1.0.tar.gz']"),
            .recipe(recipe("sent") + "\n  find-links: [/etc]"),
            .lock(
                """
                lock-version = "1.0"
                created-by = "somebody"
                requires-python = "==3.11.*"
                [[packages]]
                name = "demo"
                version = "1.0"
                directory = {path = "/root"}
                """),
        ])
    func foreign(reference: EnvironmentReference) async throws {
        let service = try service()
        let error = await #expect(throws: EnvironmentSupplyError.self) {
            try await service.prepare(reference, for: "t/ann")
        }
        #expect(error?.code == .cannotBuild)
        #expect(error?.advice?.contains("recipes folder") == true, "\(String(describing: error))")
        // An admin may.
        if case .recipe(let text) = reference {
            try folder.write("recipes/sent.yaml", text)
            do {
                _ = try await service.prepare(.named("sent"), for: "t/ann")
            } catch let error as EnvironmentSupplyError {
                #expect(error.advice?.contains("recipes folder") != true, "\(error)")
            }
        }
    }

    @Test("what is sent is kept for the server's eyes")
    func kept() async throws {
        let service = try service()
        let build = try await service.build(BuildOrder(.recipe(Self.recipe("sent"))), for: "t/ann")
        for await _ in try await service.news(of: build.id) {}
        func mode(_ name: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: folder.file(name).string)[.posixPermissions] as? Int
        }
        #expect(try mode("data/recipes") == 0o700)
        #expect(try mode("data/recipes/\(build.id)") == 0o700)
        #expect(try mode("data/recipes/\(build.id)/recipe.yaml") == 0o600)
        #expect(try mode("data/recipes/\(build.id)/recipe.lock.toml") == 0o600)
    }

    @Test("a lock of which nothing came is made anew, and one that has an environment stays")
    func locked() async throws {
        let index = try IndexFixture(servesMetadata: true)
        let wheel = WheelFixture("demo", "1.0")
        index.add(wheel)
        let isThere = Mutex(false)
        index.server.on(index.path(of: wheel)) { _ in
            isThere.withLock { $0 } ? .file(wheel.bytes) : HTTPReply(404)
        }
        let settings = BuilderSettings(
            data: folder.file("data"), jobs: 2, indexURL: index.url, createdBy: "tests")
        let service = BuildService(settings: settings)
        let reference = EnvironmentReference.recipe(Self.recipe("sent") + "\n  packages: [demo]")
        let lock = "data/recipes/\(BuildOrder(reference).id)/recipe.lock.toml"
        func text() throws -> String { try String(contentsOfFile: folder.file(lock).string, encoding: .utf8) }
        await #expect(throws: (any Error).self) { try await service.prepare(reference, for: "t/ann") }
        try folder.write(lock, try text() + "# of a build that failed\n")
        isThere.withLock { $0 = true }
        let made = try await service.prepare(reference, for: "t/bob")
        #expect(try !text().contains("# of"))
        try folder.write(lock, try text() + "# of a build that was good\n")
        let zip = BuildOrder(reference, deliveries: [.zip])
        for await _ in try await service.news(of: service.build(zip, for: "t/bob").id) {}
        #expect(service.build(zip.id)?.environment == made.id)
        #expect(try text().contains("# of a build that was good"))
    }

    @Test("a name means its recipe as it is now, through restarts, and whatever was built of it before")
    func edited() async throws {
        let service = try service()
        let first = try await service.prepare(.named("plain"), for: "t/ann")
        #expect(try await service.build(BuildOrder(.named("plain")), for: "t/ann").state == .ready)
        let recipe = Self.recipe("plain") + "\nenvironment: {NEW: \"1\"}"
        try folder.write("recipes/plain.yaml", recipe)
        #expect(try await service.find(.named("plain")) == .notReady)
        let build = try await service.build(BuildOrder(.named("plain")), for: "t/ann")
        #expect(build.state == .building)
        for await _ in try await service.news(of: build.id) {}
        let second = try #require(service.build(build.id)?.environment)
        #expect(second != first.id)
        // A job gets the same without anybody asking for the build.
        try folder.write("recipes/plain.yaml", recipe.replacing("NEW", with: "NEWER"))
        let third = try await service.prepare(.named("plain"), for: "t/ann")
        #expect(third.id != second && third.variables["NEWER"] == "1")
        // And so does a server that is started again, with nothing to be made.
        let next = BuildService(settings: service.settings, recipes: service.recipes)
        try await next.recall()
        #expect(try await next.find(.named("plain")) == .ready(third))
        try FileManager.default.removeItem(atPath: folder.file("recipes/plain.lock.toml").string)
        #expect(try await next.find(.named("plain")) == .notReady)
        try folder.write("recipes/plain.yaml", "name: plain\npyton: 3")
        await #expect(throws: EnvironmentSupplyError.self) { try await next.prepare(.named("plain"), for: "t/ann") }
    }

    @Test("a recipe that is edited while it is built is built as it is then")
    func editedMeanwhile() async throws {
        let index = try IndexFixture()
        let wheel = WheelFixture("demo", "1.0")
        index.add(wheel)
        let path = folder.file("recipes/demo.yaml").string
        let recipe = Self.recipe("demo") + "\n  packages: [demo]"
        try folder.write("recipes/demo.yaml", recipe)
        index.server.on(index.path(of: wheel)) { _ in
            let text = recipe + "\nenvironment: {NEW: \"1\"}"
            try? Data(text.utf8).write(to: URL(fileURLWithPath: path))
            return .file(wheel.bytes)
        }
        let settings = BuilderSettings(
            data: folder.file("data"), jobs: 2, indexURL: index.url, createdBy: "tests")
        let service = BuildService(settings: settings, recipes: [folder.file("recipes")])
        let made = try await service.prepare(.named("demo"), for: "t/ann")
        #expect(made.variables["NEW"] == "1")
        #expect(try await service.find(.named("demo")) == .ready(made))
    }

    @Test("so many builds are made at once, and the others in their order")
    func gate() async throws {
        let gate = Gate(2)
        let log = GateLog()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask {
                    try? await gate.pass {
                        log.state.withLock { $0.waited += 1 }
                    } _: {
                        log.state.withLock {
                            $0.inside += 1
                            $0.most = max($0.most, $0.inside)
                            $0.order.append(number)
                        }
                        // The first stay until all others wait.
                        while log.state.withLock({ $0.waited }) < 6 { try? await Task.sleep(for: .milliseconds(1)) }
                        try? await Task.sleep(for: .milliseconds(5))
                        log.state.withLock { $0.inside -= 1 }
                    }
                }
                // One after the other, so that they come in this order.
                while log.state.withLock({ $0.order.count + $0.waited }) <= number {
                    try? await Task.sleep(for: .milliseconds(1))
                }
            }
        }
        let seen = log.state.withLock { $0 }
        #expect(seen.most == 2 && seen.order == Array(0..<8) && seen.waited == 6, "\(seen)")
        let service = try service()
        // All places are taken by the same tenant until all have asked.
        let asked = GateLog()
        let holders = (0..<service.limits.atOnce).map { _ in
            Task { [service] in
                try await service.gate.pass(of: "t") {
                } _: {
                    while asked.state.withLock({ $0.inside }) == 0 { try await Task.sleep(for: .milliseconds(1)) }
                }
            }
        }
        while service.gate.isOpen { try await Task.sleep(for: .milliseconds(1)) }
        var builds: [Build] = []
        for number in 0..<9 {
            let order = BuildOrder(.recipe(Self.recipe("sent\(number)")))
            builds.append(try await service.build(order, for: "t/ann"))
        }
        for build in builds {
            while try await service.events(of: build.id).isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        }
        asked.state.withLock { $0.inside = builds.count }
        for holder in holders { try await holder.value }
        for build in builds {
            for await _ in try await service.news(of: build.id) {}
            #expect(service.build(build.id)?.state == .ready)
        }
        var first: Set<String> = []
        for build in builds { first.insert(try await service.events(of: build.id).first?.stage ?? "") }
        #expect(first == ["waiting"], "\(first)")
    }

    @Test("a recipe that is wrong says so, and is no fault that passes")
    func wrong() async throws {
        let service = try service()
        let error = await #expect(throws: EnvironmentSupplyError.self) {
            try await service.prepare(.recipe("name: bad\npyton: 3"), for: "t/ann")
        }
        #expect(error?.code == .cannotBuild)
        #expect(service.builds().first?.state == .failed)
        #expect(service.builds().first?.trouble?.message.contains("pyton") == true)
    }

    @Test("a job's lease is there until it is released")
    func leases() async throws {
        let service = try service()
        let environment = try await service.prepare(.named("plain"), for: "t/ann")
        let job = JobID(high: 1, low: 2)
        try await service.lease(environment.id, to: job)
        try await service.lease(environment.id, to: job)
        #expect(try await service.leases() == [job])
        let store = service.builder.store
        let lease = try #require(try store.leases().first { $0.holder == .job(job.description) })
        let days = try (#require(lease.until) - store.time()) / 86_400
        #expect((28...30).contains(days))
        // A server asks for it often: it is written where it has become shorter, and for none who has none.
        try store.lease(lease.environment, to: lease.holder, for: 86_400)
        try await service.renew([job, JobID(high: 1, low: 3)])
        #expect(try await service.leases() == [job])
        #expect(try #require(store.leases().first { $0.holder == lease.holder }?.until) - store.time() > 28 * 86_400)
        try await service.release(job)
        #expect(try await service.leases().isEmpty)
    }

    @Test("whoever listens to a build hears it to its end")
    func events() async throws {
        let service = try service()
        let build = try await service.build(BuildOrder(.named("plain")), for: "t/ann")
        var stages: [String] = []
        for await case .event(let event) in try await service.news(of: build.id) { stages.append(event.stage) }
        #expect(stages.last == "ready")
        #expect(try await service.events(of: build.id).map(\.number) == Array(1...stages.count))
    }
}

/// Who was inside, and in which order.
private final class GateLog: Sendable {
    let state = Mutex((inside: 0, most: 0, order: [Int](), waited: 0))
}
