import ContentStore
internal import Cryptography
import EnvironmentBuilder
import Foundation
internal import ImageSpec
internal import PythonPackaging
import Recipes
import SystemPackage
import TestSupport
import Testing

/// Builds on a data folder of its own, from an index on this machine.
struct Workshop {
    let scratch: Scratch
    let index: IndexFixture
    let folder: FilePath

    init() throws {
        scratch = try Scratch()
        folder = scratch.path
        index = try IndexFixture()
        index.add(WheelFixture("blue", "1.0", requires: ["green>=1"]))
        index.add(WheelFixture("green", "1.0"))
        index.add(
            WheelFixture("green", "1.1", files: [("green/__init__.py", Array(Self.green.utf8))])
                .script("greet", "green:greet"))
        index.add(WheelFixture("green", "2.0rc1"))
    }

    private static let green = "__version__ = '1.1'\ndef greet():\n    print('hello from green')\n"

    func builder(offline: Bool = false) -> EnvironmentBuilder {
        EnvironmentBuilder(
            settings: BuilderSettings(
                data: folder.appending("data"), offline: offline, jobs: 2, indexURL: index.url))
    }

    func recipe(_ text: String) throws -> FilePath {
        let path = folder.appending("demo.yaml")
        try text.write(toFile: path.string, atomically: true, encoding: .utf8)
        return path
    }

    static let recipe = """
        name: demo
        python:
          version: "3.11"
          packages: [blue]
        environment: { COLOUR: teal }
        tests:
          - import: [blue, green]
          - shell: test "$COLOUR" = teal
        """
}

@Suite("Building environments")
struct BuildingTests {
    @Test("a recipe becomes a lock, a tree and a running interpreter")
    func whole() async throws {
        let shop = try Workshop()
        let builder = shop.builder()
        let input = try builder.read(shop.recipe(Workshop.recipe))
        let located = try await builder.lock(for: input, policy: .lockIfNeeded)
        #expect(located.lock.packages.map(\.name.description) == ["blue", "green"])
        #expect(located.lock.packages.map { $0.version?.description } == ["1.0", "1.1"])

        let tree = shop.folder.appending("tree")
        let result = try await builder.build(located, BuildRequest(folder: tree))
        #expect(result.folder?.unpacked == 2)
        let runnable = try builder.tree(tree.string, from: shop.folder)
        let outcomes = try await builder.run(try builder.recipe(of: input).tests, in: runnable) { _ in }
        #expect(outcomes.map(\.passed) == [true, true, true])
        let greeting = try await Command(tree.appending("bin/greet").string).outcome()
        #expect(greeting.text == "hello from green\n")

        let again = try await builder.build(located, BuildRequest(folder: tree))
        #expect(again.folder?.unpacked == 0)
        #expect(again.environments.map(\.id) == result.environments.map(\.id))
    }

    @Test("a name of an environment that has others is only that name; with the last one goes the environment")
    func names() async throws {
        let shop = try Workshop()
        let builder = shop.builder()
        for name in ["team-a", "team-b"] {
            let recipe = shop.folder.appending("\(name).yaml")
            try Workshop.recipe.replacing("name: demo", with: "name: \(name)")
                .write(toFile: recipe.string, atomically: true, encoding: .utf8)
            _ = try await builder.build(lock(recipe, builder), BuildRequest())
        }
        let one = try builder.remove("team-b", forced: false)
        #expect(one.remaining == ["team-a"] && one.freed.items == 0)
        #expect(throws: BuilderError.self) { try builder.summary("team-b") }
        let summary = try builder.summary("team-a")
        #expect(summary.path != nil)
        #expect(try builder.summary("team-a:\(builder.environment("team-a").version)").id == summary.id)
        #expect(throws: BuilderError.self) { try builder.summary("team-a:0.0") }
        let last = try builder.remove("team-a", forced: false)
        #expect(last.tags == ["team-a"] && last.remaining.isEmpty && last.freed.items > 0)
    }

    private func lock(_ recipe: FilePath, _ builder: EnvironmentBuilder) async throws -> LocatedLock {
        try await builder.lock(for: builder.read(recipe), policy: .lockIfNeeded)
    }

    @Test(
        "tests do not pass in an environment that is not the lock's, nor a lock be rewritten for another target unasked"
    )
    func stale() async throws {
        let shop = try Workshop()
        let builder = shop.builder()
        let path = try shop.recipe(Workshop.recipe)
        let input = try builder.read(path)
        let tree = shop.folder.appending("tree")
        _ = try await builder.build(lock(path, builder), BuildRequest(folder: tree))
        try await builder.check(builder.tree(tree.string, from: shop.folder), isOf: input)
        _ = try shop.recipe(Workshop.recipe.replacing("[blue]", with: "[green]"))
        let changed = try builder.read(path)
        await #expect(throws: BuilderError.self) {
            try await builder.check(builder.tree(tree.string, from: shop.folder), isOf: changed)
        }
        _ = try await lock(path, builder)
        let error = await #expect(throws: BuilderError.self) {
            try await builder.check(builder.tree(tree.string, from: shop.folder), isOf: changed)
        }
        #expect(error?.message.contains("another lock") == true)

        let other = EnvironmentBuilder(
            settings: BuilderSettings(
                data: shop.folder.appending("data"), jobs: 2, indexURL: shop.index.url,
                python: try PythonVersion("3.12")))
        let before = try String(contentsOfFile: shop.folder.appending("demo.lock.toml").string, encoding: .utf8)
        await #expect(throws: BuilderError.self) { try await self.lock(path, other) }
        #expect(try String(contentsOfFile: shop.folder.appending("demo.lock.toml").string, encoding: .utf8) == before)
    }

    @Test(
        "a wheel that a recipe names by its path is locked with the digest that it has there",
        arguments: ["./", "", nil])
    func namedByPath(prefix: String?) async throws {
        let shop = try Workshop()
        let builder = shop.builder()
        let wheel = WheelFixture("red", "3.0")
        let file = shop.folder.appending(wheel.filename)
        try Data(wheel.bytes).write(to: URL(fileURLWithPath: file.string))
        let place = prefix.map { $0 + wheel.filename } ?? "file://\(file)"
        let recipe = Workshop.recipe.replacing("[blue]", with: "[blue, \"red @ \(place)\"]")
        let located = try await builder.lock(for: builder.read(shop.recipe(recipe)), policy: .lockIfNeeded)
        let red = try #require(located.lock.packages.first { $0.name.description == "red" })
        #expect(red.wheels.map(\.sha256) == [SHA256Digest(of: wheel.bytes)])
        let result = try await builder.build(located, BuildRequest(folder: shop.folder.appending("tree")))
        #expect(result.folder?.unpacked == 3)
    }

    @Test("a lock is kept while it answers its recipe, and renewed when it does not")
    func stability() async throws {
        let shop = try Workshop()
        let builder = shop.builder()
        let path = try shop.recipe(Workshop.recipe)
        let first = try await builder.lock(for: builder.read(path), policy: .lockIfNeeded)
        shop.index.add(WheelFixture("green", "1.2"))
        let kept = try await builder.lock(for: builder.read(path), policy: .locked)
        #expect(kept.digest == first.digest)

        _ = try shop.recipe(Workshop.recipe + "\nversion: \"2\"")
        await #expect(throws: BuilderError.self) {
            try await builder.lock(for: builder.read(path), policy: .locked)
        }
        let renewed = try await builder.lock(for: builder.read(path), policy: .lockIfNeeded)
        #expect(renewed.lock.packages.map { $0.version?.description } == ["1.0", "1.1"])
    }

    @Test("a file is chosen only by its whole hash, and a dependency only if the recipe names one")
    func hashes() async throws {
        let shop = try Workshop()
        func recipe(_ packages: [(requirement: String, hash: String)]) -> String {
            "name: demo\npython:\n  version: \"3.11\"\n  packages:\n"
                + packages.map { "    - {requirement: \($0.requirement), hashes: [\"\($0.hash)\"]}\n" }.joined()
        }
        let plain = try await shop.builder().lock(
            for: shop.builder().read(shop.recipe(Workshop.recipe)), policy: .lockIfNeeded)
        let hashes = plain.lock.packages.map { $0.wheels[0].sha256.prefixed }
        for (packages, code) in [
            ([("blue==1.0", hashes[0]), ("green==1.1", hashes[1])], nil as BuilderError.Code?),
            // The same first half: what is compared must be all of it.
            ([("blue==1.0", hashes[0]), ("green==1.1", String(hashes[1].dropLast(8)) + "00000000")], .wrongHash),
            ([("blue==1.0", hashes[0])], .wrongHash),
        ] {
            let builder = shop.builder()
            let input = try builder.read(shop.recipe(recipe(packages)))
            do {
                _ = try await builder.lock(for: input, policy: .lockIfNeeded)
                #expect(code == nil)
            } catch let error as BuilderError {
                #expect(error.code == code, "\(error)")
            }
        }
    }

    @Test("upgrading takes newer versions of all packages, or of those named")
    func upgrading() async throws {
        let shop = try Workshop()
        let builder = shop.builder()
        let input = try builder.read(shop.recipe(Workshop.recipe))
        let recipe = try builder.recipe(of: input)
        let first = try await builder.lock(recipe, in: shop.folder).lock
        shop.index.add(WheelFixture("green", "1.2"))
        shop.index.add(WheelFixture("blue", "1.1", requires: ["green"]))
        let one = try await shop.builder().lock(
            recipe, in: shop.folder, previous: first, upgrade: .packages([.init("green")]))
        #expect(one.lock.packages.map { $0.version?.description } == ["1.0", "1.2"])
        let all = try await shop.builder().lock(recipe, in: shop.folder, previous: first, upgrade: .all)
        #expect(all.lock.packages.map { $0.version?.description } == ["1.1", "1.2"])
    }

    @Test("a package that is not in the lock is told with the nearest name")
    func explaining() async throws {
        let shop = try Workshop()
        let builder = shop.builder()
        let input = try builder.read(shop.recipe(Workshop.recipe))
        _ = try await builder.lock(for: input, policy: .lockIfNeeded)
        let explanation = try await builder.explain("green", in: input)
        #expect(explanation.packages.map(\.reasons) == [["blue: green>=1"]])
        #expect(explanation.packages.first?.path == ["recipe", "blue", "green"])
        let error = await #expect(throws: BuilderError.self) {
            try await builder.explain("grene", in: input)
        }
        #expect(error?.advice == "did you mean green?")
    }

    @Test("an environment is listed until it is removed, and not removed while a tree stands on it")
    func housekeeping() async throws {
        let shop = try Workshop()
        let builder = shop.builder()
        let located = try await builder.lock(for: builder.read(shop.recipe(Workshop.recipe)), policy: .lockIfNeeded)
        let tree = shop.folder.appending("tree")
        _ = try await builder.build(located, BuildRequest(folder: tree))
        #expect(try builder.summaries().map(\.manifest.name) == ["demo"])
        #expect(throws: StoreError.self) { try builder.remove("demo", forced: false) }
        try FileManager.default.removeItem(atPath: tree.string)
        _ = try builder.remove("demo", forced: false)
        #expect(try builder.summaries().isEmpty)
    }

    @Test("an image is the same bytes from any data folder, and nothing new the second time")
    func image() async throws {
        let shop = try Workshop()
        let other = try Workshop()
        var digests: [String] = []
        for (workshop, name) in [(shop, "a"), (other, "b")] {
            let builder = shop.builder()
            let elsewhere = workshop.builder()
            let located = try await builder.lock(
                for: builder.read(shop.recipe(Workshop.recipe)), policy: .lockIfNeeded)
            let request = BuildRequest(
                images: [.layout(path: workshop.folder.appending(name).string, tag: "demo")], base: "none",
                bytecode: false)
            let result = try await (name == "a" ? builder : elsewhere).build(located, request)
            digests.append(try #require(result.image).digest.hex)
            let again = try await (name == "a" ? builder : elsewhere).build(located, request)
            #expect(again.image?.made == 0)
        }
        #expect(Set(digests).count == 1)
    }
}
