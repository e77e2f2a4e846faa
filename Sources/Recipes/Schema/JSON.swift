/// A JSON value whose objects keep their order, for the schemas that editors read.
public indirect enum JSON: Sendable, Equatable {
    case string(String)
    case integer(Int)
    case boolean(Bool)
    case array([JSON])
    case object([Member])

    public struct Member: Sendable, Equatable {
        public var name: String
        public var value: JSON

        public init(_ name: String, _ value: JSON) {
            self.name = name
            self.value = value
        }
    }

    /// The value as a reader of a document sees it.
    init(_ node: SourceNode) {
        switch node.content {
        case .scalar(let text, .boolean): self = .boolean(text == "true")
        case .scalar(let text, .integer): self = Int(text).map(JSON.integer) ?? .string(text)
        case .scalar(let text, _): self = .string(text)
        case .sequence(let items): self = .array(items.map(JSON.init))
        case .mapping(let entries): self = .object(entries.map { Member($0.key, JSON($0.value)) })
        }
    }

    /// Text with two spaces of indentation and a line feed at the end.
    public var text: String {
        var text = ""
        write(to: &text, indentation: "")
        return text + "\n"
    }

    private func write(to text: inout String, indentation: String) {
        let inner = indentation + "  "
        switch self {
        case .string(let value): JSON.quote(value, to: &text)
        case .integer(let value): text += String(value)
        case .boolean(let value): text += value ? "true" : "false"
        case .array(let items):
            if items.isEmpty { return text += "[]" }
            text += "["
            for (index, item) in items.enumerated() {
                text += (index > 0 ? ",\n" : "\n") + inner
                item.write(to: &text, indentation: inner)
            }
            text += "\n\(indentation)]"
        case .object(let members):
            if members.isEmpty { return text += "{}" }
            text += "{"
            for (index, member) in members.enumerated() {
                text += (index > 0 ? ",\n" : "\n") + inner
                JSON.quote(member.name, to: &text)
                text += ": "
                member.value.write(to: &text, indentation: inner)
            }
            text += "\n\(indentation)}"
        }
    }

    private static func quote(_ value: String, to text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\t": text += "\\t"
            case "\r": text += "\\r"
            case let scalar where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
