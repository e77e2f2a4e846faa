internal import Yams

/// Reads one YAML document into nodes with their places, within bounds of time and memory whatever the text.
///
/// YAML 1.1 as libyaml reads it, except that a plain scalar has no type before a reader asks for one. Merge keys
/// (`<<`) are merged. Tags other than those of the core schema are refused.
public enum YAMLReader {
    /// The most bytes of a document.
    public static let sizeLimit = 1 << 20
    /// How deep lists and mappings may nest.
    public static let depthLimit = 32
    /// How many values a document may stand for, aliases followed.
    public static let valueLimit = 100_000

    /// - Returns: the root, or `nil` for a document that holds nothing.
    /// - Throws: the first mistake: later ones may follow from it.
    public static func read(_ source: SourceText) throws(DocumentError) -> SourceNode? {
        let bytes = try source.validated(limit: sizeLimit)
        switch AliasGuard.inspect(bytes) {
        case .tooMany(let offset):
            throw DocumentError(
                .tooComplex, in: source.name, at: source.mark(of: offset),
                message: "has more than \(AliasGuard.limit) aliases", advice: "write the values out")
        case .keyIsNoText(let offset):
            throw DocumentError(
                .tooComplex, in: source.name, at: source.mark(of: offset),
                message: "has a key that is no text, beside aliases", advice: "write keys as plain text")
        case nil: break
        }
        let root: Node?
        do {
            root = try Yams.Parser(
                yaml: String(decoding: bytes, as: UTF8.self), resolver: .basic, encoding: .utf8
            ).singleRoot()
        } catch {
            throw translate(error, in: source)
        }
        guard let root else { return nil }
        var conversion = Conversion(file: source.name)
        return try conversion.convert(root, depth: 0)
    }

    private static func translate(_ error: any Error, in source: SourceText) -> DocumentError {
        guard let error = error as? YamlError else {
            return DocumentError(.syntax, in: source.name, message: "cannot be read as YAML: \(error)")
        }
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            return syntaxError(problem, context: context?.text, at: SourceMark(mark), in: source)
        case .reader(let problem, _, _, _):
            // The reader's own offset counts characters; control characters are all that it can mean here.
            let mark = source.firstControlCharacter
            return DocumentError(
                .notText, in: source.name, at: mark, message: "cannot be read: \(problem)",
                advice: "take the control character out")
        case .duplicatedKeysInMapping(let keys, let context):
            let names = keys.map { "`\($0)`" }.joined(separator: ", ")
            return DocumentError(
                .duplicateKey, in: source.name, at: SourceMark(context.mark),
                message: "\(names) \(keys.count == 1 ? "stands" : "stand") twice in the same mapping",
                advice: "keep one, or merge the two")
        default:
            return DocumentError(.syntax, in: source.name, message: "cannot be read as YAML: \(error)")
        }
    }

    private static func syntaxError(
        _ problem: String, context: String?, at mark: SourceMark, in source: SourceText
    ) -> DocumentError {
        if problem.contains("nesting level") {
            return DocumentError(
                .tooComplex, in: source.name, at: mark, message: "nests deeper than \(depthLimit) levels")
        }
        if problem.contains("another document") {
            return DocumentError(
                .syntax, in: source.name, at: mark, message: "a second document starts here",
                advice: "keep one document in a file: take out what follows `---`")
        }
        let line = source.excerpt(line: mark.line) ?? ""
        let isTab = line.utf8.prefix { $0 == 0x20 || $0 == 0x09 }.contains(0x09)
        let detail = context.map { "\($0), \(problem)" } ?? problem
        return DocumentError(
            .syntax, in: source.name, at: mark, message: "is not YAML: \(detail)",
            advice: isTab ? "indent with spaces: YAML allows no tabs there" : nil)
    }
}

extension SourceMark {
    fileprivate init(_ mark: Mark) { self.init(line: mark.line, column: mark.column) }
}

extension SourceText {
    /// The first control character that YAML does not allow.
    fileprivate var firstControlCharacter: SourceMark? {
        let index = bytes.firstIndex { ($0 < 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D) || $0 == 0x7F }
        return index.map(mark(of:))
    }
}

/// Turns the parser's nodes into ours.
private struct Conversion {
    let file: String
    var values = 0

    mutating func convert(_ node: Node, depth: Int) throws(DocumentError) -> SourceNode {
        let mark = node.mark.map { SourceMark($0) } ?? SourceMark(line: 1, column: 1)
        values += 1
        guard values <= YAMLReader.valueLimit else {
            throw DocumentError(
                .tooComplex, in: file, at: mark,
                message: "stands for more than \(YAMLReader.valueLimit) values", advice: "use fewer aliases")
        }
        guard depth <= YAMLReader.depthLimit else {
            throw DocumentError(
                .tooComplex, in: file, at: mark, message: "nests deeper than \(YAMLReader.depthLimit) levels")
        }
        switch node {
        case .scalar(let scalar):
            return SourceNode(.scalar(scalar.string, try kind(of: scalar, at: mark)), at: mark)
        case .sequence(let items):
            var converted: [SourceNode] = []
            for item in items { converted.append(try convert(item, depth: depth + 1)) }
            return SourceNode(.sequence(converted), at: mark)
        case .mapping(let mapping):
            return SourceNode(.mapping(try entries(of: mapping, depth: depth)), at: mark)
        case .alias:
            throw DocumentError(.syntax, in: file, at: mark, message: "has an alias without a meaning")
        }
    }

    private func kind(of scalar: Node.Scalar, at mark: SourceMark) throws(DocumentError) -> SourceNode.Scalar {
        switch scalar.tag.rawValue {
        case "", "!", "tag:yaml.org,2002:str":
            switch scalar.style {
            case .literal, .folded: return .block
            case .singleQuoted, .doubleQuoted: return .text
            case .plain, .any: return scalar.tag.rawValue == "" ? .plain : .text
            }
        case "tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:null":
            return .plain
        case let tag:
            throw DocumentError(
                .unsupported, in: file, at: mark, message: "has the tag `\(tag)`", advice: "take the tag out")
        }
    }

    /// The mapping's own keys, then what merge keys add.
    private mutating func entries(
        of mapping: Node.Mapping, depth: Int
    ) throws(DocumentError) -> [SourceNode.Entry] {
        var entries: [SourceNode.Entry] = []
        var merged: [SourceNode.Entry] = []
        for (key, value) in mapping {
            let mark = key.mark.map { SourceMark($0) } ?? SourceMark(line: 1, column: 1)
            guard case .scalar(let name) = key else {
                throw DocumentError(
                    .wrongType, in: file, at: mark, message: "is a key that is no text",
                    advice: "write keys as plain text")
            }
            let converted = try convert(value, depth: depth + 1)
            guard name.string == "<<", name.style == .plain else {
                entries.append(SourceNode.Entry(name.string, converted, at: mark))
                continue
            }
            switch converted.content {
            case .mapping(let inner): merged += inner
            case .sequence(let items):
                for item in items {
                    guard case .mapping(let inner) = item.content else { throw notMergeable(item.mark) }
                    merged += inner
                }
            case .scalar: throw notMergeable(converted.mark)
            }
        }
        if merged.isEmpty { return entries }
        var names = Set(entries.map(\.key))
        for entry in merged where names.insert(entry.key).inserted { entries.append(entry) }
        return entries
    }

    private func notMergeable(_ mark: SourceMark) -> DocumentError {
        DocumentError(.wrongType, in: file, at: mark, message: "`<<` merges mappings alone")
    }
}
