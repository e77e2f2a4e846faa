internal import JSONDocument
internal import PythonPackaging

extension Codec where Value == Recipe.Test {
    /// A line for the shell, or a mapping that says what to do.
    static var test: Codec {
        .short(
            Codec<String>.text.map({ Recipe.Test(.shell($0)) }, { $0.shellLine }),
            or: .drafted(TestDraft.shape, { $0.test }, { TestDraft($0) })
        ) { $0.isShellLine }
    }
}

extension Codec where Value == Recipe.Budget {
    /// The image's size alone.
    static var imageBudget: Codec {
        Codec<UInt64>.byteCount.map({ Recipe.Budget(image: $0) }, { $0.image ?? 0 })
    }
}

extension Codec {
    /// A value whose mapping is read into a draft first, since not every mapping makes a value.
    static func drafted<Draft>(
        _ shape: Shape<Draft>, _ finish: @escaping @Sendable (Draft) -> Value?,
        _ draft: @escaping @Sendable (Value) -> Draft
    ) -> Codec {
        Codec(
            schema: shape.schema, keys: shape.keys,
            read: { node, reading in shape.read(node, &reading).flatMap(finish) },
            write: { .mapping(shape.write(draft($0))) })
    }
}

/// A test while its mapping is read.
private struct TestDraft: Sendable {
    var name: String?
    var imports: [String]?
    var python: String?
    var command: [String]?
    var shell: String?
    var timeout = Recipe.Test.defaultTimeout

    init() {}

    init(_ test: Recipe.Test) {
        name = test.name
        timeout = test.timeout
        switch test.action {
        case .imports(let modules): imports = modules
        case .python(let program): python = program
        case .command(let words): command = words
        case .shell(let line): shell = line
        }
    }

    var test: Recipe.Test? {
        let action: Recipe.Test.Action? =
            imports.map { .imports($0) } ?? python.map { .python($0) } ?? command.map { .command($0) }
            ?? shell.map { .shell($0) }
        return action.map { Recipe.Test($0, name: name, timeout: timeout) }
    }

    private static let actions = ["import", "python", "run", "shell"]

    static let shape = Shape(
        "A test: one of import, python, run and shell.", initial: TestDraft(),
        fields: [
            Field("name", \.name, .text, "What reports call the test."),
            Field(
                "import", \.imports, .modules, synonyms: ["imports", "modules"], examples: ["tensorflow"],
                "A module that must import, or a list of them."),
            Field("python", \.python, .text, synonyms: ["code", "script"], "A Python program that must end well."),
            Field(
                "run", \.command, .list(of: .text), synonyms: ["command", "exec", "args"],
                examples: ["[python, -m, pip, check]"], "A program and its arguments, run without a shell."),
            Field("shell", \.shell, .text, synonyms: ["sh", "bash"], "A line for `sh -c`."),
            Field(
                "timeout", \.timeout, .integer(1...86_400), "Seconds after which the test has failed."),
        ]
    ) { _, entries, mark, reading in
        let found = entries.filter { actions.contains($0.key) }
        if found.count != 1 {
            reading.report(
                found.isEmpty ? .missingKey : .conflict, at: found.dropFirst().first?.keyMark ?? mark,
                found.isEmpty ? "says nothing to do" : "says several things to do",
                advice: "use exactly one of `import`, `python`, `run` and `shell`")
        }
        for entry in entries where entry.key == "run" {
            if case .sequence(let items) = entry.value.content, items.isEmpty {
                reading.report(.badValue, at: entry.value.mark, "`run` has no program")
            }
        }
    }
}

extension Recipe.Test {
    /// Whether the short form, a line alone, says everything.
    fileprivate var isShellLine: Bool {
        guard case .shell = action else { return false }
        return name == nil && timeout == Self.defaultTimeout
    }

    fileprivate var shellLine: String {
        if case .shell(let line) = action { return line }
        return ""
    }
}

extension Codec where Value == [String] {
    /// One module's name, or a list of them.
    fileprivate static var modules: Codec {
        let module = Codec<String>.parsed("a module's name") { text in
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            let isName = parts.allSatisfy { part in
                guard let first = part.unicodeScalars.first else { return false }
                return (first == "_" || first.properties.isXIDStart)
                    && part.unicodeScalars.allSatisfy { $0.properties.isXIDContinue }
            }
            guard isName else { throw BadText(message: "is no module's name", advice: "write it as after `import`") }
            return text
        } print: {
            $0
        }
        let list = Codec.list(of: module)
        return Codec(
            schema: [.init("anyOf", .array([.object(module.schema), .object(list.schema)]))],
            read: { node, reading in
                if case .sequence = node.content { return list.read(node, &reading) }
                return module.read(node, &reading).map { [$0] }
            },
            write: { $0.count == 1 ? .text($0[0]) : list.write($0) })
    }
}
