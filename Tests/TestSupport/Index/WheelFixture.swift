import Archive
public import Cryptography

/// A small wheel made in memory: valid as it stands (PEP 427), with a true RECORD, and any part of it can be set.
///
///     WheelFixture("demo", "1.0", requires: ["numpy>=1.2; python_version >= '3.9'"])
///         .adding("demo/data.txt", "hello")
///
/// Without files of its own it has one module, `NAME/__init__.py`, with `__version__`.
public struct WheelFixture: Sendable {
    /// As written in METADATA.
    public var name: String
    public var version: String
    public var requires: [String]
    public var requiresPython: String?
    public var extras: [String]
    /// `py3-none-any`, `cp311-cp311-manylinux_2_17_x86_64`; compressed sets may be written `py2.py3-none-any`.
    public var tag: String
    public var build: String?
    /// The wheel's own files, outside `.dist-info`, in order.
    public var files: [(path: String, content: [UInt8])]
    /// `console_scripts` and other groups: group → (name, object reference).
    public var entryPoints: [(group: String, entries: [(name: String, reference: String)])] = []
    /// Paths whose members get the mode 0755.
    public var executables: Set<String> = []
    /// Lines added to METADATA's headers as they are.
    public var extraMetadata: [String] = []
    public var metadataVersion = "2.1"
    public var purelib = true
    /// The whole METADATA in place of the one that follows from the rest.
    public var givenMetadata: [UInt8]?
    /// The whole RECORD in place of the true one.
    public var givenRecord: [UInt8]?
    /// The file name in place of the one that follows from the rest.
    public var givenFilename: String?

    public init(
        _ name: String, _ version: String = "1.0", requires: [String] = [], requiresPython: String? = nil,
        extras: [String] = [], tag: String = "py3-none-any", build: String? = nil,
        files: [(path: String, content: [UInt8])]? = nil
    ) {
        self.name = name
        self.version = version
        self.requires = requires
        self.requiresPython = requiresPython
        self.extras = extras
        self.tag = tag
        self.build = build
        let module = name.lowercased().map { "-.".contains($0) ? "_" : $0 }
        self.files = files ?? [(String(module) + "/__init__.py", Array("__version__ = '\(version)'\n".utf8))]
    }

    /// The wheel with one more file.
    public func adding(_ path: String, _ content: String, executable: Bool = false) -> Self {
        var copy = self
        copy.files.append((path, Array(content.utf8)))
        if executable { copy.executables.insert(path) }
        return copy
    }

    /// The wheel with one more command: `.script("demo", "demo.cli:main")`.
    public func script(_ name: String, _ reference: String, group: String = "console_scripts") -> Self {
        var copy = self
        if let index = copy.entryPoints.firstIndex(where: { $0.group == group }) {
            copy.entryPoints[index].entries.append((name, reference))
        } else {
            copy.entryPoints.append((group, [(name, reference)]))
        }
        return copy
    }

    /// The wheel with one thing changed.
    public func with<Value>(_ path: WritableKeyPath<Self, Value>, _ value: Value) -> Self {
        var copy = self
        copy[keyPath: path] = value
        return copy
    }

    // MARK: - What follows

    /// PEP 503's name: `Foo.Bar` → `foo-bar`.
    public var normalizedName: String {
        name.lowercased().split(whereSeparator: { "-_.".contains($0) }).joined(separator: "-")
    }

    /// The name as file names carry it: `foo_bar`.
    public var escapedName: String { normalizedName.split(separator: "-").joined(separator: "_") }

    public var filename: String {
        givenFilename ?? "\(escapedName)-\(version)\(build.map { "-" + $0 } ?? "")-\(tag).whl"
    }

    public var distInfo: String { "\(escapedName)-\(version).dist-info" }

    public var metadata: [UInt8] {
        if let givenMetadata { return givenMetadata }
        var lines = ["Metadata-Version: \(metadataVersion)", "Name: \(name)", "Version: \(version)"]
        if let requiresPython { lines.append("Requires-Python: \(requiresPython)") }
        lines += requires.map { "Requires-Dist: \($0)" }
        lines += extras.map { "Provides-Extra: \($0)" }
        lines += extraMetadata
        return Array((lines.joined(separator: "\n") + "\n\nA fixture.\n").utf8)
    }

    public var metadataDigest: SHA256Digest { SHA256Digest(of: metadata) }

    /// Every member in order, RECORD last.
    public var members: [(path: String, content: [UInt8])] {
        var members = files
        members.append((distInfo + "/METADATA", metadata))
        members.append((distInfo + "/WHEEL", Array(wheelFile.utf8)))
        if !entryPoints.isEmpty {
            let text = entryPoints.map { group, entries in
                "[\(group)]\n" + entries.map { "\($0.name) = \($0.reference)\n" }.joined()
            }
            members.append((distInfo + "/entry_points.txt", Array(text.joined(separator: "\n").utf8)))
        }
        members.append((distInfo + "/RECORD", givenRecord ?? record(of: members)))
        return members
    }

    /// The wheel as a zip with stored and deflated members in turn.
    public var zip: CraftedZip {
        CraftedZip(
            members.enumerated().map { index, member in
                let plain = CraftedZip.Member(bytes: Array(member.path.utf8), member.content)
                let text = String(validating: member.content, as: UTF8.self)
                let packed =
                    if index % 2 == 0, let text, member.content.count < Int(UInt16.max) {
                        CraftedZip.Member.deflated(member.path, text)
                    } else { plain }
                let isPlain = member.path.utf8.allSatisfy { $0 < 0x80 }
                return packed.with(\.flags, isPlain ? 0 : 1 << 11)
                    .with(\.mode, executables.contains(member.path) ? 0o100755 : 0o100644)
            })
    }

    public var bytes: [UInt8] { zip.bytes }

    public var digest: SHA256Digest { SHA256Digest(of: bytes) }

    private var wheelFile: String {
        let parts = tag.split(separator: "-").map { $0.split(separator: ".") }
        var text = "Wheel-Version: 1.0\nGenerator: fixture\nRoot-Is-Purelib: \(purelib)\n"
        if parts.count == 3 {
            for python in parts[0] {
                for abi in parts[1] { for platform in parts[2] { text += "Tag: \(python)-\(abi)-\(platform)\n" } }
            }
        }
        if let build { text += "Build: \(build)\n" }
        return text
    }

    private func record(of members: [(path: String, content: [UInt8])]) -> [UInt8] {
        let lines = members.map { path, content in
            let quoted = path.contains(",") || path.contains("\"") ? "\"\(path)\"" : path
            return "\(quoted),sha256=\(SHA256Digest(of: content).base64URL),\(content.count)\n"
        }
        return Array((lines.joined() + "\(distInfo)/RECORD,,\n").utf8)
    }
}
