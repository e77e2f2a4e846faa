import Cryptography
import Diagnostics
import PythonPackaging
import Recipes
import Testing

@Suite("Locks for other tools")
struct LockExportTests {
    private func locate(_ package: Lock.Package, _ file: Lock.File) -> LockExport.Location {
        LockExport.Location(
            url: "https://files.example.org/\(file.name)", index: "https://index.example.org/simple/", size: 7)
    }

    @Test("a pylock.toml has every place, and nothing of ours")
    func pylock() throws {
        let text = try LockExport.pylock(Sample.lock(), locate: locate)
        #expect(!text.contains("tool.chidori"))
        let lock = try Lock(toml: SourceText(text, name: "pylock.toml"))
        #expect(lock.recipe == nil)
        #expect(
            lock.packages.map(\.index) == [
                "https://index.example.org/simple/", "https://index.example.org/simple/",
                "https://wheels.example.org/simple/",
            ])
        #expect(lock.packages.allSatisfy { $0.wheels.allSatisfy { $0.url != nil } })
        #expect(lock.packages[1].wheels[0].size == 7)
        #expect(lock.packages[2].wheels[0].url == "https://wheels.example.org/files/gamma-0.1-py3-none-any.whl")
        let platform = TargetPlatform(.x86_64, .glibc(major: 2, minor: 36))
        let ours = try Sample.lock().selection(for: platform, file: "a").map(\.file?.sha256)
        let theirs = try lock.selection(for: platform, python: PythonVersion(3, 11), file: "b").map(\.file?.sha256)
        #expect(ours == theirs)
    }

    @Test("a place that cannot be found out is an error")
    func unlocated() throws {
        struct Offline: Error {}
        #expect(throws: Offline.self) { try LockExport.pylock(Sample.lock()) { _, _ in throw Offline() } }
    }

    @Test("glibc and musl cannot share a pylock.toml where they differ")
    func cLibraries() throws {
        let glibc = TargetPlatform(.x86_64, .glibc(major: 2, minor: 36))
        let musl = TargetPlatform(.x86_64, .musl(major: 1, minor: 2))
        let recipe = Recipe(name: "demo", python: .init(version: PythonVersion(3, 11)), platforms: [glibc, musl])
        let answers = try [(glibc, "2"), (musl, "1")].map { platform, version in
            var package = Lock.Package(name: try PackageName("a"), version: try Version(version))
            package.wheels = [.init(name: "a-\(version)-py3-none-any.whl", sha256: SHA256Digest(of: version))]
            return Lock.Answer(platform: platform, packages: [package])
        }
        let lock = Lock(answering: recipe, with: answers)
        #expect(try lock.selection(for: musl, file: "a").map(\.version?.description) == ["1"])
        #expect(
            try Lock(toml: SourceText(lock.toml, name: "a")).selection(for: glibc, file: "a").map(
                \.version?.description) == ["2"])
        let error = try #require(throws: RecipesError.self) { try LockExport.pylock(lock, locate: locate) }
        #expect(error.code == .unsupported)
    }

    @Test("a requirements.txt has every hash, and is read as the same packages")
    func requirements() throws {
        let text = try LockExport.requirements(Sample.lock())
        #expect(
            text == #"""
                # Made by Chidori from the recipe `sample`. Do not edit.
                --extra-index-url https://wheels.example.org/simple/

                alpha==1.2 \
                    --hash=sha256:7520b5a1b312efde4fd7e2793ef4bc0cf8f1c235f778d203ab7216a0e31b3880 \
                    --hash=sha256:ac257dd72ce8d4d5e988d4a1c823e6c19b848de2dd211c5c0c0d1147c55dba45
                    # the recipe asks for alpha[fast]>=1

                beta==2.0 \
                    --hash=sha256:f44e64e75f3948e9f73f8dfa94721c4ce8cbb4f265c4790c702b2d41cfbf2753
                    # the recipe asks for beta
                    # alpha[fast] asks for beta<3

                gamma==0.1 ; platform_machine == "x86_64" \
                    --hash=sha256:be9d587defa1f0c09ef49eb17e206983a5f8f8289e4281860bd0ee5a19592c67
                    # beta asks for gamma

                """#)
        let file = try RequirementsFile(SourceText(text, name: "requirements.txt"))
        #expect(file.requireHashes)
        #expect(file.requests.map(\.hashes.count) == [2, 1, 1])
    }
}
