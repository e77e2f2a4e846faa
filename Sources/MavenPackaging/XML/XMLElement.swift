/// An element of an XML document, with all that lies in it.
///
/// Names are as written, with their prefixes: Maven's own reader knows no namespaces.
public struct XMLElement: Sendable {
    public let name: String
    /// The text directly in it, references resolved; blanks around it stay.
    public let text: String
    public let children: [XMLElement]
    public let attributes: [(name: String, value: String)]
    public let place: XMLPlace

    /// The first child of a name.
    public subscript(_ name: String) -> XMLElement? { children.first { $0.name == name } }

    /// The text without the blanks around it.
    public var trimmedText: String { trimmed(text) }

    /// The trimmed text of the first child of a name; `nil` if there is none, or if it has no text.
    public func text(of name: String) -> String? {
        guard let text = self[name]?.trimmedText, !text.isEmpty else { return nil }
        return text
    }

    /// The children of the first child of a name: the items of a list.
    public func items(_ list: String) -> [XMLElement] { self[list]?.children ?? [] }
}

/// Where something stands in a document, from 1.
public struct XMLPlace: Sendable, Hashable, CustomStringConvertible {
    public let line: Int
    /// In characters of the document.
    public let column: Int

    public var description: String { "line \(line), column \(column)" }
}

/// How much XML is read.
public struct XMLLimits: Sendable {
    /// Of the document, in bytes.
    public var size = 16 << 20
    /// Elements within elements.
    public var depth = 128
    public var elements = 500_000

    public init() {}
}
