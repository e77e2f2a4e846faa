import ContentStore
import PythonIndex
import PythonPackaging
import PythonResolver
import Recipes
import SystemPackage
import TestSupport
import Testing
import Transfer

@Suite("Resolving against a package index")
struct IndexProviderTests {
    private let scratch: Scratch
    private let store: ContentStore
    private let fixture: IndexFixture

    init() throws {
        scratch = try Scratch("resolver")
        store = ContentStore(at: scratch.file("store"))
        fixture = try IndexFixture([
            WheelFixture("app", "2.0", requires: ["lib>=1", "gone ; python_version < '3'"]),
            WheelFixture("lib", "1.0"), WheelFixture("lib", "1.5"),
        ])
    }

    private func resolve(_ requirement: String, _ policy: CachePolicy = .normal) async throws -> Resolution {
        let root = try ResourceURL(fixture.url)
        var options = TransferOptions()
        options.proxy = .none
        options.credentials = .none
        let index = PythonIndex(transfer: Transfer(options), store: store, policy: policy) {
            IndexConfiguration(indexes: [.init(root: root, isDefault: true)])
        }
        let request = ResolutionRequest(
            [Recipe.Request(try Requirement(requirement))], python: PythonVersion(3, 11),
            platform: TargetPlatform(.x86_64, .glibc(major: 2, minor: 28)))
        return try await Resolver(IndexProvider(index, store: store)).resolve(request)
    }

    @Test("files come with their digests, and with the index they were found on")
    func files() async throws {
        let resolution = try await resolve("app")
        #expect(resolution.pins == ["app==2.0", "lib==1.5"])
        let lib = try #require(resolution[try PackageName("lib")])
        #expect(lib.file.filename == "lib-1.5-py3-none-any.whl")
        #expect(lib.file.sha256 != nil)
        #expect(lib.source?.kind == .defaultIndex)
        #expect(!lib.isDirect)
    }

    @Test("a wheel that came broken is told by file and member, and may be sound the next time")
    func brokenOnce() async throws {
        let evil = WheelFixture("evil").adding("../out.py", "x")
        fixture.add(evil)
        let path = fixture.path(of: evil)
        do {
            _ = try await resolve("evil")
            Issue.record("a wheel with a path out of it was taken")
        } catch let error as ResolverError {
            #expect(error.code == .noSolution)
            #expect(error.message.contains(#"evil-1.0-py3-none-any.whl, member "../out.py""#))
            #expect(error.advice?.contains("evil 1.0") == true)
        }
        let sound = WheelFixture("evil").bytes
        fixture.server.on(path, .file(sound))
        #expect(try await resolve("evil").pins == ["evil==1.0"])
    }

    @Test("no older version is taken for one that came broken and may be sound; where it is not wanted it does no harm")
    func noSilentDowngrade() async throws {
        let newest = WheelFixture("lib", "2.0")
        fixture.add(newest)
        fixture.server.on(fixture.path(of: newest), .file([UInt8](repeating: 7, count: 3000)))
        let error = await #expect(throws: PythonIndexError.self) { try await resolve("lib") }
        #expect(error?.code == .cameBroken)
        #expect(error?.subject == newest.filename)
        #expect(try await resolve("lib<2").pins == ["lib==1.5"])
        fixture.server.on(fixture.path(of: newest), .file(newest.bytes))
        #expect(try await resolve("lib").pins == ["lib==2.0"])
    }

    @Test("metadata of another digest than the index says is read from the wheel itself")
    func brokenMetadataFile() async throws {
        fixture.servesMetadata = true
        let newest = WheelFixture("lib", "2.0", requires: ["app"])
        fixture.add(newest)
        fixture.server.on(fixture.path(of: newest) + ".metadata", .text("Metadata-Version: 2.1\nName: lib\n"))
        #expect(try await resolve("lib").pins == ["app==2.0", "lib==2.0"])
    }

    @Test("a second resolve asks the index for nothing, and offline finds the same")
    func stored() async throws {
        let first = try await resolve("app")
        fixture.server.forgetRequests()
        #expect(try await resolve("app").pins == first.pins)
        let offline = try await resolve("app", .offline)
        #expect(offline.pins == first.pins)
        #expect(offline.packages.map(\.file) == first.packages.map(\.file))
        #expect(fixture.server.requests().isEmpty)
    }

    @Test("a refresh sees what is new, and reads no metadata again")
    func refresh() async throws {
        _ = try await resolve("app")
        fixture.add(WheelFixture("lib", "2.0"))
        #expect(try await resolve("app").pins == ["app==2.0", "lib==1.5"])
        fixture.server.forgetRequests()
        #expect(try await resolve("app", .refresh(nil)).pins == ["app==2.0", "lib==2.0"])
        #expect(fixture.server.requests("/files/app-2.0-py3-none-any.whl").isEmpty)
    }

    @Test("offline without what is needed is an error that says so")
    func notStored() async throws {
        await #expect(throws: PythonIndexError.self) { try await resolve("app", .offline) }
    }

    @Test("a wheel can be named by its URL")
    func direct() async throws {
        let url = fixture.server.url("/files/lib-1.0-py3-none-any.whl")
        let resolution = try await resolve("lib @ \(url)")
        #expect(resolution.pins == ["lib==1.0"])
        #expect(resolution.packages[0].isDirect)
        #expect(resolution.packages[0].file.url == url)
    }
}
