import Foundation
internal import ImageSpec
internal import Recipes
import SystemPackage
import TestSupport
import Testing

@testable import EnvironmentBuilder

@Suite("Sizes and budgets")
struct SizeTests {
    private static func built(_ budget: String, in shop: Workshop) async throws -> (LocatedLock, EnvironmentBuilder) {
        let builder = shop.builder()
        let recipe = try shop.recipe(Workshop.recipe + "\nbudget: \(budget)\n")
        return (try await builder.lock(for: builder.read(recipe), policy: .lockIfNeeded), builder)
    }

    @Test("what takes the room is told by package before anything is built, and by layer once there is an image")
    func sizes() async throws {
        let shop = try Workshop()
        let (located, builder) = try await Self.built("10 MB", in: shop)
        let before = try #require(try await builder.sizes(of: located).first)
        #expect(Set(before.packages.map(\.name)) == ["blue", "green"])
        #expect(before.packages.allSatisfy { $0.bytecode == nil && $0.compressed == nil && $0.size > 0 })
        #expect(before.image == nil)
        #expect(before.budget?.image == 10_000_000)

        _ = try await builder.build(located, BuildRequest(folder: shop.folder.appending("tree")))
        let image = ImageReference.layout(path: shop.folder.appending("image").string, tag: "demo")
        let made = try await builder.build(located, BuildRequest(images: [image], bytecode: false))
        let after = try builder.size(of: builder.summary("demo"))
        #expect(after.packages.allSatisfy { ($0.bytecode ?? 0) > 0 })
        #expect(after.packages.map { $0.size + ($0.bytecode ?? 0) }.reduce(0, +) == after.unpacked)
        #expect(after.layers.count == made.image?.layers)
        #expect(after.layers.reduce(0) { $0 + $1.compressed } == after.image)
        let inPackages = after.packages.compactMap(\.compressed).reduce(0, +)
        #expect(inPackages > 0 && inPackages <= after.image ?? 0)
    }

    @Test("what is over its budget is not delivered, and the error names what takes the most")
    func budgets() async throws {
        let shop = try Workshop()
        let tree = shop.folder.appending("tree")
        let (small, builder) = try await Self.built("{environment: 100 B}", in: shop)
        let unpacked = await #expect(throws: BuilderError.self) {
            try await builder.build(small, BuildRequest(folder: tree))
        }
        #expect(unpacked?.code == .overBudget)
        #expect(unpacked?.message.contains("green 1.1 (") == true)
        #expect(throws: BuilderError.self) { try builder.summary("demo") }

        let (narrow, _) = try await Self.built("100 B", in: shop)
        let image = shop.folder.appending("image")
        let pushed = await #expect(throws: BuilderError.self) {
            try await builder.build(narrow, BuildRequest(images: [.layout(path: image.string, tag: nil)]))
        }
        #expect(pushed?.code == .overBudget)
        #expect(access(image.string, F_OK) != 0)
    }
}
