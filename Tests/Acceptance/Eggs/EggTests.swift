import Foundation
import SystemPackage
import TestSupport
import Testing

/// Eggs that setuptools built, installed by Chidori as a folder and judged by Python, pip, uv and `pkg_resources`.
@Suite("Real eggs", .timeLimit(.minutes(5)))
struct EggTests {
    private let user: FreshUser
    private let workshop: EggWorkshop

    static let packages = [
        "pure-egg-demo[more-of-it]", "native-demo", "zipped-native", "shared-space.first", "shared-space.second",
        "sourceless", "foldered",
    ]

    init() async throws {
        workshop = try await EggWorkshop.made()
        user = try FreshUser([WheelFixture("needed", "1.5"), WheelFixture("extra-need", "1.0")])
    }

    private func build(_ more: String...) async throws -> String {
        let recipe = try await user.recipe(
            "eggs", Self.packages + more, more: "  prereleases: allow\n  find-links: [\(workshop.eggs)]\n")
        try await user.succeed("env", "build", recipe, "--to", "place", "--quiet")
        return recipe
    }

    private func python(_ script: String) async throws -> String {
        try await Command(user.place.appending("bin/python").string, ["-W", "error", "-c", script]).run()
    }

    @Test("places that an egg names to find others at are told when it is locked, and not asked")
    func dependencyLinks() async throws {
        let recipe = try await user.recipe(
            "eggs", ["pure-egg-demo"], more: "  prereleases: allow\n  find-links: [\(workshop.eggs)]\n")
        let outcome = try await user.chidori("env", "lock", recipe)
        #expect(outcome.succeeded, "\(outcome.errorText)")
        #expect(outcome.errorText.contains("warning: pure.egg_demo-1.0b1"), "\(outcome.errorText)")
        #expect(outcome.errorText.contains("none is asked: http://127.0.0.1:9/links"), "\(outcome.errorText)")
    }

    @Test("modules import, native ones compute, and namespaces and sourceless modules are there")
    func imports() async throws {
        _ = try await build()
        let text = try await python(
            """
            import os, pure_demo, native_demo, _zipped, shared_space.first, shared_space.second, sourceless, foldered
            print(pure_demo.text(), native_demo.add(2, 3), _zipped.add(40, 2), sourceless.answer)
            print(shared_space.first.name, shared_space.second.name)
            import needed, extra_need
            print([os.path.basename(m.__file__).split(".", 1)[1] for m in (native_demo._add, _zipped)])
            """)
        let lines = text.split(separator: "\n")
        #expect(lines.first == "some data 5 42 42")
        #expect(lines[1] == "first second")
        #expect(lines[2].contains("cpython-") && lines[2].contains(".so"), "\(text)")
    }

    @Test("entry points and scripts run from anywhere")
    func scripts() async throws {
        _ = try await build()
        let bin = user.place.appending("bin")
        #expect(try await Command(bin.appending("pure-main").string).run() == "main some data\n")
        #expect(try await Command(bin.appending("pure-tool").string, ["a b"]).run() == "tool some data a b\n")
        #expect(try await Command(bin.appending("pure-shell").string, ["x"]).run() == "shell x\n")
    }

    @Test("importlib.metadata tells versions, requirements, entry points, and true digests of every file")
    func metadata() async throws {
        _ = try await build()
        let text = try await python(
            """
            import base64, hashlib, importlib.metadata as metadata
            for found in sorted(metadata.distributions(), key=lambda found: found.name):
                for file in found.files:
                    if file.hash is None:
                        assert file.name == "RECORD", file
                        continue
                    content = file.locate().read_bytes()
                    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
                    assert (file.hash.mode, file.hash.value, file.size) == ("sha256", digest, len(content)), file
                    assert found.name == "sourceless" or not file.name.endswith(".pyc")
                print(found.name, found.version, found.read_text("INSTALLER").strip(), len(found.files) > 3)
            print(metadata.requires("pure.egg-demo"))
            print(metadata.metadata("pure.egg-demo").get_all("Provides-Extra"))
            print([point.load()() for point in metadata.entry_points(group="pure.plugins")])
            """)
        #expect(
            text == """
                extra-need 1.0 chidori True
                foldered 1.0 chidori True
                native_demo 2.1 chidori True
                needed 1.5 chidori True
                pure.egg-demo 1.0b1 chidori True
                shared_space.first 1.0 chidori True
                shared_space.second 1.0 chidori True
                sourceless 1.0 chidori True
                zipped-native 3 chidori True
                ['needed>=1 ; python_version < "4"', 'never ; sys_platform == "win32"', \
                'extra-need ; extra == "more-of-it"']
                ['more-of-it']
                ['some data']

                """)
    }

    @Test("pip lists them and finds nothing wrong")
    func pip() async throws {
        _ = try await build()
        let pip = ["-m", "pip", "--python", user.place.appending("bin/python").string, "--disable-pip-version-check"]
        let list = try await Command(Peer.python, pip + ["list", "--format", "freeze"]).run()
        #expect(
            list.split(separator: "\n").map { $0.lowercased() }.sorted() == [
                "extra-need==1.0", "foldered==1.0", "native_demo==2.1", "needed==1.5", "pure.egg-demo==1.0b1",
                "shared_space.first==1.0", "shared_space.second==1.0", "sourceless==1.0", "zipped-native==3",
            ])
        let check = try await Command(Peer.python, pip + ["check"]).outcome()
        #expect(check.succeeded, "\(check.text)\(check.errorText)")
        let show = try await Command(Peer.python, pip + ["show", "-f", "pure.egg-demo"]).run()
        #expect(show.contains("Requires: needed") && show.contains("bin/pure-tool"), "\(show)")
    }

    @Test("uv lists them and finds nothing wrong in a tree of copies")
    func uv() async throws {
        let recipe = try await build()
        try await user.succeed("env", "build", recipe, "--to", "copies", "--links", "copy", "--quiet")
        let python = ["--python", user.scratch.file("copies/bin/python").string, "--no-config"]
        let list = try await Command(Peer.uv, ["pip", "list", "--format", "freeze"] + python).run()
        #expect(list.contains("native-demo==2.1") && list.contains("pure-egg-demo==1.0b1"), "\(list)")
        let check = try await Command(Peer.uv, ["pip", "check"] + python).outcome()
        #expect(check.succeeded, "\(check.text)\(check.errorText)")
    }

    @Test("pkg_resources resolves them as a working set")
    func pkgResources() async throws {
        _ = try await build()
        let modules = user.place.appending("lib/python\(try await FreshUser.python.value)/site-packages")
        let text = try await Command(
            workshop.python,
            [
                "-W", "ignore", "-c",
                """
                import sys, pkg_resources
                found = pkg_resources.WorkingSet([sys.argv[1]])
                print(sorted(str(d.as_requirement()) for d in found))
                wanted = found.require("pure.egg-demo[more-of-it]", "native_demo", "shared_space.second")
                print(sorted(d.project_name for d in wanted))
                print(found.by_key["pure-egg-demo"].get_entry_map("console_scripts"))
                """, modules.string,
            ]
        ).run()
        let lines = text.split(separator: "\n")
        #expect(
            lines[0] == """
                ['extra-need==1.0', 'foldered==1.0', 'native-demo==2.1', 'needed==1.5', 'pure-egg-demo==1.0b1', \
                'shared-space-first==1.0', 'shared-space-second==1.0', 'sourceless==1.0', 'zipped-native==3']
                """)
        #expect(
            lines[1]
                == "['extra-need', 'native-demo', 'needed', 'pure-egg-demo', 'shared-space-second']")
        #expect(lines[2].contains("pure-main = pure_demo:main"))
    }
}
