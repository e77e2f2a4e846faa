internal import Glibc
public import PythonPackaging
public import SystemPackage

/// What a tree has beside its packages: the interpreter, `pyvenv.cfg`, `chidori.json`, and Spark's home. The
/// environment's id does not cover it. Every delivery has the same.
public struct TreeGlue: Sendable {
    /// The interpreter that `bin/python` links to; `nil` where its place is not known, so that a launcher finds it.
    public var interpreter: FilePath?
    /// X.Y.Z where the interpreter is known, X.Y elsewhere.
    public var python: PythonVersion
    /// The content of `chidori.json`.
    public var manifest: [UInt8]
    /// Spark's home, where the environment has a Spark.
    public var spark: SparkHome?
    /// What a delivery has of its own, in folders that every tree has.
    var more: [Entry] = []

    public init(interpreter: FilePath?, python: PythonVersion, manifest: [UInt8], spark: SparkHome? = nil) {
        self.interpreter = interpreter
        self.python = python
        self.manifest = manifest
        self.spark = spark
    }

    /// The name of the manifest in a tree.
    public static let manifestName = "chidori.json"
    private static let configurationName = "pyvenv.cfg"

    /// One of the things to make.
    public struct Entry: Sendable, Equatable {
        public enum Content: Sendable, Equatable {
            case link(to: String)
            case file([UInt8], isExecutable: Bool)
        }

        /// Below ENV.
        public let path: String
        public let content: Content
    }

    /// Everything that stands beside the packages, in the order of the paths.
    ///
    /// - Throws: `PublishingError` (`needsInterpreter`) for a version that does not run through a launcher.
    public func entries() throws -> [Entry] {
        let short = PythonVersion(python.major, python.minor, isFreeThreaded: python.isFreeThreaded)
        let program: Entry.Content =
            if let interpreter { .link(to: interpreter.string) } else { .file(try launcher(short), isExecutable: true) }
        return [
            Entry(path: "bin/activate", content: .file(Array(Activation.script.utf8), isExecutable: false)),
            Entry(path: "bin/python", content: program),
            Entry(path: "bin/python3", content: .link(to: "python")),
            Entry(path: "bin/python\(short)", content: .link(to: "python")),
            Entry(path: Self.manifestName, content: .file(manifest, isExecutable: false)),
            Entry(path: Self.configurationName, content: .file(Array(configuration.utf8), isExecutable: false)),
        ] + (spark?.entries(short) ?? []) + more
    }

    /// The folders that only the glue has, outermost first.
    var folders: [String] { spark == nil ? [] : SparkHome.folders }

    private func launcher(_ short: PythonVersion) throws -> [UInt8] {
        guard Self.canLaunch(python) else {
            throw PublishingError(
                .needsInterpreter, "Python \(short)",
                "finds an environment only if its own place is written there",
                advice: "name the interpreter that the environment will run with")
        }
        return Array(Launcher.script(python: short).utf8)
    }

    /// Whether a tree of this Python may leave it to a launcher to find the interpreter.
    ///
    /// Up to 3.13 CPython finds its own library through the link `bin/python`, and `site` takes the folder above `bin`
    /// for the prefix (PEP 405), so `home` is left out and the tree works with any interpreter of its version. From
    /// 3.14 on an environment is one only with `home`.
    public static func canLaunch(_ python: PythonVersion) -> Bool { (python.major, python.minor) < (3, 14) }

    private var configuration: String {
        let home = !Self.canLaunch(python) ? interpreter.map { "home = \($0.removingLastComponent())\n" } ?? "" : ""
        let version = python.patch.map { "\(python.major).\(python.minor).\($0)" } ?? python.short
        return home + "include-system-site-packages = false\nversion = \(version)\n"
    }

    func write(into folder: borrowing Folder) throws {
        try folder.makeFolders(folders)
        for entry in try entries() {
            switch entry.content {
            case .link(let target): try folder.link(entry.path, to: target)
            case .file(let bytes, let isExecutable):
                try folder.write(bytes, to: entry.path, isExecutable: isExecutable)
            }
        }
    }

    /// Whether a folder is a tree of ours: it has both files, and the manifest is one.
    static func isEnvironment(_ path: FilePath) -> Bool {
        guard access(path.appending(configurationName).string, F_OK) == 0,
            let file = try? FileDescriptor.open(path.appending(manifestName), .readOnly, options: .closeOnExec)
        else { return false }
        defer { try? file.close() }
        var beginning = [UInt8](repeating: 0, count: 1 << 16)
        let count = (try? beginning.withUnsafeMutableBytes { try file.read(into: $0) }) ?? 0
        let text = String(decoding: beginning[..<count], as: UTF8.self)
        return text.hasPrefix("{") && text.contains("\"units\"") && text.contains("\"id\"")
    }
}
