import Cryptography
import Diagnostics
import PythonPackaging
import Recipes
import Testing

@Suite("Eggs in locks")
struct LockEggTests {
    private let x86 = TargetPlatform(.x86_64, .glibc(major: 2, minor: 36))
    private let arm = TargetPlatform(.aarch64, .glibc(major: 2, minor: 36))
    private let python = PythonVersion(3, 11)

    private func file(_ name: String) -> Lock.File {
        Lock.File(name: name, sha256: SHA256Digest(of: name), size: 5, path: "dist/\(name)")
    }

    private func package(wheels: [String] = [], eggs: [String] = [], source: String? = nil) throws -> Lock.Package {
        var package = Lock.Package(name: try PackageName("demo"), version: try Version("1"))
        package.wheels = wheels.map(file)
        package.eggs = eggs.map(file)
        package.sourceDistribution = source.map(file)
        return package
    }

    private func choice(_ package: Lock.Package, _ platform: TargetPlatform) throws -> Lock.Selected? {
        try Lock(recipe: nil, packages: [package]).selection(for: platform, python: python, file: "a.lock.toml").first
    }

    @Test("of a version a wheel comes first, then the best egg for the target, then the source distribution")
    func selection() throws {
        let eggs = [
            "demo-1-py3.10.egg", "demo-1-py3.egg", "demo-1-py3.11.egg", "demo-1-py3.11-linux-x86_64.egg",
            "demo-1-py3.11-win32.egg",
        ]
        let all = try package(wheels: ["demo-1-py3-none-any.whl"], eggs: eggs, source: "demo-1.tar.gz")
        #expect(try choice(all, x86)?.file?.name == "demo-1-py3-none-any.whl")
        let other = try package(wheels: ["demo-1-cp39-cp39-win32.whl"], eggs: eggs, source: "demo-1.tar.gz")
        #expect(try choice(other, x86)?.file?.name == "demo-1-py3.11-linux-x86_64.egg")
        #expect(try choice(other, x86)?.content == other.eggs.first { $0.name.contains("linux") }.map { .egg($0) })
        #expect(try choice(other, arm)?.file?.name == "demo-1-py3.11.egg")
        let source = try package(eggs: ["demo-1-py3.10.egg"], source: "demo-1.tar.gz")
        #expect(try choice(source, x86)?.file?.name == "demo-1.tar.gz")
        let none = try #require(throws: RecipesError.self) {
            try choice(package(eggs: ["demo-1-py3.10.egg"]), x86)
        }
        #expect(none.code == .wrongTarget && none.description.contains("demo-1-py3.10.egg"))
    }

    private func answered() throws -> Lock {
        var recipe = Recipe(name: "demo", python: .init(version: python))
        recipe.platforms = [x86, arm]
        return Lock(
            answering: recipe,
            with: [
                .init(platform: x86, packages: [try package(eggs: ["demo-1-py3.11-linux-x86_64.egg"])]),
                .init(platform: arm, packages: [try package(wheels: ["demo-1-py3-none-any.whl"])]),
            ])
    }

    @Test("what platforms chose stands in one entry, eggs in our own table, and is read as it was written")
    func text() throws {
        let lock = try answered()
        #expect(
            lock.toml.contains(
                """
                [packages.tool.chidori]
                eggs = [
                    { name = "demo-1-py3.11-linux-x86_64.egg", path = "dist/demo-1-py3.11-linux-x86_64.egg", size = 5, hashes
                """), "\(lock.toml)")
        let again = try Lock(toml: SourceText(lock.toml, name: "demo.lock.toml"))
        #expect(again == lock)
        #expect(again.toml == lock.toml)
    }

    @Test("the part of a lock for one platform has the egg or the wheel that the platform chose")
    func part() throws {
        // A wheel that runs everywhere is for all: so is the lock's answer for each platform alone.
        var lock = try answered()
        lock.packages[0].wheels[0].name = "demo-1-cp311-cp311-manylinux_2_17_aarch64.whl"
        let first = try lock.part(for: [x86], file: "a")
        #expect(first.packages[0].eggs.count == 1 && first.packages[0].wheels.isEmpty)
        let second = try lock.part(for: [arm], file: "a")
        #expect(second.packages[0].wheels.count == 1 && second.packages[0].eggs.isEmpty)
    }

    @Test("an egg of a foreign lock's archive is one of ours")
    func archive() throws {
        let text = """
            lock-version = "1.0"
            created-by = "test"
            [[packages]]
            name = "demo"
            archive = { url = "https://example.org/demo-1-py3.11.egg", hashes = { sha256 = "\(String(repeating: "0", count: 64))" } }
            """
        let lock = try Lock(toml: SourceText(text, name: "pylock.toml"))
        let selected = try lock.selection(for: x86, python: python, file: "pylock.toml")
        #expect(selected.first?.file.map { .egg($0) } == selected.first?.content)
        #expect(selected.first?.version?.description == "1")
    }

    @Test("a lock with eggs is exported to no other tool, and the eggs are named")
    func export() throws {
        let lock = try answered()
        let error = try #require(throws: RecipesError.self) {
            try LockExport.pylock(lock) { _, file in .init(url: "https://example.org/\(file.name)") }
        }
        #expect(error.code == .unsupported)
        #expect(error.description.contains("demo-1-py3.11-linux-x86_64.egg"))
        #expect(throws: RecipesError.self) { try LockExport.checkEggs(lock, file: "requirements.txt") }
    }

    @Test("another egg of the same version is a difference")
    func difference() throws {
        let old = Lock(recipe: nil, packages: [try package(eggs: ["demo-1-py3.egg"])])
        let new = Lock(recipe: nil, packages: [try package(eggs: ["demo-1-py3.11.egg"])])
        #expect(
            LockDiff(from: old, to: new).packages.map(\.change) == [
                .files(of: [try Version("1")], added: ["demo-1-py3.11.egg"], removed: ["demo-1-py3.egg"])
            ])
    }

    @Test("requirements.txt names eggs by their places, as it does wheels")
    func requirements() throws {
        let text = "./dist/demo-1-py3.11.egg[cli]\nother-2-py3.egg\nhttps://example.org/far-3-py3.11.egg#sha256=00\n"
        let file = try RequirementsFile(SourceText(text, name: "requirements.txt")) { _ in
            nil
        } load: { path in
            SourceText("", name: path)
        }
        #expect(
            file.requests.map(\.requirement.description) == [
                "demo[cli] @ dist/demo-1-py3.11.egg", "other @ other-2-py3.egg",
                "far @ https://example.org/far-3-py3.11.egg#sha256=00",
            ])
    }
}
