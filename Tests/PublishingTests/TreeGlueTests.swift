import Foundation
import PythonPackaging
import SystemPackage
import TestSupport
import Testing
import Units

@testable import Publishing

@Suite struct TreeGlueTests {
    static func file(_ path: String, of glue: TreeGlue) throws -> String? {
        guard case .file(let bytes, _)? = try glue.entries().first(where: { $0.path == path })?.content else {
            return nil
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("the interpreter has three names, and its home is written only where Python asks for it")
    func entries() throws {
        let glue = TreeGlue(interpreter: "/usr/bin/python3.11", python: PythonVersion(3, 11, 2), manifest: [])
        let links = try glue.entries().compactMap { entry -> String? in
            guard case .link(let target) = entry.content else { return nil }
            return "\(entry.path) -> \(target)"
        }
        #expect(
            links == ["bin/python -> /usr/bin/python3.11", "bin/python3 -> python", "bin/python3.11 -> python"])
        #expect(
            try Self.file("pyvenv.cfg", of: glue) == "include-system-site-packages = false\nversion = 3.11.2\n")
        let later = TreeGlue(interpreter: "/opt/p/bin/python3.14", python: PythonVersion(3, 14, 1), manifest: [])
        #expect(
            try Self.file("pyvenv.cfg", of: later)
                == "home = /opt/p/bin\ninclude-system-site-packages = false\nversion = 3.14.1\n")
        #expect(try glue.entries().map(\.path) == glue.entries().map(\.path).sorted())
    }

    @Test("a free-threaded interpreter has its own name")
    func freeThreaded() throws {
        let glue = TreeGlue(
            interpreter: "/usr/bin/python3.13t", python: PythonVersion(3, 13, 1, isFreeThreaded: true), manifest: [])
        #expect(try glue.entries().contains { $0.path == "bin/python3.13t" })
    }

    @Test("a launcher cannot serve a Python that must know its home")
    func noLauncher() {
        let glue = TreeGlue(interpreter: nil, python: PythonVersion(3, 14), manifest: [])
        let error = #expect(throws: PublishingError.self) { try glue.entries() }
        #expect(error?.code == .needsInterpreter)
    }
}

/// Trees as Python and shells see them.
@Suite(.enabled(if: PublishingFixture.system != nil, "needs /usr/bin/python3")) struct RunningTreeTests {
    let fixture: PublishingFixture

    init() throws {
        fixture = try PublishingFixture()
    }

    static let demo = WheelFixture("demo", files: [("demo.py", Array("def main(): print('ran')\n".utf8))])
        .script("demo", "demo:main").adding("demo-1.0.data/data/share/demo/x", "")

    func run(_ program: FilePath, _ arguments: [String], environment: [String: String?] = [:]) async throws -> String {
        let outcome = try await Command(program.string, arguments, environment: environment).outcome()
        #expect(outcome.errorText.isEmpty)
        return outcome.text
    }

    static let question = """
        import sys, site, sysconfig, demo
        print(sys.prefix, sys.exec_prefix, sys.base_prefix != sys.prefix, demo.__file__, sep='|')
        print([p for p in sys.path if 'site-packages' in p or 'dist-packages' in p], sysconfig.get_path('purelib'))
        """

    func answer(_ tree: FilePath) -> String {
        let modules = "\(tree)/\(fixture.modules)"
        return "\(tree)|\(tree)|True|\(modules)demo.py\n['\(modules.dropLast())'] \(modules.dropLast())\n"
    }

    @Test(
        "the interpreter takes the tree for its prefix, with bytecode and without, in every mode",
        arguments: LinksMode.allCases, [true, false])
    func prefix(links: LinksMode, bytecode: Bool) async throws {
        let tree = try fixture.publish(
            fixture.packages([Self.demo], bytecode: bytecode), links: links, to: "a tree")
        for name in ["python", "python3", "python\(fixture.python)"] {
            let seen = try await run(tree.appending("bin").appending(name), ["-B", "-c", Self.question])
            #expect(seen == answer(tree))
        }
        #expect(try await run(tree.appending("bin/demo"), []) == "ran\n")
    }

    @Test("a tree that was moved, with its packages or by copy, still knows itself")
    func moved() async throws {
        let tree = try fixture.publish(fixture.packages([Self.demo]), links: .copy)
        let elsewhere = fixture.scratch.file("else where")
        try FileManager.default.moveItem(atPath: tree.string, toPath: elsewhere.string)
        #expect(try await run(elsewhere.appending("bin/python"), ["-B", "-c", Self.question]) == answer(elsewhere))
        #expect(try await run(elsewhere.appending("bin/demo"), []) == "ran\n")
    }

    @Test("a launcher finds the interpreter on the PATH or where it is told, and Python takes the tree for its prefix")
    func launcher() async throws {
        var glue = fixture.glue()
        glue.interpreter = nil
        let tree = try fixture.publish(fixture.packages([Self.demo]), glue: glue)
        let real = fixture.interpreter.path.removingLastComponent().string
        let inside = tree.appending("bin").string
        let found = try await run(
            tree.appending("bin/python"), ["-B", "-c", Self.question], environment: ["PATH": "\(inside):\(real):/bin"])
        #expect(found == answer(tree))
        #expect(try await run(tree.appending("bin/demo"), []) == "ran\n")
        let told = try await run(
            tree.appending("bin/python"), ["-B", "-c", Self.question],
            environment: ["CHIDORI_PYTHON": fixture.interpreter.path.string])
        #expect(told == answer(tree))
    }

    @Test("a launcher that finds nothing says what is missing")
    func noInterpreter() async throws {
        let glue = TreeGlue(interpreter: nil, python: PythonVersion(3, 9), manifest: fixture.glue().manifest)
        let folder = fixture.scratch.file("bin")
        for entry in try glue.entries() {
            guard case .file(let bytes, true) = entry.content else { continue }
            try fixture.scratch.write(entry.path, bytes)
        }
        let outcome = try await Command(
            "/bin/sh", [folder.appending("python").string], environment: ["PATH": "/usr/bin:/bin"]
        ).outcome()
        guard !FilePath("/usr/bin/python3.9").exists, !FilePath("/usr/local/bin/python3.9").exists else { return }
        #expect(outcome.status == 127)
        #expect(outcome.errorText.contains("needs Python 3.9"))
        #expect(outcome.errorText.contains("CHIDORI_PYTHON"))
    }

    @Test("activate puts the tree's programs first and deactivate takes them back", arguments: ["bash", "zsh"])
    func activate(shell: String) async throws {
        guard let shell = Peer.find(shell) else { return }
        let tree = try fixture.publish(fixture.packages([Self.demo]), to: "it's a tree")
        let script = """
            set -eu
            before=$PATH
            cd / && . "$1/bin/activate"
            echo "$VIRTUAL_ENV"
            command -v demo
            demo
            deactivate
            test "$PATH" = "$before" && test -z "${VIRTUAL_ENV:-}" && echo back
            cd "$1/bin" && . ./activate && echo "$VIRTUAL_ENV"
            """
        let seen = try await run(shell, ["-c", script, "sh", tree.string])
        #expect(seen == "\(tree)\n\(tree)/bin/demo\nran\nback\n\(tree)\n")
    }

    @Test("a virtual environment can be made from the tree, as from any Python")
    func virtualEnvironment() async throws {
        let tree = try fixture.publish(fixture.packages([Self.demo]))
        let folder = fixture.scratch.file("venv")
        let outcome = try await Command(
            tree.appending("bin/python").string, ["-m", "venv", "--without-pip", folder.string]
        ).outcome()
        #expect(outcome.succeeded, "\(outcome.errorText)")
        #expect(
            try await run(folder.appending("bin/python"), ["-c", "import sys; print(sys.prefix)"]) == "\(folder)\n")
    }

    @Test("importlib.metadata sees what is installed, by whom, and every file of RECORD")
    func metadata() async throws {
        let tree = try fixture.publish(
            fixture.packages([Self.demo, WheelFixture("Other.Name", "2.0", requires: ["demo"])]))
        let question = """
            import importlib.metadata as m, hashlib, base64
            for d in sorted(m.distributions(), key=lambda d: d.name):
                print(d.name, d.version, d.requires, d.read_text('INSTALLER'), sep='|', end='')
                for f in d.files:
                    data = f.locate().read_bytes()
                    if f.hash:
                        digest = base64.urlsafe_b64encode(hashlib.new(f.hash.mode, data).digest())
                        assert f.hash.value == digest.decode().rstrip('='), f
                        assert f.size == len(data), f
            print(m.entry_points(group='console_scripts')['demo'].value)
            """
        let seen = try await run(tree.appending("bin/python"), ["-B", "-c", question])
        #expect(seen == "Other.Name|2.0|['demo']|chidori\ndemo|1.0|None|chidori\ndemo:main\n")
    }
}
