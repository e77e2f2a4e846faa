internal import JSONDocument

extension JSON {
    /// The value as a reader of a document sees it.
    init(_ node: SourceNode) {
        switch node.content {
        case .scalar(let text, .boolean): self = .bool(text == "true")
        case .scalar(let text, .integer): self = Int64(text).map(JSON.integer) ?? .string(text)
        case .scalar(let text, _): self = .string(text)
        case .sequence(let items): self = .array(items.map { JSON($0) })
        case .mapping(let entries): self = .object(entries.map { Member($0.key, JSON($0.value)) })
        }
    }
}
