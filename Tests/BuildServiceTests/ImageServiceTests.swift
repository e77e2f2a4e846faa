import ContentStore
import Cryptography
import EnvironmentBuilder
import EnvironmentSupply
import Foundation
import ImageSpec
import JSONDocument
import JobModel
import Recipes
import SystemPackage
import TestSupport
import Testing

@testable import BuildService

@Suite("Environments as images of a registry")
struct ImageServiceTests {
    private let folder: Scratch
    private let service: BuildService

    init() throws {
        folder = try Scratch()
        try folder.write("recipes/plain.yaml", Self.recipe("plain"))
        let settings = BuilderSettings(data: folder.file("data"), offline: true, jobs: 2, createdBy: "tests")
        service = BuildService(settings: settings, recipes: [folder.file("recipes")])
    }

    private static func recipe(_ name: String, _ more: String = "") -> String {
        "name: \(name)\nversion: \"1.5\"\npython:\n  version: \"3.11\"\n\(more)"
    }

    private func manifest(_ tag: String, of repository: String) async throws -> StoredManifest? {
        guard
            case .manifest(let found) = try await service.image(
                tagged: tag, of: repository, patience: .seconds(60))
        else { return nil }
        return found
    }

    private func isUnknown(_ tag: String, _ repository: String) async throws -> Bool {
        switch try await service.image(tagged: tag, of: repository, patience: .seconds(60)) {
        case .unknownRepository, .unknownManifest: true
        case .manifest, .making: false
        }
    }

    private static func digests(_ manifest: StoredManifest) throws -> [SHA256Digest] {
        let fields = try JSON(parsing: manifest.bytes).fields ?? [:]
        guard case .array(let layers)? = fields["layers"] else { return [] }
        return ([fields["config"]] + layers).compactMap { descriptor in
            guard case .string(let text)? = descriptor?.fields?["digest"] else { return nil }
            return SHA256Digest(prefixed: text)
        }
    }

    @Test("a recipe is built by a pull of its name, once, and has its version as a tag")
    func recipe() async throws {
        #expect(try await service.tags(of: "recipe/plain") == ["latest", "1.5"])
        #expect(try await service.tags(of: "env/plain") == nil)
        let pulled = try await withThrowingTaskGroup(of: StoredManifest?.self) { group in
            for tag in ["latest", "1.5", "latest", "1.5"] {
                group.addTask { try await manifest(tag, of: "recipe/plain") }
            }
            return try await group.reduce(into: Set<StoredManifest?>()) { $0.insert($1) }
        }
        let found = try #require(pulled.first ?? nil)
        #expect(pulled.count == 1)
        #expect(SHA256Digest(of: found.bytes) == found.digest)
        #expect(service.builds().map(\.name).sorted() == ["image of recipe/plain", "plain"])
        #expect(service.builds().allSatisfy { $0.state == .ready })
        // The same by the environment's name, and by its id.
        let id = try await service.prepare(.named("plain"), for: "t/ann").id
        #expect(try await manifest("latest", of: "env/plain")?.digest == found.digest)
        #expect(try await manifest("1.5", of: "env/plain")?.digest == found.digest)
        #expect(try await manifest("latest", of: "env/\(id)")?.digest == found.digest)
        #expect(try await service.tags(of: "env/\(id)") == ["latest"])
        #expect(try await isUnknown("2.0", "recipe/plain"))
        #expect(
            try await service.repositories().sorted() == [
                "env/plain", "image-volume/env/plain", "image-volume/recipe/plain", "recipe/plain",
            ])
    }

    @Test("a recipe that was changed is built again, and who has the older digest keeps it")
    func changed() async throws {
        let first = try #require(try await manifest("latest", of: "recipe/plain"))
        try folder.write("recipes/plain.yaml", Self.recipe("plain", "environment: {NEW: \"1\"}\n"))
        let second = try #require(try await manifest("latest", of: "recipe/plain"))
        #expect(first.digest != second.digest)
        for digest in [first.digest, second.digest] {
            guard
                case .manifest(let found) = try await service.image(
                    withDigest: digest, of: "recipe/plain", patience: .zero)
            else {
                Issue.record("\(digest) is gone")
                continue
            }
            #expect(found.digest == digest)
        }
    }

    @Test("both doors agree on what an edited recipe's name means")
    func bothDoors() async throws {
        func id() async throws -> String {
            let found = try #require(try await manifest("latest", of: "recipe/plain"))
            return try #require(try service.builder.images(in: "recipe/plain").first { $0.manifest == found.digest })
                .environment.hex
        }
        let first = try await service.prepare(.named("plain"), for: "t/ann").id
        #expect(try await id() == first)
        try folder.write("recipes/plain.yaml", Self.recipe("plain", "environment: {NEW: \"1\"}\n"))
        let order = BuildOrder(.named("plain"))
        #expect(try await service.build(order, for: "t/ann").state == .building)
        for await _ in try await service.news(of: order.id) {}
        let second = try #require(service.build(order.id)?.environment)
        #expect(try await id() == second && second != first)
        // What the registry had built is not built again.
        #expect(try await service.build(order, for: "t/ann").state == .ready)
    }

    @Test("an environment's name that is being built is told as that")
    func makingNamed() async throws {
        try folder.write("recipes/file.yaml", Self.recipe("other"))
        let full = BuildService(settings: service.settings, recipes: service.recipes, limits: BuildLimits(atOnce: 0))
        func answer(_ tag: String, _ repository: String) async throws -> String {
            switch try await full.image(tagged: tag, of: repository, patience: .zero) {
            case .making(let build): "making \(build.name)"
            case .manifest: "there"
            case .unknownManifest: "no tag"
            case .unknownRepository: "none"
            }
        }
        #expect(try await answer("latest", "env/plain") == "none")
        for name in ["plain", "file"] { _ = try await full.build(BuildOrder(.named(name)), for: "t/ann") }
        for repository in ["env/plain", "image-volume/env/plain"] {
            #expect(try await answer("latest", repository) == "making plain")
            #expect(try await answer("1.5", repository) == "making plain")
            #expect(try await answer("2.0", repository) == "none")
        }
        #expect(try await answer("latest", "env/other") == "making file")
        for name in ["env/file", "env/none"] { #expect(try await answer("latest", name) == "none") }
    }

    @Test("a pull waits its turn as who pulls, not as everybody who does")
    func puller() async throws {
        let answer = try await service.image(
            tagged: "latest", of: "recipe/plain", for: "t/ann", patience: .seconds(60))
        guard case .manifest = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(service.builds().count == 2 && service.builds().allSatisfy { $0.askers == ["t/ann"] })
    }

    @Test("images that are made at once are all remembered")
    func remembered() async throws {
        let id = try await service.prepare(.named("plain"), for: "t/ann").id
        let environment = try #require(try service.builder.store.environments().first { $0.id.hex == id })
        let places = (0..<24).map { "registry.example/team/x:\($0)" }
        DispatchQueue.concurrentPerform(iterations: places.count) { [builder = service.builder] number in
            try? builder.remember(
                image: SHA256Digest(of: places[number]), as: ImageReference("docker://\(places[number])"),
                of: [EnvironmentID(environment.id)])
        }
        let known = try service.builder.images(of: EnvironmentID(environment.id)).map(\.reference)
        #expect(Set(known) == Set(places.map { "docker://\($0)" }))
    }

    @Test("only what an image of the repository needs is to be had there")
    func reach() async throws {
        let found = try #require(try await manifest("latest", of: "recipe/plain"))
        let store = ContentStore(at: folder.file("data"))
        for digest in try Self.digests(found) {
            let path = try #require(try await service.blob(digest, of: "recipe/plain"))
            #expect(path == store.blobPath(digest))
            #expect(try await service.blob(digest, of: "env/other") == nil)
            // Nobody has pulled it by that name.
            #expect(try await service.blob(digest, of: "env/plain") == nil)
        }
        let other = try store.insert([1, 2, 3]).digest
        #expect(try await service.blob(other, of: "recipe/plain") == nil)
        #expect(try await service.blob(other, of: "recipe/../recipe/plain") == nil)
    }

    @Test("what somebody has sent is found by its whole id alone")
    func sent() async throws {
        let id = try await service.prepare(.recipe(Self.recipe("secret")), for: "t/ann").id
        for repository in [
            "env/secret", "recipe/secret", "env/\(id.prefix(12))", "env/\(id.dropLast())", "env/", "env",
        ] {
            #expect(try await isUnknown("latest", repository), "\(repository)")
            #expect(try await service.tags(of: repository) == nil, "\(repository)")
        }
        #expect(try await manifest("latest", of: "env/\(id)") != nil)
        #expect(try await service.repositories().allSatisfy { !$0.contains("secret") && !$0.contains(id) })
    }

    @Test("what somebody has sent does not stand for what an admin has built, though it is the same environment")
    func impostor() async throws {
        let own = try await service.prepare(.named("plain"), for: "t/ann")
        let sent = Self.recipe("plain", "image: {labels: {whose: theirs}}\n")
        #expect(try await service.prepare(.recipe(sent), for: "t/ann").id == own.id)
        // Nor is it written where other users of the machine could read it: it may hold passwords.
        let store = ContentStore(at: folder.file("data"))
        let lock = try #require(try store.environments().first).lock
        #expect(try !store.contains(lock))
        for repository in ["env/plain", "recipe/plain", "env/\(own.id)"] {
            let found = try #require(try await manifest("latest", of: repository))
            let configuration = try store.bytes(of: try Self.digests(found)[0])
            #expect(!String(decoding: configuration, as: UTF8.self).contains("theirs"), "\(repository)")
        }
    }

    @Test("without a base it is another image of the same environment")
    func bare() async throws {
        try folder.write("recipes/based.yaml", Self.recipe("based", "base: oci:base:1\n"))
        // There is no such base; an image volume needs none.
        await #expect(throws: (any Error).self) { try await manifest("latest", of: "recipe/based") }
        #expect(try await manifest("latest", of: "image-volume/recipe/based") != nil)
        #expect(try await isUnknown("latest", "image-volume/image-volume/recipe/based"))
    }

    @Test("what went wrong is told again for a while, and not tried")
    func failing() async throws {
        try folder.write(
            "recipes/broken.yaml", Self.recipe("broken", "  packages: [none-such]\n"))
        for _ in 0..<3 {
            let error = await #expect(throws: (any Error).self) { try await manifest("latest", of: "recipe/broken") }
            #expect("\(String(describing: error))".contains("none-such"))
        }
        #expect(service.builds().filter { $0.name == "broken" }.count == 1)
        let broken = try #require(service.builds().first { $0.name == "broken" })
        #expect(try await service.events(of: broken.id).count { $0.stage == "failed" } == 1)
    }

    @Test("one that takes longer is told as what it is")
    func making() async throws {
        let answer = try await service.image(tagged: "latest", of: "recipe/plain", patience: .zero)
        guard case .making(let build) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(service.build(build.id) != nil)
        for await _ in try await service.news(of: build.id) {}
        #expect(try await manifest("latest", of: "recipe/plain") != nil)
    }

    @Test("a layer that is gone is made anew")
    func lost() async throws {
        let found = try #require(try await manifest("latest", of: "recipe/plain"))
        let store = ContentStore(at: folder.file("data"))
        let layer = try #require(try Self.digests(found).last)
        try FileManager.default.removeItem(atPath: store.blobPath(layer).string)
        #expect(try await service.blob(layer, of: "recipe/plain") == nil)
        #expect(try await manifest("latest", of: "recipe/plain")?.digest == found.digest)
        #expect(try await service.blob(layer, of: "recipe/plain") != nil)
        try FileManager.default.removeItem(atPath: store.blobPath(layer).string)
        guard
            case .manifest = try await service.image(
                withDigest: found.digest, of: "recipe/plain", patience: .seconds(60))
        else {
            Issue.record("it is not made anew")
            return
        }
        #expect(try await service.blob(layer, of: "recipe/plain") != nil)
    }

    @Test("it stays through collection, and goes with its environment")
    func collected() async throws {
        let found = try #require(try await manifest("latest", of: "recipe/plain"))
        let store = ContentStore(at: folder.file("data"))
        try store.collect(CollectionPolicy(unneededFor: -10))
        for digest in try Self.digests(found) + [found.digest] { #expect(try store.contains(digest)) }
        #expect(try await service.blob(try Self.digests(found)[0], of: "recipe/plain") != nil)
        let id = try #require(try store.environments().first).id
        _ = try store.remove(id, releasing: [.tag("plain")])
        for digest in try Self.digests(found) + [found.digest] {
            #expect(try !store.contains(digest))
            #expect(try await service.blob(digest, of: "recipe/plain") == nil)
        }
        #expect(try await manifest("latest", of: "recipe/plain")?.digest == found.digest)
    }

    private func release() async throws -> Release {
        let input = try service.builder.read(folder.file("recipes/plain.yaml"))
        return try await service.builder.release(
            input, policy: .lockIfNeeded, ReleaseRequest(to: .store, tests: .nowhere)
        ) { _ in }
    }

    @Test("a release is a tag of its own, which stays what it is when the name means something else")
    func released() async throws {
        let first = try await release()
        #expect(first.outcome == .released && first.reference.hasPrefix("env/plain:1.5-1@sha256:"))
        #expect(try await release().outcome == .unchanged)
        #expect(try await service.tags(of: "env/plain") == ["latest", "1.5", "1.5-1"])
        #expect(try await manifest("1.5-1", of: "env/plain")?.digest == first.digest)

        try folder.write("recipes/plain.yaml", Self.recipe("plain", "environment: {NEW: \"yes\"}\n"))
        let second = try await release()
        #expect(second.reference.hasPrefix("env/plain:1.5-2@") && second.digest != first.digest)
        #expect(try await service.tags(of: "env/plain") == ["latest", "1.5", "1.5-1", "1.5-2"])
        #expect(try await manifest("latest", of: "env/plain")?.digest == second.digest)
        // Others may be collected, not this one.
        let store = ContentStore(at: folder.file("data"))
        try store.collect(CollectionPolicy(unneededFor: -10, unnamedFor: -10))
        #expect(try await manifest("1.5-1", of: "env/plain")?.digest == first.digest)
        #expect(try await service.referrers(to: first.digest, in: "env/plain")?.count == 3)

        #expect(try await service.tags(of: "image-volume/env/plain") == ["latest", "1.5"])
        #expect(try await service.tags(of: "recipe/plain") == ["latest", "1.5"])
        #expect(try await isUnknown("1.5-3", "env/plain"))
        #expect(try await !service.repositories().contains { $0.contains("1.5") })

        // Taken away it is a tag no more, and its number is nobody else's.
        try store.release(.tag("plain:1.5-1"))
        #expect(try await isUnknown("1.5-1", "env/plain"))
        try folder.write("recipes/plain.yaml", Self.recipe("plain", "environment: {NEW: \"no\"}\n"))
        #expect(try await release().reference.hasPrefix("env/plain:1.5-3@"))
    }

    @Test("its bills of materials and its provenance refer to an image, and are offered with it")
    func referrers() async throws {
        let found = try #require(try await manifest("latest", of: "recipe/plain"))
        let list = try #require(try await service.referrers(to: found.digest, in: "recipe/plain"))
        #expect(
            list.map(\.artifactType) == [
                "application/spdx+json", "application/vnd.cyclonedx+json", "application/vnd.in-toto+json",
            ])
        let bill = try #require(list.first)
        #expect(try await service.referrers(to: bill.digest, in: "recipe/plain") == [])
        #expect(try await service.referrers(to: found.digest, in: "env/none") == nil)
        let content = try #require(try Self.digests(bill).last)
        let path = try #require(try await service.blob(content, of: "recipe/plain"))
        #expect(try String(contentsOfFile: path.string, encoding: .utf8).contains("SPDX-2.3"))
        guard case .manifest = try await service.image(withDigest: bill.digest, of: "recipe/plain", patience: .zero)
        else {
            Issue.record("the referrer itself is not offered")
            return
        }
        // By a name that nobody has pulled it by there is nothing yet.
        #expect(try await service.referrers(to: found.digest, in: "env/plain") == [])
        // Made again they are the same, and no more.
        let image = try #require(try service.builder.images(in: "recipe/plain").first)
        let store = ContentStore(at: folder.file("data"))
        _ = try store.remove(image.environment, releasing: [.tag("plain")])
        #expect(try await manifest("latest", of: "recipe/plain")?.digest == found.digest)
        #expect(try await service.referrers(to: found.digest, in: "recipe/plain") == list)
    }
}
