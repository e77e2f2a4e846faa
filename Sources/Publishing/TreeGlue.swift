/// What a delivery adds around an environment's packages: the interpreter, `pyvenv.cfg` and `chidori.json`. The
/// environment's id does not cover it.
public struct TreeGlue: Sendable {
    /// One thing of it.
    public enum Content: Sendable, Equatable {
        case file([UInt8])
        /// A symbolic link with its text.
        case link(String)
    }

    /// By path, relative to ENV.
    public let entries: [(path: String, content: Content)]

    /// - Parameters:
    ///   - interpreter: the program that `bin/python` links to.
    ///   - python: `X.Y`.
    ///   - pythonVersion: what `pyvenv.cfg` tells, `X.Y.Z` where it is known.
    ///   - manifest: the content of `chidori.json`.
    public init(interpreter: String, python: String, pythonVersion: String, manifest: [UInt8]) {
        // Without `home`: CPython finds its own library through the link, and `site` takes the folder above `bin` for
        // the prefix (PEP 405), so the tree works wherever it is mounted.
        let configuration = "include-system-site-packages = false\nversion = \(pythonVersion)\n"
        entries = [
            ("bin/python", .link(interpreter)), ("bin/python3", .link("python")),
            ("bin/python\(python)", .link("python")), (Self.manifestName, .file(manifest)),
            ("pyvenv.cfg", .file(Array(configuration.utf8))),
        ]
    }

    /// The name of the manifest in a tree; a folder that has one is an environment.
    public static let manifestName = "chidori.json"

    func write(into folder: borrowing Folder) throws {
        for (path, content) in entries {
            switch content {
            case .file(let bytes): try folder.write(bytes, to: path)
            case .link(let target): try folder.link(path, to: target)
            }
        }
    }
}
