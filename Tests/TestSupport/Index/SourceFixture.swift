import Foundation
import SystemPackage

/// A small source distribution, packed by `tar`. It brings its own backend (PEP 517, `backend-path`), so that building it
/// needs no network and no setuptools, and a test can have the build do anything.
public struct SourceFixture: Sendable {
    public var name: String
    public var version: String
    /// What the built wheel requires.
    public var requires: [String]
    /// `[build-system] requires`.
    public var buildRequires: [String] = []
    /// What `get_requires_for_build_wheel` answers.
    public var asks: [String] = []
    /// Lines of Python that `build_wheel` begins with; `folder` is the source tree, `files` the wheel's.
    public var hook = ""
    /// PKG-INFO's version; from 2.2 on its dependencies are static unless ``dynamic`` names them (PEP 643).
    public var metadataVersion = "2.1"
    public var dynamic: [String] = []
    /// The tags of the wheel that is built.
    public var tag = "py3-none-any"
    /// Files beside its own, or in place of them.
    public var files: [String: String] = [:]

    public init(_ name: String, _ version: String = "1.0", requires: [String] = [], hook: String = "") {
        self.name = name
        self.version = version
        self.requires = requires
        self.hook = hook
    }

    public func with<Value>(_ property: WritableKeyPath<SourceFixture, Value>, _ value: Value) -> SourceFixture {
        var copy = self
        copy[keyPath: property] = value
        return copy
    }

    public var filename: String { "\(name)-\(version).tar.gz" }

    /// As an entry of an ``IndexFixture``.
    public var entry: WheelFixture { WheelFixture(name, version).with(\.givenFilename, filename) }

    /// Puts it on an index.
    public func add(to index: IndexFixture) async throws {
        index.add(entry, bytes: try await bytes())
    }

    public func bytes() async throws -> [UInt8] {
        let scratch = try Scratch("source")
        for (path, text) in all { try scratch.write("\(name)-\(version)/\(path)", text) }
        let archive = scratch.file(filename)
        try await Command(
            "tar", ["-czf", archive.string, "--sort=name", "--mtime=@1000000000", "\(name)-\(version)"],
            in: scratch.path
        ).run()
        return Array(try Data(contentsOf: URL(fileURLWithPath: archive.string)))
    }

    private var all: [String: String] {
        var all = [
            "PKG-INFO":
                (["Metadata-Version: \(metadataVersion)"] + headers.dropFirst() + dynamic.map { "Dynamic: \($0)" })
                .map { $0 + "\n" }.joined(),
            "pyproject.toml": """
            [build-system]
            requires = [\(buildRequires.map { "\"\($0)\"" }.joined(separator: ", "))]
            build-backend = "own_backend"
            backend-path = ["backend"]
            """,
            "backend/own_backend.py": backend,
            "\(module)/__init__.py": "__version__ = '\(version)'\n",
        ]
        all.merge(files) { $1 }
        return all
    }

    private var module: String { name.replacing("-", with: "_") }

    private var headers: [String] {
        ["Metadata-Version: 2.1", "Name: \(name)", "Version: \(version)"] + requires.map { "Requires-Dist: \($0)" }
    }

    private var backend: String {
        let hook = hook.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }
            .joined(separator: "\n")
        return """
            import os, sys, time, zipfile

            def get_requires_for_build_wheel(settings=None):
                return [\(asks.map { "'\($0)'" }.joined(separator: ", "))]

            def build_wheel(place, settings=None, metadata=None):
                folder = os.getcwd()
                files = {}
                for root, _, names in os.walk('\(module)'):
                    for name in names:
                        path = os.path.join(root, name)
                        files[path] = open(path, 'rb').read()
                info = '\(module)-\(version).dist-info/'
                files[info + 'METADATA'] = b'''\(headers.joined(separator: "\n"))
            '''
                files[info + 'WHEEL'] = b'Wheel-Version: 1.0\\nGenerator: own\\nRoot-Is-Purelib: true\\nTag: \(tag)\\n'
                files[info + 'RECORD'] = b'nothing true,,\\n'
                name = '\(module)-\(version)-\(tag).whl'
            \(hook)
                with zipfile.ZipFile(os.path.join(place, name), 'w') as archive:
                    for path in sorted(files, reverse=True):
                        archive.writestr(zipfile.ZipInfo(path, time.gmtime()[:6]), files[path])
                return name
            """
    }
}
