import ContentStore
import Cryptography
import EnvironmentBuilder
import EnvironmentSupply
import Foundation
import JobModel
import Recipes
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import BuildService

@Suite("Orders of builds")
struct BuildOrderTests {
    private let folder: Scratch

    init() throws {
        folder = try Scratch()
        try FileManager.default.createDirectory(
            atPath: folder.file("recipes").string, withIntermediateDirectories: true)
    }

    private func service(buildsAtOnce: Int = 4) -> BuildService { service(BuildLimits(atOnce: buildsAtOnce)) }

    private func service(_ limits: BuildLimits) -> BuildService {
        let settings = BuilderSettings(data: folder.file("data"), offline: true, jobs: 2, createdBy: "tests")
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

    /// What a server that is started now would find.
    private func written(_ id: Build.ID) -> Build? {
        BuildJournal(in: folder.file("data")).entries().map(\.build).first { $0.id == id }
    }

    private func end(of build: Build, _ service: BuildService) async throws -> Build {
        for await _ in try await service.news(of: build.id) {}
        return try #require(service.build(build.id))
    }

    @Test("fifty requests for one new environment are one build")
    func once() async throws {
        let service = service()
        let order = BuildOrder(.recipe(Self.recipe("wanted")))
        let ids = try await withThrowingTaskGroup(of: Build.ID.self) { group in
            for number in 0..<50 { group.addTask { try await service.build(order, for: "t/user\(number)").id } }
            return try await group.reduce(into: Set<Build.ID>()) { $0.insert($1) }
        }
        #expect(ids.count == 1)
        let build = try await end(of: #require(service.builds().first), service)
        #expect(build.state == .ready && service.builds().count == 1)
        let begun = try await service.events(of: build.id).filter { $0.stage == "linking" && $0.message == "begins" }
        #expect(begun.count == 1)
    }

    @Test("an order is on the disk when it is acknowledged, and the next server goes on with it")
    func recalled() async throws {
        // Nobody is let in: the order is acknowledged, and the server ends.
        let first = service(buildsAtOnce: 0)
        let order = BuildOrder(.recipe(Self.recipe("kept")), deliveries: [.zip])
        let asked = try await first.build(order, for: "t/ann")
        _ = try await first.build(order, for: "t/bob")
        #expect(asked.state == .building)
        #expect(written(asked.id)?.askers == ["t/ann", "t/bob"])
        let next = service()
        try await next.recall()
        let build = try await end(of: asked, next)
        #expect(build.state == .ready && build.environment != nil)
        #expect(build.askers == ["t/ann", "t/bob"] && build.viewers == ["t/ann", "t/bob"])
        #expect(build.deliveries.map(\.delivery) == ["zip"])
        // And the one after that knows what came of it, with every step.
        let last = service()
        try await last.recall()
        #expect(last.build(asked.id) == build)
        #expect(try await last.events(of: asked.id).last?.stage == "ready")
        #expect(try await last.build(order, for: "t/eve").environment == build.environment)
        #expect(last.builds().count == 1)
        // What is sent may hold passwords.
        let place = folder.file("data/builds/\(asked.id)")
        for (path, mode) in [(place, 0o700), (place.appending("build.json"), 0o600)] {
            let attributes = try FileManager.default.attributesOfItem(atPath: path.string)
            #expect(attributes[.posixPermissions] as? Int == mode)
        }
    }

    @Test("what was asked for is taken back; the build ends once nobody wants it, or by force")
    func cancelled() async throws {
        let service = service(buildsAtOnce: 0)
        let order = BuildOrder(.recipe(Self.recipe("unwanted")))
        for asker in ["t/ann", "t/bob"] { _ = try await service.build(order, for: asker) }
        #expect(try await service.cancel(order.id, by: "t/ann", isForced: false)?.state == .building)
        #expect(service.build(order.id)?.askers == ["t/bob"])
        _ = try await service.cancel(order.id, by: "t/bob", isForced: false)
        let build = try await end(of: #require(service.build(order.id)), service)
        // Whose it was can still see it.
        #expect(build.askers == ["t/bob"])
        #expect(build.state == .cancelled && build.trouble?.message.contains("t/bob") == true)
        // Who waits for it is told.
        let again = try await service.begin(order, for: "t/job")
        _ = try await service.cancel(order.id, by: "t/admin", isForced: true)
        let error = await #expect(throws: EnvironmentSupplyError.self) { try await again.task.value }
        #expect(error?.message.contains("t/admin") == true)
        #expect(
            try await service.cancel(try #require(Build.ID(String(repeating: "0", count: 64))), by: "", isForced: true)
                == nil)
    }

    @Test("who takes back what others wait for is gone after a crash too, and what is cancelled stays so")
    func takenBack() async throws {
        let service = service(buildsAtOnce: 0)
        let order = BuildOrder(.recipe(Self.recipe("unwanted")))
        for asker in ["t/ann", "t/bob"] { _ = try await service.build(order, for: asker) }
        _ = try await service.cancel(order.id, by: "t/ann", isForced: false)
        #expect(written(order.id)?.askers == ["t/bob"])
        _ = try await service.cancel(order.id, by: "t/bob", isForced: false)
        #expect(written(order.id)?.state == .cancelled)
    }

    @Test("whoever asks for a build that somebody has ended just now gets one of their own")
    func endedMeanwhile() async throws {
        let service = service(buildsAtOnce: 0)
        let order = BuildOrder(.recipe(Self.recipe("wanted")))
        _ = try await service.build(order, for: "t/ann")
        // Its work goes on for a moment after it was ended.
        let work = try #require(
            service.state.withLock { state in
                state.running[order.id]?.cancelledBy = "other/admin"
                return state.running[order.id]?.work
            })
        let asked = Task { try await service.build(order, for: "u/eve") }
        try await Task.sleep(for: .milliseconds(50))
        work.cancel()
        let build = try await asked.value
        #expect(build.state == .building && build.askers == ["u/eve"])
        #expect(service.build(order.id)?.state == .building)
        _ = try await service.cancel(order.id, by: "u/eve", isForced: true)
    }

    @Test("who has ended a build is told to nobody of another tenant")
    func canceller() async throws {
        let service = service(buildsAtOnce: 0)
        try folder.write("recipes/shared.yaml", Self.recipe("shared"))
        for reference in [EnvironmentReference.recipe(Self.recipe("theirs")), .named("shared")] {
            let order = BuildOrder(reference)
            let work = try await service.begin(order, for: "t/ann")
            _ = try await service.cancel(order.id, by: "root/admin", isForced: true)
            let error = await #expect(throws: EnvironmentSupplyError.self) { try await work.task.value }
            #expect(error?.message == "was cancelled")
            let build = try #require(service.build(order.id))
            #expect(build.state == .cancelled && build.trouble?.message == "was cancelled")
            #expect(try await service.events(of: order.id).allSatisfy { !$0.message.contains("admin") })
        }
    }

    @Test("who has asked for a build before may look at it still when it is there without being made")
    func viewers() async throws {
        let first = service(buildsAtOnce: 0)
        let order = BuildOrder(.recipe(Self.recipe("seen")))
        _ = try await first.build(order, for: "t/ann")
        _ = try await first.cancel(order.id, by: "t/ann", isForced: false)
        for await _ in try await first.news(of: order.id) {}
        let service = service()
        try await service.recall()
        #expect(service.build(order.id)?.state == .cancelled)
        _ = try await end(
            of: service.build(BuildOrder(order.reference, deliveries: [.zip]), for: "t/bob"), service)
        let found = try await service.build(order, for: "t/eve")
        #expect(found.state == .ready && found.viewers == ["t/ann", "t/eve"])
        // And it is on the disk: the next server knows it.
        #expect(written(order.id)?.viewers == ["t/ann", "t/eve"] && written(order.id)?.state == .ready)
    }

    @Test("the oldest builds are forgotten, with the recipes that were sent for them alone")
    func forgotten() async throws {
        let service = service()
        let sent = (0..<2).map { BuildOrder(.recipe(Self.recipe("sent") + "\nenvironment: {NUMBER: \"\($0)\"}")) }
        for order in sent { _ = try await end(of: service.build(order, for: "t/ann"), service) }
        func folders(_ name: String) throws -> Set<String> {
            try Set(FileManager.default.contentsOfDirectory(atPath: folder.file("data/\(name)").string))
        }
        let ids = sent.map(\.id.description)
        #expect(try folders("recipes") == Set(ids) && folders("builds") == Set(ids))
        let id = try #require(service.build(sent[0].id)?.environment.flatMap { SHA256Digest(hex: $0) })
        _ = try ContentStore(at: folder.file("data")).remove(id, releasing: [])
        for number in 0...BuildService.memory.builds {
            var build = Build(BuildOrder(.named("n\(number)")), named: "", for: "t/ann", at: BuildService.now)
            build.state = .ready
            _ = try await service.remember(build, of: BuildOrder(.named("n\(number)")), shownTo: "t/ann")
        }
        // Of the other there is an environment, for which the recipe stands still.
        #expect(service.build(sent[1].id) == nil)
        _ = try await service.journal.perform { $0.entries().count }
        #expect(try folders("builds").count == BuildService.memory.builds)
        #expect(try folders("recipes") == [ids[1]])
        _ = try await service.remove(service.environments()[0].id.digest.hex, forced: true)
        _ = try await service.collect(CollectionPolicy())
        #expect(try folders("recipes").isEmpty)
    }

    @Test("those who listen and go away while they are told stop nobody", .timeLimit(.minutes(1)))
    func listening() async throws {
        let service = service(buildsAtOnce: 0)
        let build = try await service.build(BuildOrder(.recipe(Self.recipe("heard"))), for: "t/ann")
        let isOver = Mutex(false)
        // What happens in a build comes from threads of any kind.
        let thread = Thread { [service] in
            while !isOver.withLock({ $0 }) { service.note("waiting", "again", of: build.id) }
        }
        thread.start()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<300 {
                        let listener = Task {
                            for await _ in try await service.news(of: build.id) {}
                        }
                        try? await Task.sleep(for: .microseconds(200))
                        listener.cancel()
                        _ = try? await listener.value
                    }
                }
            }
        }
        isOver.withLock { $0 = true }
        #expect(try await service.cancel(build.id, by: "t/ann", isForced: false) != nil)
    }

    @Test("another delivery of the same recipe is another build of the same environment")
    func deliveries() async throws {
        let service = service()
        let plain = try await end(
            of: service.build(BuildOrder(.recipe(Self.recipe("one"))), for: "t/ann"), service)
        let order = BuildOrder(.recipe(Self.recipe("one")), deliveries: [.zip, .tarGzip, .zip])
        let both = try await end(of: service.build(order, for: "t/ann"), service)
        #expect(plain.id != both.id && plain.environment == both.environment && both.environment != nil)
        #expect(both.deliveries.map(\.delivery) == ["tar.gz", "zip"])
        #expect(
            both.deliveries.allSatisfy { $0.state == .delivered && $0.size ?? 0 > 0 && $0.digest?.utf8.count == 64 })
        let again = try await service.build(order, for: "t/bob")
        #expect(again.deliveries == both.deliveries && again.askers == ["t/ann"])
        // Whoever has asked may look at it, and fetch what it made.
        #expect(again.viewers == ["t/ann", "t/bob"])
        let archive = try #require(try await service.archive("zip", of: both.id))
        #expect(archive.fileName == "one.zip" && archive.digest.hex == both.deliveries[1].digest)
        #expect(try await service.archive("zip", of: plain.id) == nil)
    }

    @Test("whoever has none inside goes before whoever has some, and nobody is passed over")
    func fair() async throws {
        let gate = Gate(2)
        let log = OrderLog()
        await withTaskGroup(of: Void.self) { group in
            for (number, asker) in ["a", "a", "a", "a", "b", "c"].enumerated() {
                group.addTask {
                    try? await gate.pass(as: asker) {
                        log.state.withLock { $0.waiting += 1 }
                    } _: {
                        log.state.withLock { $0.order.append("\(asker)\(number)") }
                        // The first stays until all have come, the second until the others are gone.
                        while log.state.withLock({
                            number == 0 && $0.waiting < 4 || number == 1 && $0.order.count < 6
                        }) {
                            try? await Task.sleep(for: .milliseconds(1))
                        }
                    }
                }
                // One after the other, so that they come in this order.
                while log.state.withLock({ $0.order.count + $0.waiting }) <= number {
                    try? await Task.sleep(for: .milliseconds(1))
                }
            }
        }
        #expect(log.state.withLock { $0.order } == ["a0", "a1", "b4", "c5", "a2", "a3"])
    }

    @Test(
        "an upgrade takes what is newest once it passes the recipe's tests, and leaves everything as it was where not")
    func upgrade() async throws {
        let wheels = folder.file("wheels")
        func add(_ version: String) throws {
            let wheel = WheelFixture("demo", version)
                .with(\.files, [("demo.py", Array("version = '\(version)'\n".utf8))])
            try folder.write("wheels/\(wheel.filename)", wheel.bytes)
        }
        try add("1.0")
        try folder.write(
            "recipes/features.yaml",
            """
            name: features
            python:
              version: "3.11"
              packages: [demo]
              indexes: []
              find-links: [\(wheels)]
            tests:
            - python: "import demo; assert demo.version < '3'"
            """)
        let service = service()
        let first = try await service.prepare(.named("features"), for: "t/ann")
        func upgrade() async throws -> Build {
            let order = BuildOrder(.named("features"), upgrades: true)
            return try await end(of: service.build(order, for: "t/nightly"), service)
        }
        #expect(try await upgrade().environment == first.id)
        try add("2.0")
        let second = try await upgrade()
        #expect(second.state == .ready && second.environment != first.id, "\(second)")
        let changes = try await service.events(of: second.id).filter { $0.stage == "changed" }.map(\.message)
        #expect(changes == ["demo 1.0 → 2.0"])
        let named = try await service.prepare(.named("features"), for: "t/ann")
        #expect(named.id == second.environment)
        let lock = folder.file("recipes/features.lock.toml").string
        let before = try String(contentsOfFile: lock, encoding: .utf8)
        try add("3.0")
        let third = try await upgrade()
        #expect(third.state == .failed && third.trouble?.message.contains("AssertionError") == true, "\(third)")
        #expect(try String(contentsOfFile: lock, encoding: .utf8) == before)
        #expect(try await service.prepare(.named("features"), for: "t/ann") == named)
    }
}

/// Who was let in, in which order, and how many had to wait.
private final class OrderLog: Sendable {
    let state = Mutex((order: [String](), waiting: 0))
}
