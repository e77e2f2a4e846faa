internal import ContentStore
import Foundation
internal import Publishing
import Recipes
import SystemPackage
import TestSupport
import Testing

@testable import EnvironmentBuilder

@Suite("Looking after environments")
struct VerificationTests {
    /// A shop with the environment `demo` on its volume and in a folder.
    private static func built() async throws -> (shop: Workshop, builder: EnvironmentBuilder, tree: FilePath) {
        let shop = try Workshop()
        let builder = shop.builder()
        let located = try await builder.lock(for: builder.read(shop.recipe(Workshop.recipe)), policy: .lockIfNeeded)
        let tree = shop.folder.appending("tree")
        _ = try await builder.build(located, BuildRequest())
        _ = try await builder.build(located, BuildRequest(folder: tree))
        return (shop, builder, tree)
    }

    /// Changes a byte of the file that a path leads to.
    private static func flip(_ path: FilePath) throws {
        let real = try #require(realpath(path.string, nil).map { FilePath(platformString: $0) })
        chmod(real.string, 0o644)
        var bytes = try Array(Data(contentsOf: URL(fileURLWithPath: real.string)))
        bytes[bytes.count / 2] ^= 1
        try Data(bytes).write(to: URL(fileURLWithPath: real.string))
        chmod(real.string, 0o444)
    }

    private static let module = "lib/python3.11/site-packages/green/__init__.py"

    @Test("an environment's folders are compared byte by byte, and a shared package is mended in all of them")
    func package() async throws {
        let (shop, builder, tree) = try await Self.built()
        let good = try await builder.verify("demo", from: shop.folder)
        #expect(good.isSound)
        #expect(good.folders.map(\.path).contains(tree))
        #expect(good.folders.count == 2)

        try Self.flip(tree.appending(Self.module))
        let bad = try await builder.verify("demo", from: shop.folder)
        #expect(!bad.isSound)
        let finding = EnvironmentReport.Finding(
            path: Self.module, kind: "changed", package: "green 1.1", isDamage: true)
        #expect(bad.folders.map(\.findings) == [[finding], [finding]])

        let looked = try await builder.verifyStore(mending: false)
        #expect(!looked.isSound)
        let mended = try await builder.verifyStore(mending: true)
        #expect(mended.faults.map(\.outcome) == [.mended])
        #expect(try await builder.verify("demo", from: shop.folder).isSound)
        #expect(try await builder.verifyStore(mending: false).faults.isEmpty)
    }

    @Test("a wheel with a flipped bit is fetched again, and what was unpacked from it stays good")
    func wheel() async throws {
        let (shop, builder, _) = try await Self.built()
        let summary = try builder.summary("demo")
        let artifact = try #require(summary.manifest.units.first { $0.name == "green" }?.artifact)
        try Self.flip(builder.store.blobPath(artifact))
        let report = try await builder.verifyStore(mending: true)
        #expect(report.faults.map(\.outcome) == [.mended])
        #expect(try await builder.verify("demo", from: shop.folder).isSound)
        #expect(try await builder.verifyStore(mending: false).faults.isEmpty)
    }

    @Test("a wheel is fetched again from the index that served it, though no other knows it")
    func ownIndex() async throws {
        let shop = try Workshop()
        let recipe = try shop.recipe(
            """
            name: demo
            python:
              version: "3.11"
              packages: [blue]
              indexes: [{name: ours, url: "\(shop.index.url)", default: true}]
            """)
        let builder = EnvironmentBuilder(settings: BuilderSettings(data: shop.folder.appending("data"), jobs: 2))
        let located = try await builder.lock(for: builder.read(recipe), policy: .lockIfNeeded)
        _ = try await builder.fetch(located)
        let artifact = try #require(located.lock.packages.last?.wheels.first?.sha256)
        try Self.flip(builder.store.blobPath(artifact))
        let other = try IndexFixture()
        let elsewhere = EnvironmentBuilder(
            settings: BuilderSettings(data: shop.folder.appending("data"), jobs: 2, indexURL: other.url))
        #expect(try await elsewhere.verifyStore(mending: true).faults.map(\.outcome) == [.mended])
    }

    @Test("a wheel that came before another failed to come can be fetched again")
    func brokenOff() async throws {
        let shop = try Workshop()
        let builder = shop.builder()
        let located = try await builder.lock(for: builder.read(shop.recipe(Workshop.recipe)), policy: .lockIfNeeded)
        let green = try #require(located.lock.packages.last?.wheels.first?.sha256)
        shop.index.server.on(
            shop.index.path(of: WheelFixture("blue")), HTTPReply(404).with(\.delayMilliseconds, 500))
        await #expect(throws: (any Error).self) { try await builder.fetch(located) }
        try Self.flip(builder.store.blobPath(green))
        #expect(try await builder.verifyStore(mending: true).faults.map(\.outcome) == [.mended])
    }

    @Test("what Python wrote while it ran is told and does no harm; what somebody put there does")
    func extra() async throws {
        let (shop, builder, _) = try await Self.built()
        let tree = shop.folder.appending("copy")
        let located = try await builder.lock(for: builder.read(shop.folder.appending("demo.yaml")), policy: .locked)
        _ = try await builder.build(located, BuildRequest(folder: tree, links: .copy, bytecode: false))
        let greeting = try await Command(tree.appending("bin/python").string, ["-c", "import green"]).outcome()
        #expect(greeting.status == 0)
        let used = try await builder.verify(tree.string, from: shop.folder)
        #expect(used.isSound)
        #expect(used.folders.flatMap(\.findings).allSatisfy { $0.kind == "bytecode" })

        try Data().write(to: URL(fileURLWithPath: tree.appending("lib/python3.11/site-packages/more.py").string))
        let more = try await builder.verify(tree.string, from: shop.folder)
        #expect(!more.isSound)
        #expect(more.folders.flatMap(\.findings).filter(\.isDamage).map(\.kind) == ["extra"])
    }

    @Test("a folder of another data folder is not vouched for")
    func foreign() async throws {
        let (shop, _, tree) = try await Self.built()
        let other = EnvironmentBuilder(settings: BuilderSettings(data: shop.folder.appending("other")))
        await #expect(throws: BuilderError.self) { try await other.verify(tree.string, from: shop.folder) }
    }
}
