public import Cryptography

/// A small egg made in memory as setuptools' `bdist_egg` makes them, of which any part can be set.
///
///     EggFixture("demo", "1.0", requires: "six\n[test]\npytest\n").adding("demo/data.txt", "hello")
///
/// Without files of its own it has one module, `NAME/__init__.py`, with `__version__`.
public struct EggFixture: Sendable {
    /// As written in PKG-INFO.
    public var name: String
    public var version: String
    /// `py3.11`, or `nil` for an egg whose name says no Python.
    public var python: String?
    /// `linux-x86_64`, or `nil` for an egg without native code.
    public var platform: String?
    /// The egg's own files, outside EGG-INFO, in order.
    public var files: [(path: String, content: [UInt8])]
    /// The files of EGG-INFO beside PKG-INFO, in order.
    public var information: [(name: String, content: String)] = [("top_level.txt", "demo\n"), ("zip-safe", "\n")]
    /// Paths whose members get the mode 0755.
    public var executables: Set<String> = []
    /// The whole PKG-INFO in place of the one that follows from the rest; empty for none at all.
    public var givenPackageInfo: String?
    /// The file name in place of the one that follows from the rest.
    public var givenFilename: String?

    public init(
        _ name: String, _ version: String = "1.0", python: String? = "py3.11", platform: String? = nil,
        requires: String? = nil, files: [(path: String, content: [UInt8])]? = nil
    ) {
        self.name = name
        self.version = version
        self.python = python
        self.platform = platform
        let module = name.lowercased().map { "-.".contains($0) ? "_" : $0 }
        self.files = files ?? [(String(module) + "/__init__.py", Array("__version__ = '\(version)'\n".utf8))]
        if let requires { information.append(("requires.txt", requires)) }
    }

    /// The egg with one more file.
    public func adding(_ path: String, _ content: String, executable: Bool = false) -> Self {
        var copy = self
        copy.files.append((path, Array(content.utf8)))
        if executable { copy.executables.insert(path) }
        return copy
    }

    /// The egg with one more file in EGG-INFO, in place of one of the same name.
    public func telling(_ name: String, _ content: String) -> Self {
        var copy = self
        copy.information.removeAll { $0.name == name }
        copy.information.append((name, content))
        return copy
    }

    /// The egg with one thing changed.
    public func with<Value>(_ path: WritableKeyPath<Self, Value>, _ value: Value) -> Self {
        var copy = self
        copy[keyPath: path] = value
        return copy
    }

    public var filename: String {
        func escaped(_ text: String) -> String { String(text.map { $0 == "-" ? "_" : $0 }) }
        let parts = [escaped(name), escaped(version), python, platform].compactMap(\.self)
        return givenFilename ?? parts.joined(separator: "-") + ".egg"
    }

    public var packageInfo: String {
        givenPackageInfo ?? "Metadata-Version: 1.1\nName: \(name)\nVersion: \(version)\nSummary: A fixture\n"
    }

    /// Every member in order.
    public var members: [(path: String, content: [UInt8])] {
        var members = files
        if !packageInfo.isEmpty { members.append(("EGG-INFO/PKG-INFO", Array(packageInfo.utf8))) }
        members += information.map { ("EGG-INFO/" + $0.name, Array($0.content.utf8)) }
        return members
    }

    public var zip: CraftedZip {
        CraftedZip(
            members.map { path, content in
                CraftedZip.Member(bytes: Array(path.utf8), content)
                    .with(\.mode, executables.contains(path) ? 0o100755 : 0o100644)
            })
    }

    public var bytes: [UInt8] { zip.bytes }

    public var digest: SHA256Digest { SHA256Digest(of: bytes) }
}
