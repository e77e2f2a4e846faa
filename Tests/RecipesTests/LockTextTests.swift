import Cryptography
import PythonPackaging
import Recipes
import TestSupport
import Testing

@Suite("Locks in TOML")
struct LockTextTests {
    @Test("a lock is written with PEP 751's keys, a file a line, and no place of files on the default index")
    func golden() throws {
        #expect(try Sample.lock().toml == Sample.text)
    }

    @Test("what was written is read as it was")
    func golden2() throws {
        let lock = try Lock(toml: SourceText(Sample.text, name: "sample.lock.toml"))
        #expect(try lock == Sample.lock())
    }

    @Test("any lock survives being written and read, and its text is stable", arguments: 0..<200 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed)
        let lock = try LockGenerator.lock(&random)
        let text = lock.toml
        let read = try Lock(toml: SourceText(text, name: "generated.lock.toml"))
        #expect(read == lock)
        #expect(read.toml == text)
    }

    @Test("credentials are in no lock")
    func credentials() throws {
        var recipe = try Sample.recipe()
        recipe.python.indexes = [.init(url: "https://user:hunter2@wheels.example.org/simple/")]
        recipe.python.packages.append(
            .init(try Requirement("tool @ https://user:hunter2@files.example.org/tool-1-py3-none-any.whl")))
        var package = Lock.Package(name: try PackageName("tool"), version: try Version("1"))
        package.index = "https://user:hunter2@wheels.example.org/simple/"
        package.wheels = [
            .init(
                name: "tool-1-py3-none-any.whl", sha256: SHA256Digest(of: "tool"),
                url: "https://user:hunter2@files.example.org/tool-1-py3-none-any.whl")
        ]
        let lock = Lock(answering: recipe, with: [.init(platform: recipe.platforms[0], packages: [package])])
        #expect(!lock.toml.contains("hunter2"))
        #expect(lock.toml.contains("https://files.example.org/tool-1-py3-none-any.whl"))
        #expect(lock.matches(recipe))
    }

    @Test("sizes are written only where every file has one")
    func sizes() throws {
        let recipe = try Sample.recipe()
        var first = Lock.Package(name: try PackageName("a"), version: try Version("1"))
        first.wheels = [.init(name: "a-1-py3-none-any.whl", sha256: SHA256Digest(of: "a"), size: 10)]
        var second = Lock.Package(name: try PackageName("b"), version: try Version("1"))
        second.wheels = [.init(name: "b-1-py3-none-any.whl", sha256: SHA256Digest(of: "b"), size: 20)]
        func text() -> String {
            Lock(answering: recipe, with: [.init(platform: recipe.platforms[0], packages: [first, second])]).toml
        }
        #expect(text().contains("size = 10"))
        second.wheels[0].size = nil
        #expect(!text().contains("size ="))
    }
}

/// A small lock, as values and as text.
enum Sample {
    static func recipe() throws -> Recipe {
        try Recipe(
            yaml: SourceText(
                """
                name: sample
                description: Two packages
                python:
                  version: "3.11"
                  packages: [beta, "alpha[fast]>=1"]
                platforms: [linux-x86_64-glibc2.36, linux-aarch64-glibc2.36]
                base: debian12-python3.11
                environment: {OMP_NUM_THREADS: 1}
                tests:
                  - import: alpha
                  - python -m pip check
                """, name: "sample.yaml"))
    }

    static func lock() throws -> Lock {
        let recipe = try recipe()
        let answers = try recipe.platforms.map { platform in
            let architecture = platform.architecture.rawValue
            var alpha = Lock.Package(name: try PackageName("alpha"), version: try Version("1.2"))
            alpha.requiresPython = try SpecifierSet(">=3.9")
            alpha.dependencies = [.init(name: try PackageName("beta"))]
            alpha.extras = [try ExtraName("fast")]
            alpha.reasons = [.init(.recipe, requirement: "alpha[fast]>=1")]
            alpha.wheels = [
                .init(
                    name: "alpha-1.2-cp311-cp311-manylinux_2_28_\(architecture).whl",
                    sha256: SHA256Digest(of: architecture))
            ]
            var beta = Lock.Package(name: try PackageName("beta"), version: try Version("2.0"))
            beta.reasons = [
                .init(.recipe, requirement: "beta"),
                .init(.package(try PackageName("alpha"), extra: try ExtraName("fast")), requirement: "beta<3"),
            ]
            beta.wheels = [.init(name: "beta-2.0-py3-none-any.whl", sha256: SHA256Digest(of: "beta"))]
            var packages = [beta, alpha]
            if architecture == "x86_64" {
                packages[0].dependencies = [.init(name: try PackageName("gamma"))]
                var gamma = Lock.Package(name: try PackageName("gamma"), version: try Version("0.1"))
                gamma.index = "https://wheels.example.org/simple/"
                gamma.reasons = [.init(.package(try PackageName("beta"), extra: nil), requirement: "gamma")]
                gamma.wheels = [
                    .init(
                        name: "gamma-0.1-py3-none-any.whl", sha256: SHA256Digest(of: "gamma"),
                        url: "https://wheels.example.org/files/gamma-0.1-py3-none-any.whl")
                ]
                packages.append(gamma)
            }
            return Lock.Answer(platform: platform, packages: packages)
        }
        return Lock(answering: recipe, with: answers)
    }

    static let text = #"""
        lock-version = "1.0"
        environments = [
            'sys_platform == "linux" and platform_machine == "aarch64"',
            'sys_platform == "linux" and platform_machine == "x86_64"',
        ]
        requires-python = "==3.11.*"
        created-by = "chidori"

        [[packages]]
        name = "alpha"
        version = "1.2"
        requires-python = ">=3.9"
        dependencies = [
            { name = "beta" },
        ]
        wheels = [
            { name = "alpha-1.2-cp311-cp311-manylinux_2_28_aarch64.whl", hashes = { sha256 = "ac257dd72ce8d4d5e988d4a1c823e6c19b848de2dd211c5c0c0d1147c55dba45" } },
            { name = "alpha-1.2-cp311-cp311-manylinux_2_28_x86_64.whl", hashes = { sha256 = "7520b5a1b312efde4fd7e2793ef4bc0cf8f1c235f778d203ab7216a0e31b3880" } },
        ]

        [packages.tool.chidori]
        extras = ["fast"]
        required-by = [
            { by = "recipe", requirement = "alpha[fast]>=1" },
        ]

        [[packages]]
        name = "beta"
        version = "2.0"
        dependencies = [
            { name = "gamma" },
        ]
        wheels = [
            { name = "beta-2.0-py3-none-any.whl", hashes = { sha256 = "f44e64e75f3948e9f73f8dfa94721c4ce8cbb4f265c4790c702b2d41cfbf2753" } },
        ]

        [packages.tool.chidori]
        required-by = [
            { by = "recipe", requirement = "beta" },
            { package = "alpha", extra = "fast", requirement = "beta<3" },
        ]

        [[packages]]
        name = "gamma"
        version = "0.1"
        marker = 'platform_machine == "x86_64"'
        index = "https://wheels.example.org/simple/"
        wheels = [
            { name = "gamma-0.1-py3-none-any.whl", url = "https://wheels.example.org/files/gamma-0.1-py3-none-any.whl", hashes = { sha256 = "be9d587defa1f0c09ef49eb17e206983a5f8f8289e4281860bd0ee5a19592c67" } },
        ]

        [packages.tool.chidori]
        platforms = ["linux-x86_64-glibc2.36"]
        required-by = [
            { package = "beta", requirement = "gamma" },
        ]

        [tool.chidori]
        format = 1
        recipe-digest = "sha256:20ffcc2dee3d821c3444087a501ee472cb14363e1f6ff0b107f3286002d29b58"

        [tool.chidori.recipe]
        name = "sample"
        description = "Two packages"
        platforms = [
            "linux-x86_64-glibc2.36",
            "linux-aarch64-glibc2.36",
        ]
        base = "debian12-python3.11"
        tests = [
            { import = "alpha" },
            "python -m pip check",
        ]

        [tool.chidori.recipe.python]
        version = "3.11"
        packages = [
            "beta",
            "alpha[fast]>=1",
        ]

        [tool.chidori.recipe.environment]
        OMP_NUM_THREADS = "1"

        """#
}
