internal import Diagnostics
internal import Recipes

/// Takes typed values out of one mapping of a YAML or TOML document; a mistake is told with its place.
struct NodeReader {
    let file: String
    let mark: SourceMark
    private let entries: [SourceNode.Entry]

    init(_ node: SourceNode, file: String) throws {
        guard case .mapping(let entries) = node.content else {
            throw Self.wrong(file, node.mark, "must be a mapping of keys to values")
        }
        self.file = file
        mark = node.mark
        self.entries = entries
    }

    /// Reads a whole document, by either reader.
    static func document(file: String, _ read: () throws -> SourceNode?) throws -> NodeReader {
        do {
            guard let node = try read() else { throw BaseError(.malformed, file, "is empty") }
            return try NodeReader(node, file: file)
        } catch let error as RecipesError {
            throw BaseError(.malformed, error.subject, error.message, advice: error.advice)
        }
    }

    /// Refuses keys that are not in a list, with the nearest that are.
    func check(keys: [String]) throws {
        for entry in entries where !keys.contains(entry.key) {
            let near = nearest(to: entry.key, among: keys)
            throw Self.wrong(
                file, entry.keyMark, "has an unknown key '\(entry.key)'",
                advice: near.isEmpty
                    ? "the keys are: \(keys.joined(separator: ", "))"
                    : "did you mean \(near.joined(separator: " or "))?")
        }
    }

    func place(of key: String) -> SourceMark { entry(key)?.keyMark ?? mark }

    func text(_ key: String) throws -> String {
        let node = try needed(key)
        guard let text = text(node), !text.isEmpty else { throw wrong(node, "needs a text in '\(key)'") }
        return text
    }

    func number(_ key: String) throws -> Int64 {
        let node = try needed(key)
        guard case .scalar(let text, _) = node.content, let number = Int64(text) else {
            throw wrong(node, "needs a number in '\(key)'")
        }
        return number
    }

    func texts(_ key: String, default standard: [String]? = nil) throws -> [String] {
        if entry(key) == nil, let standard { return standard }
        return try items(key).map { item in
            guard let text = text(item) else { throw wrong(item, "needs a list of texts in '\(key)'") }
            return text
        }
    }

    func mappings(_ key: String) throws -> [NodeReader] {
        try items(key).map { try NodeReader($0, file: file) }
    }

    /// A mapping of texts to texts; empty if the key is not there.
    func pairs(_ key: String) throws -> [String: String] {
        guard let node = entry(key)?.value else { return [:] }
        guard case .mapping(let entries) = node.content else { throw wrong(node, "needs a mapping in '\(key)'") }
        var pairs: [String: String] = [:]
        for entry in entries {
            guard let text = text(entry.value) else {
                throw wrong(entry.value, "needs a mapping of texts to texts in '\(key)'")
            }
            pairs[entry.key] = text
        }
        return pairs
    }

    static func wrong(_ file: String, _ mark: SourceMark, _ message: String, advice: String? = nil) -> BaseError {
        BaseError(.malformed, mark.line > 0 ? "\(file):\(mark)" : file, message, advice: advice)
    }

    private func entry(_ key: String) -> SourceNode.Entry? { entries.first { $0.key == key } }

    private func needed(_ key: String) throws -> SourceNode {
        guard let node = entry(key)?.value else {
            throw Self.wrong(file, mark, "lacks the key '\(key)'", advice: "add '\(key)'")
        }
        return node
    }

    private func items(_ key: String) throws -> [SourceNode] {
        let node = try needed(key)
        guard case .sequence(let items) = node.content else { throw wrong(node, "needs a list in '\(key)'") }
        return items
    }

    private func text(_ node: SourceNode) -> String? {
        guard case .scalar(let text, let kind) = node.content, [.plain, .text, .block].contains(kind) else {
            return nil
        }
        return text
    }

    private func wrong(_ node: SourceNode, _ message: String) -> BaseError { Self.wrong(file, node.mark, message) }
}
