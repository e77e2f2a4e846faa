import Cryptography
import PythonPackaging
import Recipes
import TestSupport

extension SeededGenerator {
    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
}

/// Locks of every form that can be written.
enum LockGenerator {
    static func lock(_ random: inout SeededGenerator) throws -> Lock {
        let isOurs = random.chance(70)
        var lock = Lock(recipe: isOurs ? try recipe(&random) : nil, packages: [])
        if isOurs, random.chance(20) { lock.recipeFolder = random.pick(["..", "../a \"b\"/recipes"]) }
        lock.createdBy = random.pick(["chidori", "uv", "\"quoted\" tool"])
        if random.chance(70) {
            lock.requiresPython = try SpecifierSet(random.pick(["==3.11.*", ">=3.9,<4", "!=3.10"]))
        }
        if random.chance(50) { lock.environments = [try marker(&random), try marker(&random)] }
        if random.chance(20) { lock.extras = [try ExtraName("a"), try ExtraName("b-c")] }
        if random.chance(20) { lock.dependencyGroups = [try ExtraName("dev")] }
        if random.chance(20) { lock.defaultGroups = [try ExtraName("dev")] }
        if random.chance(30) { lock.otherTools = [tool(&random, "other"), tool(&random, "third.party")] }
        for number in 0..<random.below(12) { lock.packages.append(try package(number, &random)) }
        return lock
    }

    private static func package(_ number: Int, _ random: inout SeededGenerator) throws -> Lock.Package {
        let name = "package-\(number / 10)\(number % 10)"
        let version = random.pick(["1.0", "2!1.0.post1+local.7", "0.0.1a3.dev5", "2024.1.1"])
        var package = Lock.Package(name: try PackageName(name), version: try Version(version))
        if random.chance(30) { package.marker = try marker(&random) }
        if random.chance(60) { package.requiresPython = try SpecifierSet(random.pick([">=3.9", "<4,>=3.8.1"])) }
        for other in 0..<random.below(4) {
            package.dependencies.append(.init(name: try PackageName("package-0\(other)")))
        }
        if random.chance(20) { package.index = "https://wheels.example.org/simple/" }
        for tag in ["cp311-cp311-manylinux_2_17_x86_64", "py3-none-any", "cp311-cp311-musllinux_1_2_aarch64"]
            .prefix(1 + random.below(3)).sorted()
        {
            package.wheels.append(file("package_0\(number)-\(version)-\(tag).whl", &random))
        }
        if random.chance(20) { package.sourceDistribution = file("package_0\(number)-\(version).tar.gz", &random) }
        if random.chance(20) {
            package.eggs.append(file("package_0\(number)-\(version)-py3.11.egg", &random))
            package.eggs.append(file("package_0\(number)-\(version)-py3.11-linux-x86_64.egg", &random))
            package.eggs.sort { $0.name < $1.name }
            if random.chance(50) { package.wheels = [] }
        }
        if random.chance(30) { package.extras = [try ExtraName("fast"), try ExtraName("slow")] }
        if random.chance(20) { package.platforms = [TargetPlatform(.aarch64, .musl(major: 1, minor: 2))] }
        var reasons: Set<Lock.Reason> = []
        for _ in 0..<random.below(4) {
            let source: Lock.Reason.Source = try random.pick([
                .recipe, .constraint, .override, .package(PackageName("package-00"), extra: nil),
                .package(PackageName("package-01"), extra: ExtraName("fast")),
            ])
            reasons.insert(
                .init(source, requirement: random.pick([name, "\(name)>=1", "\(name)[fast] ; python_version < \"4\""])))
        }
        package.reasons = reasons.sorted()
        if random.chance(20) { package.otherTools = [tool(&random, "other")] }
        return package
    }

    private static func file(_ name: String, _ random: inout SeededGenerator) -> Lock.File {
        var file = Lock.File(name: name, sha256: SHA256Digest(of: name))
        if random.chance(30) { file.otherHashes = ["sha512": "ab12", "blake2b": "00"] }
        if random.chance(50) { file.size = random.next() >> 1 }
        if random.chance(30) { file.url = "https://files.example.org/a%20b/\(name)?x=1" }
        if random.chance(20) { file.path = "../wheels/ü/\(name)" }
        if random.chance(30) {
            file.uploadTime = UploadTime(microseconds: Int64(random.below(2_000_000_000)) * 1_000_000)
        }
        return file
    }

    private static func marker(_ random: inout SeededGenerator) throws -> Marker {
        try Marker(
            random.pick([
                "sys_platform == 'linux'", "platform_machine == 'aarch64' or python_version < '3.12'",
                "'fast' in extras and \"dev\" not in dependency_groups",
            ]))
    }

    /// Tables, arrays and texts that only quotes and escapes can hold.
    private static func tool(_ random: inout SeededGenerator, _ name: String) -> SourceNode.Entry {
        let texts = [
            "", "plain", "\"quotes\" and \\", "line\nfeed\ttab\r", "\u{1}\u{7F}", "日本語 🌩", "a = [1]", "#no comment",
        ]
        let blocks = [
            "\nimport a\n\nprint('x', \"y\")\n", "a\n'''b'''\n\"\"\"\"c", "ends with '", "\\ and \r\n", "", "\n\n",
            "tab\t\u{1}",
        ]
        var entries: [SourceNode.Entry] = [
            .init("text", .text(random.pick(texts))), .init("flag", .boolean(random.chance(50))),
            .init("number", .integer(-Int(random.below(1000)))),
            .init("list", .sequence([.text(random.pick(texts)), .sequence([.integer(1), .integer(2)])])),
            .init("empty", .sequence([])),
            .init("block", SourceNode(.scalar(random.pick(blocks), .block))),
            .init(random.pick(["quoted key", "ключ", "a.b", ""]), .text("x")),
        ]
        if random.chance(50) {
            entries.append(
                .init("table", .mapping([.init("inner", .mapping([.init("deep", .text(random.pick(texts)))]))])))
        }
        if random.chance(50) {
            entries.append(.init("tables", .sequence([.mapping([.init("n", .integer(1))]), .mapping([])])))
        }
        return .init(name, .mapping(entries))
    }

    private static func recipe(_ random: inout SeededGenerator) throws -> Recipe {
        var recipe = Recipe(
            name: "generated", python: .init(version: PythonVersion(3, 11, random.chance(30) ? 7 : nil)))
        if random.chance(30) { recipe.version = "1.0" }
        if random.chance(30) { recipe.description = "Text with \"quotes\"\nand lines" }
        if random.chance(50) {
            recipe.platforms = [TargetPlatform(.aarch64, .musl(major: 1, minor: 2)), Recipe.defaultPlatform]
        }
        if random.chance(50) { recipe.base = "debian12-python3.11" }
        if random.chance(50) { recipe.environment = ["B": "x=1\ny", "A": ""] }
        recipe.bytecode = random.chance(50)
        for _ in 0..<random.below(4) {
            recipe.tests.append(
                random.pick([
                    .init(.shell("echo 'hi' \"there\"")), .init(.imports(["a", "b.c"]), name: "imports"),
                    .init(.imports(["a"])), .init(.python("import a\n\nprint(a)\n"), timeout: 5),
                    .init(.command(["python", "-c", "pass"])), .init(.shell("true"), name: "named"),
                ]))
        }
        if random.chance(30) { recipe.budget = .init(image: UInt64(random.below(1 << 40)), environment: nil) }
        if random.chance(30) { recipe.budget.environment = 1 << 30 }
        if random.chance(30) { recipe.image = .init(layers: 5, compression: .zstd, labels: ["a.b/c": "d e"]) }
        recipe.python.packages = [.init(try Requirement("numpy>=1.21,<3"))]
        if random.chance(30) {
            recipe.python.packages = [
                .init(try Requirement("numpy==1.26.4"), hashes: [SHA256Digest(of: "a"), SHA256Digest(of: "b")])
            ]
        }
        if random.chance(30) { recipe.python.constraints = [try Requirement("scipy<2 ; python_version >= '3.9'")] }
        if random.chance(30) { recipe.python.overrides = [try Requirement("protobuf==5")] }
        if random.chance(30) {
            recipe.python.indexes = [
                .init(name: "company", url: "https://wheels.example.org/simple/", packages: [try PackageName("torch")]),
                .init(url: "file:///srv/simple", isDefault: true),
            ]
        }
        if random.chance(30) { recipe.python.findLinks = ["./wheels", "https://example.org/links.html"] }
        if random.chance(30) { recipe.python.prereleases = random.pick(Recipe.Prereleases.allCases) }
        return recipe
    }
}
