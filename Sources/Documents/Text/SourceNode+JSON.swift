public import JSONDocument

extension SourceNode {
    /// A JSON value as readers of documents see it; its nodes have no places, so that mistakes are told by their keys.
    public init(_ json: JSON) {
        switch json {
        case .null: self.init(.scalar("null", .plain))
        case .bool(let value): self = .boolean(value)
        case .integer(let value): self = .integer(value)
        case .number(let value): self = .number(value)
        case .string(let text): self = .text(text)
        case .array(let values): self = .sequence(values.map { SourceNode($0) })
        case .object(let members): self = .mapping(members.map { Entry($0.name, SourceNode($0.value)) })
        }
    }
}

extension JSON {
    /// The value as a reader of a document sees it. Plain scalars of YAML are text, as their reader may want them.
    public init(_ node: SourceNode) {
        switch node.content {
        case .scalar(let text, .boolean): self = .bool(text == "true")
        case .scalar(let text, .integer): self = Int64(text).map(JSON.integer) ?? .string(text)
        case .scalar(let text, .float): self = decimalNumber(text).map(JSON.number) ?? .string(text)
        case .scalar(let text, _): self = node.isNull ? .null : .string(text)
        case .sequence(let items): self = .array(items.map { JSON($0) })
        case .mapping(let entries): self = .object(entries.map { Member($0.key, JSON($0.value)) })
        }
    }
}

/// A number in decimal digits, with a fraction and an exponent or without; `nil` for anything else, as for what is no
/// number, infinite or hexadecimal.
func decimalNumber(_ text: String) -> Double? {
    let isDecimal = text.utf8.allSatisfy { (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }
    guard isDecimal, let value = Double(text), value.isFinite else { return nil }
    return value
}
