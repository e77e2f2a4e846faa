import Foundation
import SystemPackage
import TestSupport

/// Real eggs, built by setuptools once for a test run: pure ones and ones with C in them, zip-safe and not, two that
/// share a namespace package, one without sources, and one that is unpacked into a folder.
final class EggWorkshop: Sendable {
    private static let only = Task { try await EggWorkshop() }

    static func made() async throws -> EggWorkshop { try await only.value }

    /// The Python that built them and judges them, which has `pkg_resources`.
    let python: String
    /// All eggs.
    let eggs: FilePath
    private let scratch: Scratch

    /// The file of a project's egg.
    func egg(_ project: String) throws -> FilePath {
        let names = try FileManager.default.contentsOfDirectory(atPath: eggs.string)
        guard let name = names.first(where: { $0.hasPrefix(project + "-") }) else { throw Missing(project: project) }
        return eggs.appending(name)
    }

    struct Missing: Error {
        var project: String
    }

    private init() async throws {
        scratch = try Scratch("eggs")
        eggs = scratch.file("eggs")
        python = try await PythonPeers.python(requirements: ["setuptools==80.9.0"])
        for project in Self.projects {
            for (path, text) in project.files { try scratch.write("\(project.name)/\(path)", text) }
            try await Command(
                python, ["-W", "ignore", "setup.py", "-q", "bdist_egg", "-d", eggs.string] + project.options,
                in: scratch.file(project.name), environment: ["PYTHONDONTWRITEBYTECODE": nil]
            ).run()
        }
        let zip = try egg("foldered")
        let folder = scratch.file("unpacked").appending(zip.lastComponent?.string ?? "")
        try await Command(python, ["-m", "zipfile", "-e", zip.string, folder.string]).run()
        try FileManager.default.removeItem(atPath: zip.string)
        try FileManager.default.moveItem(atPath: folder.string, toPath: zip.string)
    }

    private struct Project {
        var name: String
        var options: [String] = []
        var files: [String: String]
    }

    private static let projects = [
        Project(
            name: "pure",
            files: [
                "setup.py": """
                from setuptools import setup
                setup(name="pure.egg-demo", version="1.0-beta1", packages=["pure_demo"], zip_safe=True,
                      package_data={"pure_demo": ["data.txt"]}, scripts=["bin/pure-tool", "bin/pure-shell"],
                      entry_points={"console_scripts": ["pure-main = pure_demo:main"],
                                    "pure.plugins": ["one = pure_demo:text"]},
                      install_requires=["needed>=1; python_version<'4'"],
                      extras_require={"More Of It": ["extra-need"], ":sys_platform=='win32'": ["never"]},
                      dependency_links=["http://127.0.0.1:9/links"])
                """,
                "pure_demo/__init__.py": """
                import importlib.resources
                def text():
                    return importlib.resources.files(__name__).joinpath("data.txt").read_text().strip()
                def main():
                    print("main", text())
                """,
                "pure_demo/data.txt": "some data\n",
                "bin/pure-tool":
                    "#!/usr/bin/env python3\nimport sys, pure_demo\nprint('tool', pure_demo.text(), *sys.argv[1:])\n",
                "bin/pure-shell": "#!/bin/sh\necho shell \"$@\"\n",
            ]),
        Project(
            name: "native",
            files: [
                "setup.py": """
                from setuptools import Extension, setup
                setup(name="native_demo", version="2.1", packages=["native_demo"], zip_safe=False,
                      ext_modules=[Extension("native_demo._add", ["add.c"])])
                """,
                "native_demo/__init__.py":
                    "import os\nfrom native_demo._add import add\nhere = os.path.dirname(__file__)\n",
                "add.c": extensionModule("_add"),
            ]),
        Project(
            name: "zipped",
            files: [
                "setup.py": """
                from setuptools import Extension, setup
                setup(name="zipped-native", version="3", zip_safe=True, ext_modules=[Extension("_zipped", ["z.c"])])
                """,
                "z.c": extensionModule("_zipped"),
            ]),
        Project(name: "first", files: namespaced("first")),
        Project(name: "second", files: namespaced("second")),
        Project(
            name: "sourceless", options: ["--exclude-source-files"],
            files: [
                "setup.py": """
                from setuptools import setup
                setup(name="sourceless", version="1.0", packages=["sourceless"])
                """,
                "sourceless/__init__.py": "answer = 42\n",
            ]),
        Project(
            name: "foldered",
            files: [
                "setup.py": """
                from setuptools import setup
                setup(name="foldered", version="1.0", py_modules=["foldered"])
                """,
                "foldered.py": "where = __file__\n",
            ]),
    ]

    /// A C module with one function, which adds two numbers.
    private static func extensionModule(_ name: String) -> String {
        """
        #include <Python.h>
        static PyObject *add(PyObject *self, PyObject *args) {
            long a, b;
            if (!PyArg_ParseTuple(args, "ll", &a, &b)) return NULL;
            return PyLong_FromLong(a + b);
        }
        static PyMethodDef methods[] = {{"add", add, METH_VARARGS, ""}, {NULL, NULL, 0, NULL}};
        static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "\(name)", NULL, -1, methods};
        PyMODINIT_FUNC PyInit_\(name)(void) { return PyModule_Create(&module); }
        """
    }

    /// One of several projects that share the package `shared_space`, in setuptools' old way.
    private static func namespaced(_ name: String) -> [String: String] {
        [
            "setup.py": """
            from setuptools import setup
            setup(name="shared_space.\(name)", version="1.0", packages=["shared_space", "shared_space.\(name)"],
                  namespace_packages=["shared_space"])
            """,
            "shared_space/__init__.py": "__import__('pkg_resources').declare_namespace(__name__)\n",
            "shared_space/\(name)/__init__.py": "name = '\(name)'\n",
        ]
    }
}
