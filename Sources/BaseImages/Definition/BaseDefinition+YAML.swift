internal import Recipes

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
        let reader = try NodeReader.document(file: file) { try YAMLReader.read(SourceText(yaml, name: file)) }
        try reader.check(keys: Self.keys)
        name = try reader.text("name")
        suites = try reader.texts("suites")
        components = try reader.texts("components", default: ["main"])
        architectures = try reader.texts("architectures", default: ["amd64"])
        packages = try reader.texts("packages")
        exclude = try reader.texts("exclude", default: [])
        include = try reader.texts("include", default: [])
        python = try reader.text("python")
        environment = try reader.pairs("environment")
        labels = try reader.pairs("labels")

        // These words end up in commands and in apt's own files, so they are held to the forms that Debian gives them.
        for (key, words) in [("suites", suites), ("components", components), ("packages", packages)] {
            for word in words where !Self.isPlain(word) {
                throw NodeReader.wrong(
                    file, reader.place(of: key), "has '\(word)' in '\(key)', which is no Debian name")
            }
        }
        for architecture in architectures where DebianArchitecture(rawValue: architecture) == nil {
            throw NodeReader.wrong(
                file, reader.place(of: "architectures"), "names the architecture '\(architecture)'",
                advice: "use Debian's names: \(DebianArchitecture.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        guard python.hasPrefix("/"), Self.isPlain(python) else {
            throw NodeReader.wrong(
                file, reader.place(of: "python"), "must give the interpreter's absolute path in 'python'")
        }
    }

    private static func isPlain(_ word: String) -> Bool { PlainWord.isPlain(word) }
}
