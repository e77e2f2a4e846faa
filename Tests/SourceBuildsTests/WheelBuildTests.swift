import ContentStore
import Diagnostics
import Foundation
import PythonPackaging
import Recipes
import SystemPackage
import TestSupport
import Testing
import Workers

@testable import SourceBuilds

/// One source, built by the machine's own Python, within limits that a test can wait for.
struct Building {
    let scratch: Scratch
    let archive: SourceArchive
    let fixture: SourceFixture

    init(_ fixture: SourceFixture) async throws {
        scratch = try Scratch("build")
        archive = SourceArchive(try scratch.write(fixture.filename, try await fixture.bytes()), name: fixture.filename)
        self.fixture = fixture
    }

    static let limits = BuildLimits(time: .seconds(30), memory: 1 << 30, processes: 100, output: 1 << 20, disk: 1 << 40)

    var log: FilePath { scratch.file("logs/\(fixture.filename).log") }

    @discardableResult
    func build(_ limits: BuildLimits = limits) throws -> String {
        try run(limits) { try $0.wheel(in: $1) { name, _ in name } }
    }

    func run<Result>(
        _ limits: BuildLimits = limits, _ body: (WheelBuild, BuildEnvironment) throws -> Result
    ) throws -> Result {
        let folder = scratch.file("scratch-\(UUID().uuidString)")
        try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
        let tree = folder.removingLastComponent().appending("tree")
        let python = tree.appending("bin/python").string
        if !FileManager.default.fileExists(atPath: python) {
            try FileManager.default.createDirectory(
                atPath: tree.appending("bin").string, withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(atPath: python, withDestinationPath: "/usr/bin/python3")
        }
        let build = try WheelBuild(
            of: archive.name, system: archive.facts().buildSystem(of: archive.name), in: folder, log: log,
            limits: limits
        ) { try archive.unpack(into: $0) }
        return try body(build, BuildEnvironment(tree: tree, readable: []))
    }

    func canonical() throws -> CanonicalWheel {
        let store = ContentStore(at: scratch.file("data-\(UUID().uuidString)"))
        return try run { build, environment in
            try build.wheel(in: environment) { file, path in
                try CanonicalWheel(
                    file, at: path, builtFrom: archive.name, of: PackageName(fixture.name),
                    version: Version(fixture.version), in: store, workers: Workers(count: 2))
            }
        }
    }
}

@Suite("Building wheels", .enabled(if: Peer.has("/usr/bin/python3", "bwrap")))
struct WheelBuildTests {
    private func expect(
        _ code: SourceBuildsErrorCode, _ words: String..., of fixture: SourceFixture,
        limits: BuildLimits = Building.limits
    ) async throws {
        let building = try await Building(fixture)
        let error = try #require(throws: SourceBuildsError.self) { _ = try building.build(limits) }
        #expect(error.code == code, "\(error)")
        for word in words { #expect(error.description.contains(word), "\(error)") }
        #expect(error.advice != nil)
    }

    @Test("what a backend builds is written anew, the same each time, with a true RECORD")
    func canonical() async throws {
        let building = try await Building(SourceFixture("demo", requires: ["other>=1"]))
        let first = try building.canonical()
        let second = try building.canonical()
        #expect(first.blob == second.blob)
        #expect(first.filename.filename == "demo-1.0-py3-none-any.whl")
        #expect(first.metadata.requirements.map(\.description) == ["other>=1"])
        #expect(first.glibc == nil)
    }

    @Test("a backend is asked what else it needs")
    func asks() async throws {
        let building = try await Building(SourceFixture("demo").with(\.asks, ["cython>=3", "numpy"]))
        let asked = try building.run { try $0.requires(in: $1) }
        #expect(asked.map(\.description) == ["cython>=3", "numpy"])
    }

    @Test(
        "a build sees neither homes, nor /tmp, nor the network, nor other processes, and writes to its own folder alone"
    )
    func confined() async throws {
        let secret = try Scratch("secret")
        try secret.write("key", "secret")
        let hook = """
            import socket
            def refused(body):
                try:
                    body()
                except OSError as error:
                    return
                raise SystemExit('allowed: ' + body.__name__)
            def read_secret(): open('\(secret.path)/key').read()
            def write_root(): open('/usr/share/chidori-was-here', 'w')
            def write_etc(): open('/etc/chidori-was-here', 'w')
            def connect(): socket.create_connection(('127.0.0.1', \(try await Self.port())), 2)
            def resolve(): socket.getaddrinfo('example.org', 80)
            def see_home(): os.listdir('\(NSHomeDirectory())/.cache')
            def remount():
                import ctypes
                libc = ctypes.CDLL(None, use_errno=True)
                # MS_REMOUNT | MS_BIND: /usr writable again
                if libc.mount(b'none', b'/usr', None, 32 | 4096, None):
                    raise OSError(ctypes.get_errno(), 'mount')
            for each in (read_secret, write_root, write_etc, connect, resolve, see_home, remount):
                refused(each)
            assert len([name for name in os.listdir('/proc') if name.isdigit()]) < 6
            assert sorted(os.environ.get('HOME', '')) == sorted('/build/home')
            assert 'CHIDORI_SECRET' not in os.environ
            assert folder == '/build/tree' and os.environ['PATH'].startswith('/environment/bin:'), os.environ['PATH']
            open('/build/home/mine', 'w').write('allowed')
            """
        setenv("CHIDORI_SECRET", "1", 1)
        _ = try await Building(SourceFixture("demo", hook: hook)).build()
    }

    /// A port that something listens at.
    private static let server = Result { try HTTPFixtureServer() }
    private static func port() async throws -> String {
        let url = try server.get().url("/")
        return url.split(separator: ":").last.map { String($0.prefix { $0.isNumber }) } ?? "80"
    }

    @Test("a build that hangs is ended")
    func hangs() async throws {
        try await expect(
            .exceeded, "demo-1.0.tar.gz", "took more than 2.0 s", of: SourceFixture("demo", hook: "time.sleep(1000)"),
            limits: BuildLimits(time: .seconds(2), memory: 1 << 30, processes: 100, output: 1 << 20, disk: 1 << 40))
        #expect(try await Command("pgrep", ["-f", "time.sleep.1000"]).outcome().status != 0)
    }

    @Test("a build that forks without end is ended, and so is all that it has started")
    func forks() async throws {
        let hook = """
            while True:
                if os.fork() == 0:
                    os.setsid()
                    time.sleep(997)
                time.sleep(0.001)
            """
        try await expect(
            .exceeded, "more than 100 processes", of: SourceFixture("forking", hook: hook),
            limits: BuildLimits(time: .seconds(30), memory: 1 << 40, processes: 100, output: 1 << 20, disk: 1 << 40))
        #expect(try await Command("pgrep", ["-f", "/build/backend.py.*forking"]).outcome().status != 0)
    }

    @Test("a build that takes all memory is ended")
    func memory() async throws {
        let hook = "held = []\nwhile True: held.append(bytearray(b'x' * (16 << 20))); time.sleep(0.01)"
        try await expect(.exceeded, "of memory", of: SourceFixture("demo", hook: hook))
    }

    @Test("a build that fills the disk is ended")
    func disk() async throws {
        let hook = """
            with open('large', 'wb') as file:
                for _ in range(600):
                    file.write(bytes(1 << 20))
                    file.flush()
                    time.sleep(0.01)
            """
        try await expect(
            .exceeded, "took more than 33.6 MB of the disk", of: SourceFixture("filling", hook: hook),
            limits: BuildLimits(time: .seconds(60), memory: 1 << 30, processes: 100, output: 1 << 20, disk: 32 << 20))
    }

    @Test("a build that floods its output is ended, and its log stays small")
    func floods() async throws {
        let building = try await Building(SourceFixture("demo", hook: "while True: print('x' * 1000)"))
        let error = try #require(throws: SourceBuildsError.self) { _ = try building.build() }
        #expect(error.code == .exceeded && error.description.contains("printed more than 1.0 MB"), "\(error)")
        let size = try FileManager.default.attributesOfItem(atPath: building.log.string)[.size] as? Int ?? 0
        #expect(size < 2 << 20 && size > 1 << 19)
    }

    @Test("a build that fails shows its last lines, and its log is kept")
    func fails() async throws {
        let building = try await Building(
            SourceFixture("demo", hook: "print('about to fail')\nraise RuntimeError('no luck today')"))
        let error = try #require(throws: SourceBuildsError.self) { _ = try building.build() }
        #expect(error.code == .failed)
        for word in ["demo-1.0.tar.gz", "about to fail", "no luck today", "status 1", building.log.string] {
            #expect(error.description.contains(word), "\(error)")
        }
        #expect(try String(contentsOfFile: building.log.string, encoding: .utf8).contains("no luck today"))
    }

    @Test("a build that needs the network is told that there is none")
    func network() async throws {
        let hook = "import urllib.request; urllib.request.urlopen('http://example.org/')"
        try await expect(.failed, "builds have no network", of: SourceFixture("demo", hook: hook))
    }

    @Test("a backend that is missing is named")
    func missingBackend() async throws {
        let project = "[build-system]\nrequires = []\nbuild-backend = 'absent_backend.core'\n"
        try await expect(
            .missingBackend, "absent_backend.core", of: SourceFixture("demo").with(\.files, ["pyproject.toml": project])
        )
        let elsewhere = "[build-system]\nrequires = []\nbuild-backend = 'json'\nbackend-path = ['backend']\n"
        try await expect(
            .missingBackend, "backend-path", of: SourceFixture("demo").with(\.files, ["pyproject.toml": elsewhere]))
    }

    @Test(
        "what is built must be the wheel that was to be built",
        arguments: [
            ("name = 'other-1.0-py3-none-any.whl'", "no wheel of demo"),
            ("name = 'demo-2.0-py3-none-any.whl'", "another version"),
            (
                "files[info + 'METADATA'] = b'Metadata-Version: 2.1\\nName: demo\\nVersion: 3\\n'",
                "METADATA is of demo 3"
            ),
            ("del files[info + 'METADATA']", "no METADATA"),
        ])
    func wrongWheel(_ hook: String, _ words: String) async throws {
        let building = try await Building(SourceFixture("demo", hook: hook))
        let error = try #require(throws: SourceBuildsError.self) { _ = try building.canonical() }
        #expect(error.code == .wrongWheel && error.message.contains(words), "\(error)")
    }

    @Test("a wheel that is a link to elsewhere, or not there, is refused")
    func linkedWheel() async throws {
        for hook in ["os.symlink('/etc/passwd', os.path.join(place, name))\nreturn name", "return name"] {
            try await expect(.wrongWheel, "no such file", of: SourceFixture("demo", hook: hook))
        }
        try await expect(.wrongWheel, "no wheel's name", of: SourceFixture("demo", hook: "return '../answer.whl'"))
    }

    @Test("what a build leaves in place of its answer, its wheel or their folder is neither followed nor waited for")
    func traps() async throws {
        for trap in [
            "os.mkfifo('/build/answer.json')", "os.symlink('/etc/passwd', '/build/answer.json')",
            "os.mkdir('/build/answer.json')", "open('/build/answer.json', 'w').write('{\"wheel\": \"a/../b.whl\"}')",
        ] {
            let building = try await Building(SourceFixture("demo", hook: "\(trap)\nos._exit(0)"))
            let error = try #require(throws: SourceBuildsError.self) { try building.build() }
            #expect([.failed, .wrongWheel].contains(error.code), "\(error)")
        }
        let secret = try Scratch("private")
        try secret.write("demo-1.0-py3-none-any.whl", "private")
        let hook =
            "import shutil\nshutil.rmtree('/build/wheels')\nos.symlink('\(secret.path)', '/build/wheels')\nreturn name"
        try await expect(.wrongWheel, "no such file", of: SourceFixture("demo", hook: hook))
        let pipe = "os.mkfifo(os.path.join(place, name))\nreturn name"
        try await expect(.wrongWheel, "no such file", of: SourceFixture("demo", hook: pipe))
    }

    @Test("who guards a build is not found on the build's own path")
    func guardsPath() async throws {
        let building = try await Building(SourceFixture("demo"))
        let marker = building.scratch.file("ran")
        try building.scratch.write("tree/bin/bwrap", "#!/bin/sh\ntouch \(marker)\nexit 1\n")
        try await Command("chmod", ["755", building.scratch.file("tree/bin/bwrap").string]).run()
        try FileManager.default.createSymbolicLink(
            atPath: building.scratch.file("tree/bin/python").string, withDestinationPath: "/usr/bin/python3")
        try building.build()
        #expect(!FileManager.default.fileExists(atPath: marker.string))
    }

    @Test("a wheel with the metadata of several projects is refused")
    func severalProjects() async throws {
        let hook = "files['other-1.0.dist-info/METADATA'] = b'Metadata-Version: 2.1\\nName: other\\nVersion: 1.0\\n'"
        let building = try await Building(SourceFixture("demo", hook: hook))
        let error = try #require(throws: SourceBuildsError.self) { _ = try building.canonical() }
        #expect(error.code == .wrongWheel && error.message.contains("of several"), "\(error)")
    }

    @Test("the glibc that libraries ask for is the newest that they name")
    func glibc() {
        let header: [UInt8] = [0x7F, 0x45, 0x4C, 0x46]
        func library(_ names: String...) -> [UInt8] { header + names.flatMap { Array($0.utf8) + [0] } }
        #expect(CanonicalWheel.glibc(of: library("GLIBC_2.2.5", "GLIBC_2.34", "GLIBC_2.17")) == 34)
        #expect(CanonicalWheel.glibc(of: library("GLIBC_2.17", "GLIBC_ABI_DT_RELR")) == 36)
        #expect(CanonicalWheel.glibc(of: library("GLIBC_2.38", "GLIBC_ABI_DT_RELR", "GLIBC_PRIVATE")) == 38)
        #expect(CanonicalWheel.glibc(of: library("nothing")) == nil)
        #expect(CanonicalWheel.glibc(of: Array("GLIBC_2.34".utf8)) == nil)
        #expect(CanonicalWheel.glibc(of: library("GLIBC_2.")) == nil)
    }
}
