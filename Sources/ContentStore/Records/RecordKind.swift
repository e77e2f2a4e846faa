/// A kind of derived document together with its format's version: `"unit.1"`.
///
/// A change of format is a new kind; documents of the old one are then simply not found, and made again.
public struct RecordKind: Hashable, Sendable, ExpressibleByStringLiteral {
    public let name: String

    public init(_ name: String) {
        self.name = name
    }

    public init(stringLiteral name: String) {
        self.name = name
    }
}
