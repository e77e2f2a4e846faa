internal import Diagnostics
internal import Yams

extension BaseDefinition {
    private static let keys = [
        "name", "suites", "components", "architectures", "packages", "exclude", "include", "python", "environment",
        "labels",
    ]

    /// Reads a definition.
    ///
    /// - Parameters:
    ///   - yaml: the file's text.
    ///   - file: its path, for messages.
    /// - Throws: ``BaseError/Code/malformed`` with the line and column, and the nearest known key.
    public init(yaml: String, file: String) throws {
        let root: Node?
        do {
            root = try compose(yaml: yaml)
        } catch {
            throw BaseError(.malformed, file, "is not YAML", cause: error)
        }
        guard let mapping = root?.mapping else { throw Self.wrong(file, root, "must be a mapping of keys to values") }
        let reader = Reader(file: file, mapping: mapping)
        for (key, _) in mapping {
            guard let name = key.string, Self.keys.contains(name) else {
                let near = nearest(to: key.string ?? "", among: Self.keys)
                throw Self.wrong(
                    file, key, "has an unknown key '\(key.string ?? "?")'",
                    advice: near.isEmpty
                        ? "the keys are: \(Self.keys.joined(separator: ", "))"
                        : "did you mean \(near.joined(separator: " or "))?")
            }
        }
        name = try reader.text("name")
        suites = try reader.list("suites")
        components = try reader.list("components", default: ["main"])
        architectures = try reader.list("architectures", default: ["amd64"])
        packages = try reader.list("packages")
        exclude = try reader.list("exclude", default: [])
        include = try reader.list("include", default: [])
        python = try reader.text("python")
        environment = try reader.map("environment")
        labels = try reader.map("labels")

        // These words end up in commands and in apt's own files, so they are held to the forms that Debian gives them.
        for (key, words) in [("suites", suites), ("components", components), ("packages", packages)] {
            for word in words where !Self.isPlain(word) {
                throw Self.wrong(file, mapping[Node(key)], "has '\(word)' in \(key), which is no Debian name")
            }
        }
        for architecture in architectures where DebianArchitecture(rawValue: architecture) == nil {
            throw Self.wrong(
                file, mapping["architectures"], "names the architecture '\(architecture)'",
                advice: "use Debian's names: \(DebianArchitecture.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        guard python.hasPrefix("/"), Self.isPlain(python) else {
            throw Self.wrong(file, mapping["python"], "must give the interpreter's absolute path in 'python'")
        }
    }

    private static func isPlain(_ word: String) -> Bool {
        !word.isEmpty && !word.hasPrefix("-")
            && word.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "+-./_".utf8.contains(byte)
                }
            }
    }

    fileprivate static func wrong(
        _ file: String, _ node: Node?, _ message: String, advice: String? = nil
    ) -> BaseError {
        let place = node?.mark.map { "\(file):\($0.line):\($0.column)" } ?? file
        return BaseError(.malformed, place, message, advice: advice)
    }
}

/// Takes typed values out of one mapping.
private struct Reader {
    let file: String
    let mapping: Node.Mapping

    func text(_ key: String) throws -> String {
        guard let node = mapping[Node(key)] else {
            throw BaseError(.malformed, file, "lacks the key '\(key)'", advice: "add a line '\(key): …'")
        }
        guard let text = node.scalar?.string, !text.isEmpty else {
            throw BaseDefinition.wrong(file, node, "needs a text in '\(key)'")
        }
        return text
    }

    func list(_ key: String, default standard: [String]? = nil) throws -> [String] {
        guard let node = mapping[Node(key)] else {
            if let standard { return standard }
            throw BaseError(.malformed, file, "lacks the key '\(key)'", advice: "add a list '\(key): [ … ]'")
        }
        guard let sequence = node.sequence else { throw BaseDefinition.wrong(file, node, "needs a list in '\(key)'") }
        return try sequence.map { item in
            guard let text = item.scalar?.string else {
                throw BaseDefinition.wrong(file, item, "needs a list of texts in '\(key)'")
            }
            return text
        }
    }

    func map(_ key: String) throws -> [String: String] {
        guard let node = mapping[Node(key)] else { return [:] }
        guard let inner = node.mapping else { throw BaseDefinition.wrong(file, node, "needs a mapping in '\(key)'") }
        var result: [String: String] = [:]
        for (name, value) in inner {
            guard let name = name.scalar?.string, let text = value.scalar?.string else {
                throw BaseDefinition.wrong(file, value, "needs a mapping of texts to texts in '\(key)'")
            }
            result[name] = text
        }
        return result
    }
}
