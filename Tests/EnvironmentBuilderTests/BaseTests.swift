import BaseImages
import ContentStore
import Cryptography
import Diagnostics
import EnvironmentBuilder
import Foundation
import ImageSpec
import Recipes
import SystemPackage
import TestSupport
import Testing

@Suite("What images stand on")
struct BaseTests {
    let shop: Workshop
    let base: BaseFixture

    init() throws {
        shop = try Workshop()
        base = try BaseFixture(in: shop.scratch, programs: ["opt/bin/python3.11"])
    }

    private func build(_ recipe: String, base: String? = nil, bytecode: Bool = false) async throws -> BuildResult {
        let builder = shop.builder()
        let located = try await builder.lock(for: builder.read(shop.recipe(recipe)), policy: .lockIfNeeded)
        let image = ImageReference.layout(path: shop.folder.appending("images").string, tag: "demo")
        return try await builder.build(
            located, BuildRequest(images: [image], base: base, bytecode: bytecode, trustsBase: true))
    }

    @Test("a recipe's base is looked for from its folder, and its Python stands behind the environment's")
    func relative() async throws {
        let result = try await build(Workshop.recipe + "\nbase: oci:bases:python\n")
        let index = try ImageIndex(
            parsing: Array(Data(contentsOf: URL(filePath: shop.folder.appending("images/index.json").string))),
            name: "index")
        let blobs = shop.folder.appending("images/blobs/sha256")
        func blob(_ descriptor: Descriptor) throws -> [UInt8] {
            Array(try Data(contentsOf: URL(filePath: blobs.appending(descriptor.digest.hex).string)))
        }
        let manifest = try ImageManifest(parsing: blob(index.manifests[0]), name: "manifest")
        // The place of the layout is this machine's own affair.
        #expect(manifest.annotations[Annotation.baseName] == "bases:python")
        #expect(result.image?.digest == index.manifests[0].digest)
        let listing = try await Command(
            "tar", ["-tvzf", blobs.appending(try #require(manifest.layers.last).digest.hex).string]
        ).run()
        #expect(listing.contains("opt/chidori/env/bin/python -> /opt/bin/python3.11"))
    }

    @Test("everything of a base stays as long as an environment that stands on it, and goes with it")
    func kept() async throws {
        let result = try await build(Workshop.recipe, base: "oci:\(base.folder):python")
        let builder = shop.builder()
        let contents = try #require(try builder.store.contents(of: result.environments[0].id.digest))
        let image = try BaseImages(store: builder.store, folders: []).image(
            .layout(base.folder, tag: "python"), for: .host ?? .amd64)
        #expect(Set(contents).isSuperset(of: image.contents))
        #expect(image.contents.contains(.base(image.digest)))
        let unpacked = builder.store.basesFolder.appending(image.digest.hex).string
        #expect(FileManager.default.fileExists(atPath: unpacked))

        _ = try builder.store.collect(CollectionPolicy(unneededFor: -10))
        #expect(FileManager.default.fileExists(atPath: unpacked))
        for layer in image.manifest.layers { #expect(try builder.store.contains(layer.digest)) }
        _ = try builder.remove("demo", forced: false)
        #expect(!FileManager.default.fileExists(atPath: unpacked))
        for layer in image.manifest.layers { #expect(try !builder.store.contains(layer.digest)) }
    }

    @Test("a base without the environment's Python is told, with the ways to go on")
    func otherPython() async throws {
        let recipe = Workshop.recipe.replacing("\"3.11\"", with: "\"3.12\"")
        let error = await #expect(throws: BaseError.self) {
            try await build(recipe, base: "oci:\(base.folder):python")
        }
        #expect(error?.code == .noInterpreter)
        #expect(error?.category == .missingPrerequisite)
        #expect(error?.message.contains("3.12") == true)
        #expect(error?.advice?.contains("recipe's Python version") == true)
    }

    @Test("a base whose Python cannot run here is told where bytecode is wanted")
    func notAProgram() async throws {
        let error = await #expect(throws: BaseError.self) {
            try await build(Workshop.recipe, base: "oci:\(base.folder):python", bytecode: true)
        }
        #expect(error?.code == .interpreterFails)
        #expect(error?.advice?.contains("--no-bytecode") == true)
    }

    @Test("environments of several platforms are all known, and the name is the one's that this machine runs")
    func several() async throws {
        let recipe = Workshop.recipe + "\nplatforms: [linux-aarch64-glibc2.28, linux-x86_64-glibc2.28]\n"
        let result = try await build(recipe, base: "oci:\(base.folder):python")
        #expect(result.environments.count == 2)
        let builder = shop.builder()
        for environment in result.environments {
            let found = try builder.environment("demo@\(environment.platform)")
            #expect(found.id == environment.id.digest)
        }
        #if arch(x86_64)
            #expect(try builder.environment("demo").platform == "linux-x86_64-glibc2.28")
        #endif
    }
}
