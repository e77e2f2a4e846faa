import Cryptography
import Diagnostics
import PythonPackaging
import Recipes
import Testing

@Suite("Locks in use")
struct LockUseTests {
    private let x86 = TargetPlatform(.x86_64, .glibc(major: 2, minor: 36))
    private let arm = TargetPlatform(.aarch64, .glibc(major: 2, minor: 36))

    // MARK: Selection

    @Test("each platform gets its own wheels, and what the others alone have is left out")
    func selection() throws {
        let lock = try Sample.lock()
        let onX86 = try lock.selection(for: x86, file: "sample.lock.toml")
        #expect(onX86.map(\.name.description) == ["alpha", "beta", "gamma"])
        #expect(onX86[0].file?.name == "alpha-1.2-cp311-cp311-manylinux_2_28_x86_64.whl")
        #expect(onX86[2].index == "https://wheels.example.org/simple/")
        let onARM = try lock.selection(for: arm, file: "sample.lock.toml")
        #expect(
            onARM.map(\.file?.name) == [
                "alpha-1.2-cp311-cp311-manylinux_2_28_aarch64.whl", "beta-2.0-py3-none-any.whl",
            ])
    }

    @Test("the part of a lock for one platform is the lock that the platform alone would have got")
    func part() throws {
        let lock = try Sample.lock()
        for platform in [x86, arm] {
            let part = try lock.part(for: [platform], file: "a.lock.toml")
            #expect(part.recipe?.platforms == [platform])
            #expect(
                try part.selection(for: platform, file: "a").map(\.file)
                    == lock.selection(for: platform, file: "a").map(\.file))
            #expect(part.packages.allSatisfy { $0.wheels.count == 1 && $0.marker == nil && $0.platforms.isEmpty })
            #expect(part.packages[1].dependencies.map(\.name.description) == (platform == x86 ? ["gamma"] : []))
        }
        #expect(try lock.part(for: [x86, arm], file: "a").packages == lock.packages)
        var foreign = lock
        foreign.recipe = nil
        #expect(throws: RecipesError.self) { try foreign.part(for: [x86], file: "a") }
    }

    @Test("another platform or Python than the lock's is refused")
    func wrongTarget() throws {
        let lock = try Sample.lock()
        let musl = TargetPlatform(.x86_64, .musl(major: 1, minor: 2))
        let platform = try #require(throws: RecipesError.self) { try lock.selection(for: musl, file: "a.lock.toml") }
        #expect(platform.code == .wrongTarget)
        #expect(platform.message.contains("linux-aarch64-glibc2.36, linux-x86_64-glibc2.36"))
        let python = try #require(throws: RecipesError.self) {
            try lock.selection(for: x86, python: PythonVersion(3, 12), file: "a.lock.toml")
        }
        #expect(python.message.contains("Python 3.11, not for 3.12"))
    }

    @Test("a foreign lock's markers, extras and groups choose, and the best wheel wins")
    func foreign() throws {
        let lock = try foreignLock(
            """
            [[packages]]
            name = "plain"
            version = "1"
            wheels = [
                { url = "https://files.example.org/plain-1-py3-none-any.whl", hashes = { sha256 = "\(zeros)" } },
                { url = "https://files.example.org/plain-1-cp311-cp311-manylinux_2_17_x86_64.whl", hashes = { sha256 = "\(zeros)" } },
                { url = "https://files.example.org/plain-1-2-cp311-cp311-manylinux_2_17_x86_64.whl", hashes = { sha256 = "\(zeros)" } },
                { url = "https://files.example.org/plain-1-cp312-cp312-manylinux_2_17_x86_64.whl", hashes = { sha256 = "\(zeros)" } },
            ]
            [[packages]]
            name = "extra"
            version = "1"
            marker = "'fast' in extras"
            wheels = [{ name = "extra-1-py3-none-any.whl", url = "https://files.example.org/x?y=1", hashes = { sha256 = "\(zeros)" } }]
            [[packages]]
            name = "dev"
            version = "1"
            marker = "'dev' in dependency_groups"
            archive = { url = "https://files.example.org/dev-1-py3-none-any.whl", hashes = { sha256 = "\(zeros)" } }
            [[packages]]
            name = "windows"
            version = "1"
            marker = "sys_platform == 'win32'"
            directory = { path = "here" }
            """, head: "extras = [\"fast\"]\ndependency-groups = [\"dev\"]\ndefault-groups = [\"dev\"]\n")
        let python = PythonVersion(3, 11)
        let chosen = try lock.selection(for: x86, python: python, file: "pylock.toml")
        #expect(
            chosen.map(\.file?.name) == ["dev-1-py3-none-any.whl", "plain-1-2-cp311-cp311-manylinux_2_17_x86_64.whl"])
        let more = try lock.selection(
            for: x86, python: python, extras: [ExtraName("fast")], groups: [], file: "pylock.toml")
        #expect(more.map(\.name.description) == ["extra", "plain"])
        #expect(throws: RecipesError.self) { try lock.selection(for: x86, file: "pylock.toml") }
    }

    @Test("where no wheel will do, the source distribution is chosen, and what it is built with")
    func sources() throws {
        let lock = try foreignLock(
            """
            [[packages]]
            name = "source"
            version = "1"
            sdist = { name = "source-1.tar.gz", url = "https://files.example.org/source-1.tar.gz", hashes = { sha256 = "\(zeros)" } }
            wheels = [{ name = "source-1-cp39-cp39-win_amd64.whl", url = "https://x/y", hashes = { sha256 = "\(zeros)" } }]
            [[packages]]
            name = "tooled"
            version = "1"
            sdist = { name = "tooled-1.tar.gz", url = "https://x/tooled-1.tar.gz", hashes = { sha256 = "\(zeros)" } }
            [packages.tool.chidori]
            build-requires = [
                { name = "tool", version = "2", wheel = { name = "tool-2-py3-none-any.whl", hashes = { sha256 = "\(zeros)" } } },
            ]
            """)
        let selected = try lock.selection(for: x86, python: PythonVersion(3, 11), file: "pylock.toml")
        #expect(selected.map(\.file?.name) == ["source-1.tar.gz", "tooled-1.tar.gz"])
        var tools: [[String]?] = []
        for case .source(_, let requirements) in selected.map(\.content) {
            tools.append(requirements?.map(\.wheel.name))
        }
        #expect(tools == [nil, ["tool-2-py3-none-any.whl"]])
        let again = try Lock(toml: SourceText(lock.toml, name: "again.lock.toml"))
        #expect(again.packages == lock.packages)
    }

    @Test("repositories, folders and archives of a foreign lock are sources")
    func trees() throws {
        let lock = try foreignLock(
            """
            [[packages]]
            name = "folder"
            directory = { path = "here", subdirectory = "python" }
            [[packages]]
            name = "repository"
            vcs = { type = "git", url = "https://example.org/x.git", requested-revision = "v1", commit-id = "00" }
            [[packages]]
            name = "tarball"
            archive = { url = "https://example.org/t.tar.gz", hashes = { sha256 = "\(zeros)" } }
            """)
        let selected = try lock.selection(for: x86, python: PythonVersion(3, 11), file: "pylock.toml")
        let folder = Lock.SourceTree(.folder(path: "here", content: nil), subdirectory: "python")
        let repository = Lock.SourceTree(
            .repository(url: "https://example.org/x.git", requestedRevision: "v1", commit: "00"))
        #expect(selected[0].content == .tree(folder, nil) && selected[1].content == .tree(repository, nil))
        #expect(selected[2].file?.name == "t.tar.gz")
        #expect(throws: RecipesError.self) {
            try foreignLock("[[packages]]\nname = \"a\"\nvcs = { type = \"hg\", url = \"x\", commit-id = \"0\" }")
        }
    }

    @Test("packages without a file that can be installed are all named")
    func withoutWheels() throws {
        let lock = try foreignLock(
            """
            [[packages]]
            name = "other"
            version = "1"
            wheels = [{ name = "other-1-cp39-cp39-win_amd64.whl", url = "https://x/y", hashes = { sha256 = "\(zeros)" } }]
            [[packages]]
            name = "young"
            version = "1"
            requires-python = ">=3.13"
            wheels = [{ name = "young-1-py3-none-any.whl", url = "https://x/y", hashes = { sha256 = "\(zeros)" } }]
            """)
        let error = try #require(throws: RecipesError.self) {
            try lock.selection(for: x86, python: PythonVersion(3, 11), file: "pylock.toml")
        }
        #expect(error.issues.count == 2)
        for (issue, says) in zip(
            error.issues,
            ["only other-1-cp39", "Python >=3.13"])
        {
            #expect(issue.message.contains(says), "\(issue)")
        }
    }

    // MARK: Reading

    static let mistakes: [(text: String, code: RecipesError.Code, mark: String?, says: String)] = [
        ("", .missingKey, nil, "is no lock"),
        ("lock-version = \"2.0\"", .newerFormat, "1:16", "reads 1.0"),
        ("lock-version = 1.0", .missingKey, "1:16", "no lock"),
        ("lock-version = \"1.0\"\n[tool.chidori]\nformat = 2", .newerFormat, "3:10", "reads 1 to 1"),
        ("lock-version = \"1.0\"\n[[packages]]\nversion = \"1\"", .missingKey, "2:1", "`name` is missing"),
        (
            "lock-version = \"1.0\"\n[[packages]]\nname = \"a\"\nversion = \"x.y\"\nwheels = []", .badValue, "4:11",
            "x.y"
        ),
        ("lock-version = \"1.0\"\n[[packages]]\nname = \"a\"", .missingKey, "2:1", "has no file"),
        (
            "lock-version = \"1.0\"\n[[packages]]\nname = \"a\"\nwheels = [{name = \"a-1-py3-none-any.whl\", hashes = {sha256 = \"00\"}}]",
            .badValue, "4:11", "no SHA-256"
        ),
        (
            "lock-version = \"1.0\"\n[[packages]]\nname = \"a\"\nwheels = [{name = \"a-1-py3-none-any.whl\", hashes = {md5 = \"00\"}}]",
            .unsupported, "4:11", "no sha256"
        ),
        (
            "lock-version = \"1.0\"\n[[packages]]\nname = \"a\"\nwheels = [{name = \"../a.whl\", hashes = {sha256 = \"00\"}}]",
            .badValue, "4:11", "no file's name"
        ),
        ("lock-version = \"1.0\"\n[tool.chidori.recipe]\nname = \"a\"", .missingKey, "2:1", "`python` is missing"),
    ]

    @Test("each mistake in a lock has its place", arguments: mistakes.indices)
    func mistake(index: Int) throws {
        let sample = Self.mistakes[index]
        let error = try #require(throws: RecipesError.self) {
            try Lock(toml: SourceText(sample.text, name: "a.lock.toml"))
        }
        #expect(error.issues.count == 1, "\(error)")
        let issue = error.issues[0]
        #expect(issue.code == sample.code, "\(error)")
        #expect(issue.mark?.description == sample.mark, "\(error)")
        #expect(issue.message.contains(sample.says), "\(error)")
    }

    @Test("keys that this version does not know are passed over")
    func unknownKeys() throws {
        let text = Sample.text
            .replacing("format = 1", "format = 1\nlater = { x = [1] }")
            .replacing(
                "[tool.chidori.recipe.python]", "[tool.chidori.recipe.later]\nx = 1\n\n[tool.chidori.recipe.python]"
            )
            .replacing("version = \"1.2\"", "version = \"1.2\"\nattestation-identities = []")
        #expect(text != Sample.text)
        #expect(try Lock(toml: SourceText(text, name: "a.lock.toml")) == Sample.lock())
    }

    // MARK: Staleness

    @Test("a lock matches its recipe, whatever the order of packages and the layout")
    func matches() throws {
        let lock = try Sample.lock()
        var recipe = try Sample.recipe()
        #expect(lock.matches(recipe))
        recipe.python.packages.reverse()
        recipe.platforms.reverse()
        #expect(lock.matches(recipe))
        #expect(lock.changes(against: recipe).isEmpty)
    }

    @Test("what has changed is named, and whether the versions may be wrong")
    func changes() throws {
        let lock = try Sample.lock()
        var recipe = try Sample.recipe()
        recipe.python.packages[0] = .init(try Requirement("beta>=2"))
        recipe.python.indexes = [.init(url: "https://user:secret@wheels.example.org/simple/")]
        recipe.environment = ["OMP_NUM_THREADS": "2"]
        recipe.base = nil
        recipe.bytecode = false
        let changes = lock.changes(against: recipe)
        #expect(
            changes.map(\.description) == [
                "python.packages\n  - beta\n  + beta>=2",
                "python.indexes\n  + { url = \"https://wheels.example.org/simple/\" }",
                "environment\n  - OMP_NUM_THREADS=1\n  + OMP_NUM_THREADS=2", "bytecode\n  + false",
                "base\n  - debian12-python3.11",
            ])
        #expect(changes.map(\.needsResolving) == [true, true, false, false, false])
        #expect(!lock.matches(recipe))
    }

    // MARK: Differences

    @Test("two locks differ in the packages that came, went and moved")
    func diff() throws {
        let old = try Sample.lock()
        var new = old
        new.packages.removeAll { $0.name.description == "gamma" }
        new.packages[0].version = try Version("1.3")
        new.packages[1].wheels[0].sha256 = SHA256Digest(of: "rebuilt")
        var added = Lock.Package(name: try PackageName("delta"), version: try Version("4"))
        added.wheels = [.init(name: "delta-4-py3-none-any.whl", sha256: SHA256Digest(of: "delta"))]
        new.packages.append(added)
        let diff = LockDiff(from: old, to: new)
        #expect(
            diff.packages == [
                .init(
                    name: try PackageName("alpha"),
                    change: .changed(from: [try Version("1.2")], to: [try Version("1.3")])),
                .init(
                    name: try PackageName("beta"),
                    change: .files(
                        of: [try Version("2.0")], added: ["beta-2.0-py3-none-any.whl"],
                        removed: ["beta-2.0-py3-none-any.whl"])),
                .init(name: try PackageName("delta"), change: .added(to: [try Version("4")])),
                .init(name: try PackageName("gamma"), change: .removed(from: [try Version("0.1")])),
            ])
        #expect(LockDiff(from: old, to: old).isEmpty)
    }

    private let zeros = String(repeating: "0", count: 64)

    private func foreignLock(_ packages: String, head: String = "") throws -> Lock {
        try Lock(
            toml: SourceText(
                "lock-version = \"1.0\"\ncreated-by = \"test\"\n\(head)\n\(packages)", name: "pylock.toml"))
    }
}

extension String {
    func replacing(_ part: String, _ other: String) -> String {
        guard let range = firstRange(of: part) else { return self }
        return String(self[..<range.lowerBound]) + other + String(self[range.upperBound...])
    }
}
