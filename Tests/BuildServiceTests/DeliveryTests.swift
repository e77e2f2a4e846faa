import Cryptography
import Diagnostics
import EnvironmentBuilder
import EnvironmentSupply
import Foundation
import ImageSpec
import JobModel
import SystemPackage
import TestSupport
import Testing

@testable import BuildService

@Suite("Deliveries of a server's builds")
struct DeliveryTests {
    private let folder: Scratch

    init() throws {
        folder = try Scratch()
        try folder.write("recipes/plain.yaml", Self.recipe("plain"))
        try FileManager.default.createDirectory(atPath: volume.string, withIntermediateDirectories: true)
    }

    private var volume: FilePath { folder.file("volume") }

    private static func recipe(_ name: String) -> String {
        """
        name: \(name)
        version: "1"
        python:
          version: "3.11"
        """
    }

    private func service(_ places: DeliveryPlaces) -> BuildService {
        let settings = BuilderSettings(data: folder.file("data"), jobs: 2, createdBy: "tests")
        return BuildService(settings: settings, recipes: [folder.file("recipes")], places: places)
    }

    private func end(of build: Build, _ service: BuildService) async throws -> Build {
        for await _ in try await service.news(of: build.id) {}
        return try #require(service.build(build.id))
    }

    @Test(
        "a delivery is read as it is written",
        arguments: [
            ("tar.gz", "tar.gz"), ("zip", "zip"),
            ("docker://Registry.example:5000/team/x:1", "docker://registry.example:5000/team/x:1"),
            ("volume:shared", "volume:shared"),
            ("volume:shared?lease=nightly", "volume:shared?lease=nightly&for=1w"),
            ("volume:shared?for=90m&lease=a/b@c", "volume:shared?lease=a/b@c&for=90m"),
        ])
    func reading(_ text: String, _ written: String) throws {
        let delivery = try BuildDelivery(text)
        #expect(delivery.description == written)
        #expect(try BuildDelivery(written) == delivery)
    }

    @Test(
        "what is none is refused",
        arguments: [
            "", "tar", "docker://x", "docker://registry.example/Team", "oci:images:x", "volume:", "volume:-x",
            "volume:a?", "volume:a?for=7d", "volume:a?lease=", "volume:a?lease=b&for=0s", "volume:a?lease=b&for=9999d",
            "volume:a?lease=b&lease=c", "volume:a?lease=b c", "volume:a?name=b", "volume:a\u{0}",
            "docker://registry.example/x@sha256:\(String(repeating: "0", count: 64))",
        ])
    func noDelivery(_ text: String) {
        let error = #expect(throws: (any Error).self) { try BuildDelivery(text) }
        #expect([.badInput, .usage].contains((error as? any Diagnostic)?.category))
    }

    @Test(
        "the allow list covers whole words of a registry's names, and its volumes alone",
        arguments: [
            ("docker://registry.example/team/x:1", true), ("docker://registry.example/team", true),
            ("docker://registry.example/team/x/y", true), ("docker://registry.example/teams/x", false),
            ("docker://registry.example/other", false), ("docker://registry.example:5000/team/x", false),
            ("docker://other.example:5000/anything/at/all", true), ("docker://other.example/x", false),
            ("volume:shared", true), ("volume:shared?lease=x", true), ("volume:other", false),
            ("zip", true),
        ])
    func allowList(_ text: String, isAllowed: Bool) throws {
        let places = DeliveryPlaces(
            registries: ["registry.example/team/", "other.example:5000"], volumes: ["shared": "/mnt"])
        let delivery = try BuildDelivery(text)
        if isAllowed { return try places.admit(delivery, by: ["acme"]) }
        let error = #expect(throws: EnvironmentSupplyError.self) { try places.admit(delivery, by: ["acme"]) }
        #expect(error?.code == .notAllowed)
        #expect(error?.message.contains("allow list has") == true, "\(error?.message ?? "")")
        #expect(error?.advice?.contains("builds.deliveries.") == true)
    }

    @Test(
        "a part of a registry's name that is the tenant's is nobody else's",
        arguments: [
            ("registry.example/acme/x:1", true), ("registry.example/acme", true), ("registry.example/other/x", false),
            ("registry.example/acme-x/y", false), ("registry.example/acm/x", false), ("registry.example/x/acme", false),
            ("registry.example/{tenant}/x", false), ("registry.example/acme/../other/x", false),
            ("deep.example:5000/team/acme/x", true), ("deep.example:5000/team/acme/x/y:2", true),
            ("deep.example:5000/team/other/x", false), ("deep.example:5000/team", false),
            ("deep.example/team/acme", false),
            ("deep.example:5000/acme/x", false),
        ])
    func tenantsRegistry(_ place: String, isAllowed: Bool) async throws {
        let places = DeliveryPlaces(registries: ["registry.example/{tenant}", "deep.example:5000/team/{tenant}"])
        guard let delivery = try? BuildDelivery("docker://\(place)") else {
            #expect(!isAllowed)
            return
        }
        if isAllowed {
            try places.admit(delivery, by: ["acme"])
        } else {
            let error = #expect(throws: EnvironmentSupplyError.self) { try places.admit(delivery, by: ["acme"]) }
            #expect(error?.message.hasSuffix("has registry.example/acme, deep.example:5000/team/acme") == true)
        }
        for tenant in ["", "ACME", "acme/x", "{tenant}", "registry.example"] {
            #expect(throws: EnvironmentSupplyError.self) { try places.admit(delivery, by: [tenant]) }
        }
        // The same where an order comes in, by whose it is.
        let service = service(places)
        let order = BuildOrder(.named("plain"), deliveries: [delivery])
        #expect(((try? service.admit(order, for: ["acme/ann"])) != nil) == isAllowed)
        let error = await #expect(throws: EnvironmentSupplyError.self) {
            try await service.build(order, for: "stranger/\(place)")
        }
        #expect(error?.code == .notAllowed && service.builds().isEmpty)
    }

    @Test("a tenant's own volume goes before everybody's of that name, and is nobody else's")
    func tenants() throws {
        let places = DeliveryPlaces(volumes: ["lab": "/mnt/lab", "acme/lab": "/mnt/acme", "acme/own": "/mnt/own"])
        func meant(_ text: String, by tenant: String) throws -> String {
            let delivery = try places.meant(BuildDelivery(text), by: tenant)
            try places.admit(delivery, by: [tenant])
            return delivery.description
        }
        #expect(try meant("volume:lab", by: "acme") == "volume:acme/lab")
        #expect(try meant("volume:lab", by: "other") == "volume:lab")
        #expect(try meant("volume:own", by: "acme") == "volume:acme/own")
        for (text, tenant) in [("volume:own", "other"), ("volume:acme/own", "other"), ("volume:acme/lab", "acme")] {
            let error = #expect(throws: EnvironmentSupplyError.self) { try meant(text, by: tenant) }
            #expect(error?.message.hasSuffix("its allow list has lab") == true, "\(error?.message ?? "")")
        }
    }

    @Test("nothing is begun of an order with a delivery that is not allowed, or would take a name it may not")
    func refused() async throws {
        let service = service(DeliveryPlaces(volumes: ["shared": volume]))
        for (reference, text, code) in [
            (.named("plain"), "docker://registry.example/x", .notAllowed),
            (.named("plain"), "volume:else", .notAllowed),
            (.recipe(Self.recipe("sent")), "volume:shared", .cannotBuild),
        ] as [(EnvironmentReference, String, EnvironmentSupplyErrorCode)] {
            let order = BuildOrder(reference, deliveries: [try BuildDelivery(text)])
            let error = await #expect(throws: EnvironmentSupplyError.self) {
                try await service.build(order, for: "t/ann")
            }
            #expect(error?.code == code)
        }
        #expect(service.builds().isEmpty)
    }

    @Test("a recipe of an admin's has its name on the volume; what is sent is held for its tenant, and has none")
    func volumes() async throws {
        let service = service(DeliveryPlaces(volumes: ["shared": volume]))
        let order = BuildOrder(.named("plain"), deliveries: [try BuildDelivery("volume:shared")])
        let named = try await end(of: service.build(order, for: "t/ann"), service)
        #expect(named.state == .ready && named.deliveries[0].state == .delivered, "\(named.deliveries)")
        let path = try #require(named.deliveries[0].path)
        #expect(path.hasPrefix("envs/") && !path.contains(folder.path.string))
        #expect(FileManager.default.isExecutableFile(atPath: volume.appending(path).appending("bin/python").string))
        #expect(try FileManager.default.contentsOfDirectory(atPath: volume.appending("names").string).count == 1)

        let lease = try service.places.meant(BuildDelivery("volume:shared?lease=nightly&for=1h"), by: "acme/x")
        #expect(lease.description == "volume:shared?lease=nightly@acme_x&for=1h")
        let sent = BuildOrder(
            .recipe(Self.recipe("plain") + "\nenvironment: {WHOSE: theirs}"), deliveries: [lease])
        let held = try await end(of: service.build(sent, for: "acme/x/bob"), service)
        #expect(held.deliveries[0].state == .delivered, "\(held.deliveries)")
        #expect(held.environment != named.environment)
        #expect(try FileManager.default.contentsOfDirectory(atPath: volume.appending("names").string).count == 1)
        let leases = try FileManager.default.subpathsOfDirectory(atPath: volume.appending("leases").string)
        #expect(leases.contains { $0.contains("nightly") }, "\(leases)")
    }

    @Test("a delivery that fails leaves the build ready, says why, and is made by the same order once it can be")
    func again() async throws {
        try FileManager.default.removeItem(atPath: volume.string)
        let service = service(DeliveryPlaces(volumes: ["shared": volume]))
        let order = BuildOrder(
            .named("plain"), deliveries: [try BuildDelivery("volume:shared"), .zip])
        let first = try await end(of: service.build(order, for: "t/ann"), service)
        #expect(first.state == .ready && first.environment != nil)
        #expect(first.deliveries.map(\.state) == [.failed, .delivered])
        let trouble = try #require(first.deliveries[0].trouble)
        #expect(trouble.message.contains("is no folder"), "\(trouble)")
        #expect(try await service.events(of: first.id).contains { $0.stage == "undelivered" })
        // Jobs start from it all the same.
        #expect(try await service.prepare(.named("plain"), for: "t/job").id == first.environment)

        // The next server knows that too.
        let next = self.service(DeliveryPlaces(volumes: ["shared": volume]))
        try await next.recall()
        #expect(next.build(first.id) == first)
        try FileManager.default.createDirectory(atPath: volume.string, withIntermediateDirectories: true)
        let second = try await end(of: next.build(order, for: "t/bob"), next)
        #expect(second.askers == ["t/bob"] && second.viewers == ["t/ann", "t/bob"])
        #expect(second.id == first.id && second.environment == first.environment)
        #expect(second.deliveries.allSatisfy { $0.state == .delivered && $0.trouble == nil }, "\(second.deliveries)")
        #expect(second.deliveries[1].digest == first.deliveries[1].digest)
        // What the keeper has taken out since is refused.
        let strict = self.service(DeliveryPlaces())
        try await strict.recall()
        await #expect(throws: EnvironmentSupplyError.self) { try await strict.build(order, for: "t/ann") }
    }

    @Test("what is sent is called as it calls itself, and is its sender's alone to see")
    func names() async throws {
        let service = service(DeliveryPlaces())
        let sent = try await end(
            of: service.build(BuildOrder(.recipe(Self.recipe("features"))), for: "t/ann"), service)
        #expect(sent.name == "features" && sent.kind == .recipe)
        let lock = try String(
            contentsOfFile: folder.file("data/recipes/\(sent.id)/recipe.lock.toml").string, encoding: .utf8)
        let locked = try await end(of: service.build(BuildOrder(.lock(lock)), for: "t/ann"), service)
        #expect(locked.name == "features" && locked.kind == .lock)
        let named = try await end(of: service.build(BuildOrder(.named("plain")), for: "t/ann"), service)
        #expect(named.name == "plain" && named.kind == .named)
        let bad = try await end(of: service.build(BuildOrder(.recipe("no: recipe")), for: "t/ann"), service)
        #expect(bad.name == "recipe" && bad.state == .failed && bad.trouble?.category == .badInput)
        let next = self.service(DeliveryPlaces())
        try await next.recall()
        #expect(next.builds() == service.builds())
    }

    @Test("a pulled image's build is in the journal, with its steps")
    func images() async throws {
        let service = service(DeliveryPlaces())
        let environment = try await service.prepare(.named("plain"), for: "t/ann")
        let answer = try await service.image(tagged: "latest", of: "image-volume/env/plain", patience: .seconds(60))
        guard case .manifest = answer else {
            Issue.record("\(answer)")
            return
        }
        let build = try #require(service.builds().first)
        #expect(build.kind == .image && build.environment == environment.id)
        #expect(build.name == "image of image-volume/env/plain")
        let next = self.service(DeliveryPlaces())
        try await next.recall()
        #expect(next.build(build.id) == build)
        #expect(try await next.events(of: build.id).last?.stage == "ready")
    }
}
