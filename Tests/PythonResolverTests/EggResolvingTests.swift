import ContentStore
import Foundation
import PythonIndex
import PythonPackaging
import PythonResolver
import Recipes
import SystemPackage
import TestSupport
import Testing
import Transfer

@Suite("Resolving with eggs")
struct EggResolvingTests {
    private let scratch: Scratch
    private let store: ContentStore
    private let fixture: IndexFixture
    private let links: FilePath

    init() throws {
        scratch = try Scratch("resolver")
        store = ContentStore(at: scratch.file("store"))
        fixture = try IndexFixture([
            WheelFixture("lib", "1.0"), WheelFixture("lib", "2.0"), WheelFixture("more", "1.0"),
        ])
        links = scratch.file("links")
        try scratch.write("links/readme", "")
    }

    private func offer(_ egg: EggFixture) throws { try scratch.write("links/\(egg.filename)", egg.bytes) }

    private func resolve(
        _ requirements: String..., python: PythonVersion = PythonVersion(3, 11),
        platform: TargetPlatform = TargetPlatform(.x86_64, .glibc(major: 2, minor: 28))
    ) async throws -> Resolution {
        let root = try ResourceURL(fixture.url)
        var options = TransferOptions()
        options.proxy = .none
        options.credentials = .none
        let places = [ResourceURL.file(links)]
        let index = PythonIndex(transfer: Transfer(options), store: store) {
            IndexConfiguration(indexes: [.init(root: root, isDefault: true)], findLinks: places)
        }
        let request = ResolutionRequest(
            try requirements.map { Recipe.Request(try Requirement($0)) }, python: python, platform: platform)
        return try await Resolver(IndexProvider(index, store: store)).resolve(request)
    }

    private func file(_ resolution: Resolution, _ project: String) throws -> String? {
        resolution[try PackageName(project)]?.file.filename
    }

    @Test("what an egg needs is resolved, on the target and for its extras")
    func requirements() async throws {
        try offer(EggFixture("demo", requires: "lib<2\n[:python_version<'3']\nnone\n[x]\nmore\n"))
        #expect(try await resolve("demo").pins == ["demo==1.0", "lib==1.0"])
        #expect(try await resolve("demo[x]").pins == ["demo==1.0", "lib==1.0", "more==1.0"])
        let again = try await resolve("demo[x]")
        #expect(again.pins == ["demo==1.0", "lib==1.0", "more==1.0"])
        #expect(try file(again, "demo") == "demo-1.0-py3.11.egg")
        #expect(again[try PackageName("demo")]?.source?.kind == .findLinks)
    }

    @Test("of one version a wheel comes before an egg, and a newer egg before an older wheel")
    func order() async throws {
        fixture.add(WheelFixture("demo", "1.0"))
        try offer(EggFixture("demo", "1.0"))
        #expect(try file(await resolve("demo"), "demo") == "demo-1.0-py3-none-any.whl")
        try offer(EggFixture("demo", "1.1"))
        try offer(EggFixture("demo", "1.2", python: "py3.10"))
        #expect(try file(await resolve("demo"), "demo") == "demo-1.1-py3.11.egg")
        let other = try await resolve("demo", python: PythonVersion(3, 10))
        #expect(try file(other, "demo") == "demo-1.2-py3.10.egg")
    }

    @Test("of several eggs of a version the one with native code for this machine comes first, then this very Python's")
    func bestEgg() async throws {
        for python in ["py3", "py3.11"] { try offer(EggFixture("demo", python: python)) }
        #expect(try file(await resolve("demo"), "demo") == "demo-1.0-py3.11.egg")
        for platform in ["linux-x86_64", "linux-aarch64", "win32"] {
            try offer(EggFixture("demo", platform: platform))
        }
        #expect(try file(await resolve("demo"), "demo") == "demo-1.0-py3.11-linux-x86_64.egg")
        let other = try await resolve("demo", platform: TargetPlatform(.aarch64, .musl(major: 1, minor: 2)))
        #expect(try file(other, "demo") == "demo-1.0-py3.11-linux-aarch64.egg")
        #expect(try file(await resolve("demo", python: PythonVersion(3, 12)), "demo") == "demo-1.0-py3.egg")
    }

    @Test("an egg on an index is none that could be chosen")
    func index() async throws {
        let egg = EggFixture("lib", "3.0")
        fixture.server.on(
            "/simple/lib/",
            .text("<a href=\"/files/\(egg.filename)\">3</a><a href=\"/files/lib-1.0-py3-none-any.whl\">1</a>"))
        #expect(try await resolve("lib").pins == ["lib==1.0"])
    }

    @Test("where a version's eggs are for others, it is told what they are for")
    func otherTarget() async throws {
        try offer(EggFixture("demo", python: "py2.7"))
        try offer(EggFixture("demo", python: "py3.10", platform: "linux-x86_64"))
        let error = await #expect(throws: ResolverError.self) { try await resolve("demo") }
        #expect(error?.code == .noSolution)
        #expect(
            error?.message.contains(
                "demo 1.0 has eggs for Python 2.7, Python 3.10 on linux-x86_64 and none for the target") == true,
            "\(error?.message ?? "")")
        #expect(error?.advice?.contains("--find-links") == true)
    }

    @Test("an egg named by its path or URL is the project's only version; one for another target is told")
    func direct() async throws {
        let egg = EggFixture("demo", "0.9", requires: "lib\n")
        let path = try scratch.write("dist/\(egg.filename)", egg.bytes)
        try offer(EggFixture("demo", "1.0"))
        #expect(try await resolve("demo @ file://\(path)").pins == ["demo==0.9", "lib==2.0"])
        fixture.server.on("/eggs/\(egg.filename)", .file(egg.bytes))
        let remote = try await resolve("demo @ \(fixture.server.url("/eggs/\(egg.filename)"))")
        #expect(remote.pins == ["demo==0.9", "lib==2.0"])
        #expect(remote[try PackageName("demo")]?.isDirect == true)

        let other = EggFixture("demo", "0.9", python: "py3.10")
        let wrong = try scratch.write("dist/\(other.filename)", other.bytes)
        let error = await #expect(throws: ResolverError.self) { try await resolve("demo @ file://\(wrong)") }
        #expect(error?.message.contains("demo 0.9 has eggs for Python 3.10 and none for the target") == true)
    }

    @Test("what was wrong with a file at a path is not said of another one that lies there now")
    func replaced() async throws {
        let egg = EggFixture("demo", "1.0", requires: "lib<2\n")
        let path = scratch.file("dist/\(egg.filename)")
        try scratch.write("dist/\(egg.filename)", egg.with(\.givenPackageInfo, "Name: other\nVersion: 1.0\n").bytes)
        await #expect(throws: ResolverError.self) { try await resolve("demo @ file://\(path)") }
        try scratch.write("dist/\(egg.filename)", egg.bytes)
        #expect(try await resolve("demo @ file://\(path)").pins == ["demo==1.0", "lib==1.0"])
        try scratch.write("dist/\(egg.filename)", EggFixture("demo", "1.0", requires: "lib>=2\n").bytes)
        #expect(try await resolve("demo @ file://\(path)").pins == ["demo==1.0", "lib==2.0"])
    }

    @Test("an egg folder is resolved as the egg that it is")
    func folder() async throws {
        let egg = EggFixture("demo", "1.0", requires: "lib<2\n")
        for (path, content) in egg.members { try scratch.write("links/\(egg.filename)/\(path)", content) }
        #expect(try await resolve("demo").pins == ["demo==1.0", "lib==1.0"])
        let direct = try await resolve("demo @ file://\(links)/\(egg.filename)")
        #expect(direct.pins == ["demo==1.0", "lib==1.0"])
    }

    @Test("an egg with a broken requires.txt is none that could be chosen, and its line is told")
    func broken() async throws {
        try offer(EggFixture("demo", requires: "lib\n[x]\n=1\n"))
        let error = await #expect(throws: ResolverError.self) { try await resolve("demo") }
        #expect(error?.message.contains("line 3 of requires.txt, section [x]") == true, "\(error?.message ?? "")")
    }
}
