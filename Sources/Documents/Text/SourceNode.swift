/// A value of a YAML or TOML document, with the place where it stands.
///
/// Two nodes are equal if they hold the same, wherever that stood.
public struct SourceNode: Sendable {
    public enum Content: Sendable, Equatable {
        case scalar(String, Scalar)
        case sequence([SourceNode])
        case mapping([Entry])
    }

    /// What a document says of a scalar's type; its text is kept as written, so `3.10` stays `3.10`.
    public enum Scalar: Sendable, Equatable {
        /// YAML's plain scalars: text, number, flag or nothing, as the reader wants it.
        case plain
        /// Quoted text.
        case text
        /// Text over several lines: YAML's literal and folded scalars, TOML's multi-line strings.
        case block
        case boolean
        case integer
        case float
        /// TOML's dates and times.
        case time
    }

    /// A key and its value; keys are unique within their mapping, and in the document's order.
    public struct Entry: Sendable, Equatable {
        public var key: String
        public var keyMark: SourceMark
        public var value: SourceNode

        public init(_ key: String, _ value: SourceNode, at mark: SourceMark = SourceMark(line: 0, column: 0)) {
            self.key = key
            self.value = value
            keyMark = mark
        }

        public static func == (left: Self, right: Self) -> Bool { left.key == right.key && left.value == right.value }
    }

    public var content: Content
    /// Line 0 for a node that no document holds.
    public var mark: SourceMark

    public init(_ content: Content, at mark: SourceMark = SourceMark(line: 0, column: 0)) {
        self.content = content
        self.mark = mark
    }
}

extension SourceNode: Equatable {
    public static func == (left: Self, right: Self) -> Bool { left.content == right.content }
}

extension SourceNode {
    public static func text(_ text: String) -> SourceNode { SourceNode(.scalar(text, .text)) }
    public static func integer(_ value: some BinaryInteger) -> SourceNode {
        SourceNode(.scalar(String(value), .integer))
    }
    /// A finite number; JSON has no other.
    public static func number(_ value: Double) -> SourceNode { SourceNode(.scalar(String(value), .float)) }
    public static func boolean(_ value: Bool) -> SourceNode { SourceNode(.scalar(value ? "true" : "false", .boolean)) }
    public static func sequence(_ items: [SourceNode]) -> SourceNode { SourceNode(.sequence(items)) }
    public static func mapping(_ entries: [Entry]) -> SourceNode { SourceNode(.mapping(entries)) }
}
