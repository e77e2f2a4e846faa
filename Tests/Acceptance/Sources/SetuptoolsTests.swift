import Foundation
import SystemPackage
import TestSupport
import Testing

/// Sources that setuptools builds, and pip as judge of what came of them.
@Suite("Source distributions built by setuptools", .enabled(if: Peer.has("bwrap", "cc")))
struct SetuptoolsTests {
    private let user: FreshUser
    private let wheels: PeersWheels

    init() async throws {
        user = try FreshUser()
        wheels = try await PeersWheels.fetched("setuptools", ["setuptools==80.9.0"])
    }

    /// A tree with a `setup.py`, packed as an sdist.
    private func source(_ name: String, _ setup: String, _ files: [String: String], project: String? = nil) async throws
        -> SourceFixture
    {
        var all = files
        all["setup.py"] = setup
        var source = SourceFixture(name)
        if let project { all["pyproject.toml"] = project }
        source.files = all
        return source
    }

    /// Removes the files of the fixture's own backend.
    private func bytes(of source: SourceFixture, without paths: [String]) async throws -> [UInt8] {
        let scratch = try Scratch("repack")
        let archive = try scratch.write(source.filename, try await source.bytes())
        try await Command(
            "sh",
            [
                "-c", "tar -xzf \"$1\"; cd \"$2\"; shift 2; rm -rf \"$@\"", "sh", archive.string,
                "\(source.name)-\(source.version)",
            ] + paths, in: scratch.path
        ).run()
        let packed = scratch.file("packed.tar.gz")
        try await Command("tar", ["-czf", packed.string, "\(source.name)-\(source.version)"], in: scratch.path).run()
        return Array(try Data(contentsOf: URL(fileURLWithPath: packed.string)))
    }

    @Test("a setup.py without a pyproject.toml is built as PEP 517's fallback has it")
    func legacy() async throws {
        let source = try await source(
            "Legacy-Tool",
            """
            from setuptools import setup
            setup(name='Legacy-Tool', version='1.0', packages=['legacy_tool'], install_requires=['good'],
                  entry_points={'console_scripts': ['legacy=legacy_tool:main']},
                  extras_require={'more': ['absent'], ':python_version < "3"': ['absent']})
            """, ["legacy_tool/__init__.py": "def main():\n    import good\n    print('legacy')\n"])
        user.index.add(
            source.entry, bytes: try await bytes(of: source, without: ["pyproject.toml", "backend", "PKG-INFO"]))
        let recipe = try await user.recipe("demo", ["legacy-tool"])
        try await user.succeed(
            "env", "build", recipe, "--to", "place", "--find-links", wheels.folder.string)
        let said = try await Command(user.place.appending("bin/legacy").string).run()
        #expect(said == "legacy\n")
        let pip = try await Command(
            Peer.python, ["-m", "pip", "--python", user.place.appending("bin/python").string, "list"]
        ).run()
        #expect(pip.contains("Legacy-Tool") || pip.contains("legacy-tool") || pip.contains("Legacy_Tool"), "\(pip)")
        #expect(
            try await Command(
                Peer.python, ["-m", "pip", "--python", user.place.appending("bin/python").string, "check"]
            ).outcome().succeeded)
    }

    @Test("a C extension is compiled, imported, and refused where the target's glibc is older than what it asks for")
    func native() async throws {
        let source = try await source(
            "answer",
            """
            from setuptools import Extension, setup
            setup(name='answer', version='1.0', ext_modules=[Extension('answer', ['answer.c'])])
            """,
            [
                "answer.c": """
                #include <Python.h>
                #include <math.h>
                static PyObject *ask(PyObject *self, PyObject *n) { return PyLong_FromLong((long)fmod(PyLong_AsLong(n), 100)); }
                static PyMethodDef methods[] = {{"ask", ask, METH_O, ""}, {NULL, NULL, 0, NULL}};
                static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "answer", NULL, -1, methods};
                PyMODINIT_FUNC PyInit_answer(void) { return PyModule_Create(&module); }
                """
            ], project: "[build-system]\nrequires = ['setuptools']\nbuild-backend = 'setuptools.build_meta'\n")
        user.index.add(source.entry, bytes: try await bytes(of: source, without: ["backend"]))
        let glibc = try await Command("sh", ["-c", "getconf GNU_LIBC_VERSION | cut -d' ' -f2"]).run()
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let machine = try await Command("uname", ["-m"]).run().trimmingCharacters(in: .whitespacesAndNewlines)
        let recipe = try await user.recipe("demo", ["answer"], more: "platform: linux-\(machine)-glibc\(glibc)\n")
        try await user.succeed("env", "build", recipe, "--to", "place", "--find-links", wheels.folder.string)
        let said = try await Command(
            user.place.appending("bin/python").string, ["-c", "import answer; print(answer.ask(142))"]
        ).run()
        #expect(said == "42\n")
        let other = machine == "x86_64" ? "aarch64" : "x86_64"
        try await user.refuse(
            [
                "env", "lock", try await user.recipe("far", ["answer"], more: "platform: linux-\(other)-glibc2.28\n"),
                "--find-links", wheels.folder.string,
            ], status: 3, naming: ["answer-1.0", "is of no use on linux-\(other)"])
    }
}
