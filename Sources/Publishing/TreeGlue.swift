public import SystemPackage

/// What a tree has beside its packages: the interpreter, `pyvenv.cfg` and `chidori.json`. The environment's id does not
/// cover it.
public struct TreeGlue: Sendable {
    /// The interpreter that `bin/python` links to.
    public var interpreter: FilePath
    /// `X.Y`.
    public var python: String
    /// `X.Y.Z`, for `pyvenv.cfg`.
    public var pythonVersion: String
    /// The content of `chidori.json`.
    public var manifest: [UInt8]

    public init(interpreter: FilePath, python: String, pythonVersion: String, manifest: [UInt8]) {
        self.interpreter = interpreter
        self.python = python
        self.pythonVersion = pythonVersion
        self.manifest = manifest
    }

    /// The name of the manifest in a tree; a folder that has one is an environment.
    public static let manifestName = "chidori.json"

    /// Without `home`: CPython finds its own library through the link, and `site` takes the folder above `bin` for the
    /// prefix (PEP 405), so the tree works wherever it is mounted.
    var configuration: String { "include-system-site-packages = false\nversion = \(pythonVersion)\n" }

    func write(into folder: borrowing Folder) throws {
        try folder.link("bin/python", to: interpreter.string)
        for name in ["python3", "python\(python)"] { try folder.link("bin/\(name)", to: "python") }
        try folder.write(configuration.utf8, to: "pyvenv.cfg")
        try folder.write(manifest, to: Self.manifestName)
    }
}
