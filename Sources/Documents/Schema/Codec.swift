public import Diagnostics
public import JSONDocument

/// How one type of value is read from a document, written to one, and described to an editor.
public struct Codec<Value: Sendable>: Sendable {
    /// JSON Schema of the value: what draft 7 and 2020-12 (OpenAPI 3.1) both understand.
    public let schema: [JSON.Member]
    /// The keys that may lie below, as `packages` or `indexes.url`.
    public let keys: [String]
    /// Reads a node, or reports why it cannot and gives `nil`.
    public let read: @Sendable (SourceNode, inout Reading) -> Value?
    public let write: @Sendable (Value) -> SourceNode

    public init(
        schema: [JSON.Member], keys: [String] = [],
        read: @escaping @Sendable (SourceNode, inout Reading) -> Value?,
        write: @escaping @Sendable (Value) -> SourceNode
    ) {
        self.schema = schema
        self.keys = keys
        self.read = read
        self.write = write
    }

    /// A value that has a text form.
    ///
    /// - Parameters:
    ///   - what: what the text is, for messages: `a PEP 508 requirement`.
    ///   - isNumeric: whether the text may look like a number, which editors would otherwise complain of.
    ///   - parse: throws `BadText` or any `Diagnostic`, whose message and advice are told; of one that is `Located`, the
    ///     column too.
    public static func parsed(
        _ what: String, isNumeric: Bool = false, pattern: String? = nil,
        parse: @escaping @Sendable (String) throws -> Value, print: @escaping @Sendable (Value) -> String
    ) -> Codec {
        var schema = [
            JSON.Member("type", isNumeric ? .array([.string("string"), .string("number")]) : .string("string"))
        ]
        if let pattern { schema.append(.init("pattern", .string(pattern))) }
        return Codec(
            schema: schema,
            read: { node, reading in
                guard let text = node.readText(what, &reading) else { return nil }
                do {
                    return try parse(text)
                } catch {
                    node.report(error, what: what, text: text, &reading)
                    return nil
                }
            },
            write: { .text(print($0)) })
    }

    /// The same in text, of another type.
    public func map<Other: Sendable>(
        _ to: @escaping @Sendable (Value) -> Other, _ from: @escaping @Sendable (Other) -> Value
    ) -> Codec<Other> {
        Codec<Other>(
            schema: schema, keys: keys, read: { node, reading in read(node, &reading).map(to) },
            write: { write(from($0)) })
    }
}

/// Why a text is not what it should be, for parsers that have no error of their own.
public struct BadText: Error {
    /// A predicate: `is no size`.
    public var message: String
    public var advice: String?

    public init(message: String, advice: String? = nil) {
        self.message = message
        self.advice = advice
    }
}

extension SourceNode {
    /// What the node is, for messages.
    public var kind: String {
        switch content {
        case .sequence: "a list"
        case .mapping: "a mapping"
        case .scalar(let text, let scalar):
            switch scalar {
            case .plain: isNull ? "nothing" : "`\(text)`"
            case .text, .block: "text"
            case .boolean: "a boolean"
            case .integer, .float: "a number"
            case .time: "a date or time"
            }
        }
    }

    /// Whether this is null: YAML's nothing, `~` or `null`, and JSON's own.
    public var isNull: Bool {
        guard case .scalar(let text, .plain) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// The node's text; reports and gives `nil` where it has none.
    ///
    /// - Parameter what: what the text is, for messages.
    public func readText(_ what: String, _ reading: inout Reading) -> String? {
        if case .scalar(let text, let scalar) = content, !isNull {
            switch scalar {
            case .plain, .text, .block: return text
            default: break
            }
        }
        let advice: String? =
            if case .scalar(let text, _) = content, !isNull { "write it in quotes: \"\(text)\"" } else { nil }
        reading.report(.wrongType, at: mark, "must be \(what), and is \(kind)", advice: advice)
        return nil
    }

    /// Reports a text's error at the column where the trouble starts, where that is known.
    func report(_ error: any Error, what: String, text: String, _ reading: inout Reading) {
        if let error = error as? BadText {
            return reading.report(.badValue, at: mark, "`\(text)` \(error.message)", advice: error.advice)
        }
        guard let error = error as? any Diagnostic else {
            return reading.report(.badValue, at: mark, "`\(text)` is not \(what): \(error)")
        }
        var place = mark
        if let column = (error as? any Located)?.column, case .scalar(_, let scalar) = content, mark.line > 0 {
            switch scalar {
            case .plain: place.column += column - 1
            case .text: place.column += column
            default: break
            }
        }
        reading.report(.badValue, at: place, error.sentence(about: text), advice: error.advice)
    }
}

extension Diagnostic {
    /// The message as a sentence about a text; parsers say what they expected there.
    public func sentence(about text: String) -> String {
        "`\(text)`\(message.hasPrefix("expected") ? ":" : "") \(message)"
    }
}
