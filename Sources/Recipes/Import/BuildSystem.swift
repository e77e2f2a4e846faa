internal import Diagnostics
public import PythonPackaging

/// What a source tree says it is built with: `[build-system]` of its `pyproject.toml` (PEP 517, PEP 518).
public struct BuildSystem: Sendable, Equatable {
    /// What must be installed before the backend is asked anything.
    public var requires: [Requirement]
    /// `module` or `module:object`.
    public var backend: String
    /// Folders in the source tree that the backend itself may be imported from, relative to it.
    public var backendPath: [String]

    public init(requires: [Requirement], backend: String, backendPath: [String] = []) {
        self.requires = requires
        self.backend = backend
        self.backendPath = backendPath
    }

    /// What a tree without a `pyproject.toml` is built with: setuptools and its `setup.py` (PEP 517, "Source trees").
    public static let legacy = BuildSystem(
        requires: (try? Requirement("setuptools>=40.8.0")).map { [$0] } ?? [],
        backend: "setuptools.build_meta:__legacy__")

    /// Reads a `pyproject.toml`. One without `[build-system]` is as good as none; one whose table names no backend means
    /// setuptools.
    ///
    /// - Throws: every mistake at once.
    public init(toml source: SourceText) throws(RecipesError) {
        let root = try TOMLReader.read(source)
        var reading = Reading(file: source.name)
        var system = BuildSystem.legacy
        if let table = TableReading(root, &reading) {
            table.table("build-system", &reading) { table, reading -> Void? in
                system.requires = table.require("requires", .list(of: .requirement), &reading) ?? []
                if let backend = table.read("build-backend", .text, &reading) { system.backend = backend }
                system.backendPath = table.read("backend-path", .list(of: .text), &reading) ?? []
                if let path = system.backendPath.first(where: { !BuildSystem.isInside($0) }) {
                    reading.report(
                        .badValue, at: table.entry("backend-path")?.value.mark ?? table.mark,
                        "`\(path)` leaves the source tree")
                }
                return nil
            }
        }
        if let error = reading.error { throw error }
        self = system
    }

    /// Whether a relative path stays in the tree, whatever links there are not.
    private static func isInside(_ path: String) -> Bool {
        path.isInnerPath
    }
}
