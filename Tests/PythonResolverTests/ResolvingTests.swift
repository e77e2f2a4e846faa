import Cryptography
import PythonPackaging
import PythonResolver
import Recipes
import Testing

@Suite("Resolving")
struct ResolvingTests {
    let index = MadeUpIndex()

    @Test("the newest versions that satisfy everything are chosen")
    func newest() async throws {
        try index.add("app", "1.0", needs: ["lib>=1"])
        try index.add("app", "2.0", needs: ["lib>=1,<3"])
        for version in ["1.0", "2.0", "2.9", "3.0"] { try index.add("lib", version) }
        let resolution = try await index.resolve("App")
        #expect(resolution.pins == ["app==2.0", "lib==2.9"])
    }

    @Test("an older version is taken where the newest can't be had")
    func backtracking() async throws {
        try index.add("app", "2.0", needs: ["lib>=3", "base>=2"])
        try index.add("app", "1.0", needs: ["lib"])
        try index.add("lib", "3.0", needs: ["base<2"])
        try index.add("lib", "2.0")
        try index.add("base", "1.0")
        try index.add("base", "2.0")
        let resolution = try await index.resolve("app")
        #expect(resolution.pins == ["app==1.0", "base==1.0", "lib==3.0"])
    }

    @Test("an extra brings its requirements at the same version, and extras may refer to the project's own")
    func extras() async throws {
        let needs = ["core", "speed ; extra == 'fast'", "app[fast,net] ; extra == 'all'", "net ; extra == 'net'"]
        try index.add("app", "1.0", needs: needs)
        try index.add("app", "2.0", needs: needs)
        for name in ["core", "speed", "net"] { try index.add(name, "1.0") }
        #expect(try await index.resolve("app[fast]", "app<2").pins == ["app==1.0", "core==1.0", "speed==1.0"])
        let all = try await index.resolve("app[all]")
        #expect(all.pins == ["app==2.0", "core==1.0", "net==1.0", "speed==1.0"])
        #expect(all[try PackageName("app")]?.extras.map(\.description) == ["all"])
        #expect(try await index.resolve("app").pins == ["app==2.0", "core==1.0"])
    }

    @Test("markers are decided for the target, never for the host")
    func markers() async throws {
        try index.add(
            "app", "1.0",
            needs: [
                "arm ; platform_machine == 'aarch64'", "intel ; platform_machine == 'x86_64'",
                "old ; python_version < '3.12'", "new ; python_version >= '3.12'", "windows ; sys_platform == 'win32'",
            ])
        for name in ["arm", "intel", "old", "new", "windows"] { try index.add(name, "1.0") }
        #expect(try await index.resolve("app").pins == ["app==1.0", "intel==1.0", "old==1.0"])
        let other = try await index.resolve("app") { request in
            request.platform = TargetPlatform(.aarch64, .glibc(major: 2, minor: 28))
            request.python = PythonVersion(3, 12)
        }
        #expect(other.pins == ["app==1.0", "arm==1.0", "new==1.0"])
    }

    @Test("files for another interpreter are passed over, whether the page or the metadata says so")
    func requiresPython() async throws {
        try index.add("app", "3.0", python: ">=3.12")
        try index.add("app", "2.0", metadataPython: ">=3.12")
        try index.add("app", "1.5", python: "<3.11")
        try index.add("app", "1.0", python: ">=3.8,<4")
        #expect(try await index.resolve("app").pins == ["app==1.0"])
        let newer = try await index.resolve("app") { $0.python = PythonVersion(3, 12) }
        #expect(newer.pins == ["app==3.0"])
    }

    @Test("a yanked version is taken only where the recipe pins it or the old lock has it")
    func yanked() async throws {
        try index.add("app", "1.0")
        try index.add("app", "2.0", yanked: "broken")
        #expect(try await index.resolve("app").pins == ["app==1.0"])
        #expect(try await index.resolve("app==2.0").pins == ["app==2.0"])
        #expect(try await index.resolve("app===2.0").pins == ["app==2.0"])
        let locked = [try PackageName("app"): try Version("2.0")]
        #expect(try await index.resolve("app") { $0.preferences = locked }.pins == ["app==2.0"])
        #expect(try await index.resolve("app<2") { $0.preferences = locked }.pins == ["app==1.0"])
        await #expect(throws: ResolverError.self) { try await index.resolve("app>=2.0") }
    }

    @Test("pre-releases are taken where nothing else will do, always, or never")
    func prereleases() async throws {
        try index.add("app", "1.0")
        try index.add("app", "2.0rc1")
        try index.add("young", "0.1a1")
        #expect(try await index.resolve("app").pins == ["app==1.0"])
        #expect(try await index.resolve("app>=2.0rc1").pins == ["app==2.0rc1"])
        #expect(try await index.resolve("young").pins == ["young==0.1a1"])
        #expect(try await index.resolve("app") { $0.prereleases = .allow }.pins == ["app==2.0rc1"])
        await #expect(throws: ResolverError.self) {
            try await index.resolve("app>=2.0rc1") { $0.prereleases = .disallow }
        }
    }

    @Test("a requirement that names a pre-release lets one in, and a final release still comes first")
    func namedPrereleases() async throws {
        for version in ["1.0", "2.0", "2.1b1"] { try index.add("app", version) }
        try index.add("user", "1.0", needs: ["app>=2.1a1"])
        #expect(try await index.resolve("app>=2.0rc1").pins == ["app==2.0"])
        #expect(
            try await index.resolve("app") { $0.constraints = [try Requirement("app>=2.0rc1")] }.pins == ["app==2.0"])
        #expect(try await index.resolve("app") { $0.overrides = [try Requirement("app>=2.0rc1")] }.pins == ["app==2.0"])
        #expect(try await index.resolve("app==2.1b1").pins == ["app==2.1b1"])
        #expect(try await index.resolve("app>=2.0rc1", "user").pins == ["app==2.1b1", "user==1.0"])
        #expect(try await index.resolve("app>=2.0rc1") { $0.prereleases = .allow }.pins == ["app==2.1b1"])
    }

    @Test("a constraint narrows a package and asks for none")
    func constraints() async throws {
        try index.add("app", "1.0", needs: ["lib"])
        try index.add("lib", "1.0")
        try index.add("lib", "2.0")
        try index.add("other", "1.0")
        let resolution = try await index.resolve("app") {
            $0.constraints = [try Requirement("lib<2"), try Requirement("other==1.0")]
        }
        #expect(resolution.pins == ["app==1.0", "lib==1.0"])
    }

    @Test("an override stands in place of every requirement of its project, and can leave it out")
    func overrides() async throws {
        try index.add("app", "1.0", needs: ["lib<2", "unwanted", "fast>=9 ; extra == 'speed'"])
        try index.add("lib", "1.0")
        try index.add("lib", "2.0")
        try index.add("fast", "1.0")
        let change: (inout ResolutionRequest) throws -> Void = { request in
            request.overrides = try ["lib>=2", "unwanted ; python_version < '3'", "fast"].map { try Requirement($0) }
        }
        #expect(try await index.resolve("app", change: change).pins == ["app==1.0", "lib==2.0"])
        let withExtra = try await index.resolve("app[speed]", change: change)
        #expect(withExtra.pins == ["app==1.0", "fast==1.0", "lib==2.0"])
    }

    @Test("a wheel named by URL is the only version, and only a recipe may name one")
    func urls() async throws {
        try index.add("app", "1.0")
        try index.add("app", "2.0")
        try index.add("tool", "1.0", needs: ["app @ https://example.org/app-1.0-py3-none-any.whl"])
        try index.add("tool", "0.9", needs: ["app"])
        let direct = try await index.resolve("app @ https://example.org/app-1.0-py3-none-any.whl", "app>=1")
        #expect(direct.pins == ["app==1.0"])
        #expect(direct.packages.first?.isDirect == true)
        #expect(try await index.resolve("tool").pins == ["app==2.0", "tool==0.9"])
        await #expect(throws: ResolverError.self) {
            try await index.resolve("app @ https://example.org/app-1.0-py3-none-any.whl", "app>=2")
        }
    }

    @Test("versions without a wheel for the target are passed over, and the best wheel of a version is taken")
    func wheels() async throws {
        try index.add("app", "4.0", isSource: true)
        try index.add("app", "3.0", tags: "cp311-cp311-macosx_11_0_arm64")
        try index.add("app", "2.0", tags: "py3-none-any")
        try index.add("app", "2.0", tags: "cp311-cp311-manylinux_2_17_x86_64")
        try index.add("app", "2.0", tags: "cp311-cp311-manylinux_2_28_x86_64")
        try index.add("app", "2.0", tags: "cp311-cp311-manylinux_2_28_x86_64", build: "2")
        try index.add("app", "2.0", tags: "cp311-cp311-manylinux_2_35_x86_64")
        let resolution = try await index.resolve("app")
        #expect(resolution.packages.map(\.file.filename) == ["app-2.0-2-cp311-cp311-manylinux_2_28_x86_64.whl"])
        #expect(
            resolution.packages[0].newer.map(\.reason)
                == ["has only a source distribution", "has wheels for macOS arm64 but none for linux-x86_64-glibc2.28"])
    }

    @Test("the versions of an old lock stay where they satisfy, and give way where they don't")
    func preferences() async throws {
        try index.add("app", "1.0", needs: ["lib"])
        try index.add("app", "2.0", needs: ["lib>=2"])
        for version in ["1.0", "2.0", "3.0"] { try index.add("lib", version) }
        let old = try ["app": "1.0", "lib": "1.0"].map { (try PackageName($0.key), try Version($0.value)) }
        let kept = Dictionary(uniqueKeysWithValues: old)
        #expect(try await index.resolve("app") { $0.preferences = kept }.pins == ["app==1.0", "lib==1.0"])
        #expect(try await index.resolve("app>1") { $0.preferences = kept }.pins == ["app==2.0", "lib==3.0"])
    }

    @Test("a request with hashes takes files with those digests alone")
    func hashes() async throws {
        try index.add("app", "1.0")
        try index.add("app", "2.0")
        let resolution = try await index.resolve("app") { request in
            request.requests[0].hashes = [SHA256Digest(of: Array("app-1.0-py3-none-any.whl".utf8))]
        }
        #expect(resolution.pins == ["app==1.0"])
    }

    @Test("the lowest versions can be asked for: of everything, or of what the recipe itself asks for")
    func lowest() async throws {
        for version in ["1.0", "1.5", "2.0"] { try index.add("app", version, needs: ["lib"]) }
        for version in ["1.0", "2.0"] { try index.add("lib", version) }
        try index.add("app", "1.4", needs: ["lib"], tags: "cp311-cp311-macosx_11_0_arm64")
        let direct = try await index.resolve("app>=1.2") { $0.direction = .lowestDirect }
        #expect(direct.pins == ["app==1.5", "lib==2.0"])
        let all = try await index.resolve("app>=1.2") { $0.direction = .lowest }
        #expect(all.pins == ["app==1.5", "lib==1.0"])
    }

    @Test("a resolution says who asks for what, and what kept newer versions out")
    func reasons() async throws {
        try index.add("app", "1.0", needs: ["lib<3", "base>=1 ; python_version > '3'"])
        try index.add("lib", "2.0", needs: ["base<2"])
        try index.add("lib", "3.0")
        try index.add("base", "1.0")
        try index.add("base", "2.0")
        let resolution = try await index.resolve("app")
        let lib = try #require(resolution[try PackageName("lib")])
        #expect(lib.reasons == [.init(.package(try PackageName("app"), extra: nil), requirement: "lib<3")])
        #expect(lib.newer.map(\.reason) == ["app asks for lib<3"])
        let app = try #require(resolution[try PackageName("app")])
        #expect(app.reasons == [.init(.recipe, requirement: "app")])
        #expect(app.dependencies.map(\.requirement) == ["lib<3", "base>=1"])
        #expect(resolution[try PackageName("base")]?.reasons.count == 2)
    }

    @Test("metadata that breaks the standards rules its version out")
    func badMetadata() async throws {
        try index.add("app", "2.0", fault: "has no Name")
        try index.add("app", "1.0")
        let resolution = try await index.resolve("app")
        #expect(resolution.pins == ["app==1.0"])
    }
}
