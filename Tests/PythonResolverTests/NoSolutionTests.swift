import Diagnostics
import PythonPackaging
import PythonResolver
import Recipes
import Testing

@Suite("No solution")
struct NoSolutionTests {
    let index = MadeUpIndex()

    private func failure(
        _ requirements: String..., change: (inout ResolutionRequest) throws -> Void = { _ in }
    ) async throws -> ResolverError {
        do {
            let resolution: Resolution
            switch requirements.count {
            case 1: resolution = try await index.resolve(requirements[0], change: change)
            default: resolution = try await index.resolve(requirements[0], requirements[1], change: change)
            }
            Issue.record("\(resolution.pins)")
            throw Unexpected()
        } catch let error as ResolverError {
            return error
        }
    }

    struct Unexpected: Error {}

    @Test("a conflict is told as reasons, with what to relax")
    func conflict() async throws {
        try index.add("app", "1.0", needs: ["lib>=2"])
        try index.add("lib", "1.0")
        try index.add("lib", "2.0")
        let error = try await failure("app", "lib<2")
        #expect(error.category == .noSolution)
        #expect(
            error.message
                == """
                no choice of versions satisfies it
                Because app 1.0 needs lib>=2, the recipe asks for app and the recipe asks for lib<2, the recipe can't \\
                be satisfied.
                """.replacing("\\\n", with: ""))
        #expect(error.advice == "relax lib<2 in the recipe")
    }

    @Test("forty versions with one fault are told in one line")
    func many() async throws {
        for version in 1...40 { try index.add("app", "\(version)", needs: ["lib>=\(version + 1)"]) }
        try index.add("lib", "1")
        for version in 2...41 { try index.add("lib", "\(version)") }
        let error = try await failure("app", "lib<2")
        #expect(error.message.split(separator: "\n").count <= 4, "\(error.message)")
        #expect(error.message.contains("all versions of app"))
    }

    @Test("a project that does not exist is named with the nearest names")
    func unknown() async throws {
        try index.add("requests", "1.0")
        let error = try await failure("reqeusts")
        #expect(error.code == .unknownProject)
        #expect(error.subject == "reqeusts")
        #expect(error.advice == "did you mean requests?")
    }

    @Test("a dependency that does not exist is told with who needs it")
    func unknownDependency() async throws {
        try index.add("app", "1.0", needs: ["missing"])
        let error = try await failure("app")
        #expect(error.message.contains("there is no project missing on the index"))
        #expect(error.message.contains("app 1.0 needs missing"))
    }

    @Test("the advice fits what keeps the versions out")
    func advice() async throws {
        try index.add("source", "1.0", isSource: true)
        #expect(try await failure("source").message.contains("source 1.0 has only a source distribution"))

        try index.add("mac", "1.0", tags: "cp311-cp311-macosx_11_0_arm64")
        let mac = try await failure("mac")
        #expect(
            mac.message.contains("mac 1.0 has wheels for macOS arm64 but none for linux-x86_64-glibc2.28"),
            "\(mac.message)")
        #expect(mac.advice?.contains("name an index or folder that has wheels of mac") == true)

        try index.add("future", "1.0", python: ">=3.13")
        let future = try await failure("future")
        #expect(future.message.contains("the target is Python 3.11"))
        #expect(future.advice?.contains("future 1.0 needs >=3.13") == true)

        try index.add("gone", "1.0", yanked: "leaked a key")
        let gone = try await failure("gone")
        #expect(gone.message.contains("gone 1.0 was yanked (leaked a key)"))
        #expect(gone.advice?.contains("gone==1.0") == true)

        try index.add("early", "1.0b1")
        let early = try await failure("early") { $0.prereleases = .disallow }
        #expect(early.advice?.contains("early 1.0b1") == true)

        try index.add("present", "1.0")
        let absent = try await failure("present>=2")
        #expect(absent.message.contains("there is no present>=2"), "\(absent.message)")
        #expect(absent.advice == "relax present>=2 in the recipe")
    }

    @Test("what wheels there are is told by what they miss, with what to choose instead")
    func coverage() async throws {
        for minor in 7...10 { try index.add("old", "1.0", tags: "cp3\(minor)-cp3\(minor)-manylinux_2_17_x86_64") }
        try index.add("old", "1.0", tags: "cp312-cp312-manylinux_2_17_x86_64")
        try index.add("old", "1.0", tags: "cp311-cp311-win_amd64")
        let old = try await failure("old")
        #expect(
            old.message.contains(
                "old 1.0 has wheels for Python 3.7–3.10, 3.12 on linux-x86_64 but none for Python 3.11"),
            "\(old.message)")
        #expect(
            old.advice?.contains("choose Python 3.10 (--python-version 3.10), which old 1.0 has wheels for") == true,
            "\(old.advice ?? "")")

        for level in [34, 39] { try index.add("fresh", "1.0", tags: "cp311-cp311-manylinux_2_\(level)_x86_64") }
        let fresh = try await failure("fresh")
        #expect(
            fresh.message.contains(
                "fresh 1.0 has wheels for linux-x86_64-glibc2.34 and newer but none for linux-x86_64-glibc2.28"),
            "\(fresh.message)")
        // Of several versions the one is named for which least must change.
        try index.add("steps", "1.0", tags: "cp310-cp310-manylinux_2_17_x86_64")
        try index.add("steps", "2.0", tags: "cp314-cp314-manylinux_2_17_x86_64")
        #expect(try await failure("steps").advice?.contains("--python-version 3.10), which steps 1.0 has") == true)
        #expect(fresh.advice?.contains("--platform linux-x86_64-glibc2.34") == true)

        try index.add("arm", "1.0", tags: "cp39-abi3-manylinux_2_17_aarch64.manylinux2014_aarch64")
        try index.add("arm", "1.0", tags: "cp39-abi3-musllinux_1_2_x86_64")
        try index.add("arm", "2.0", tags: "cp312-cp312-macosx_10_9_universal2")
        let arm = try await failure("arm==1.0")
        #expect(
            arm.message.contains("arm 1.0 has wheels for linux-aarch64, linux-x86_64 (musl) but none for"),
            "\(arm.message)")
        #expect(arm.advice?.contains("--platform linux-x86_64-musl1.2") == true, "\(arm.advice ?? "")")
        let both = try await failure("arm")
        #expect(
            both.message.contains(
                "all versions of arm have no wheel for the target (2.0 has them for Python 3.12 on macOS universal2)"),
            "\(both.message)")

        try index.add("locked", "1.0", tags: "cp313-cp313-manylinux_2_17_x86_64")
        try index.add("locked", "1.0", tags: "cp39-abi3-manylinux_2_17_x86_64")
        let locked = try await failure("locked") { $0.python = PythonVersion(3, 13, isFreeThreaded: true) }
        #expect(locked.message.contains("3.9 and newer on linux-x86_64 but none for Python 3.13t"), "\(locked.message)")
    }

    @Test("two URLs for one project are bad input")
    func twoURLs() async throws {
        let error = try await failure(
            "app @ https://a/app-1-py3-none-any.whl", "app @ https://b/app-1-py3-none-any.whl")
        #expect(error.code == .twoURLs)
        #expect(error.category == .badInput)
    }
}
