/// A JSON value (RFC 8259).
///
/// Objects keep the order of their members, so that what is written for people and scripts stays as it was meant. Where
/// bytes are addressed by their digest there is one canonical form, which no library's version can change.
public enum JSON: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([Member])

    /// A name and its value in an object.
    public struct Member: Sendable, Hashable {
        public var name: String
        public var value: JSON

        public init(_ name: String, _ value: JSON) {
            self.name = name
            self.value = value
        }
    }

    /// An object whose members stand in the order of their names' UTF-8 bytes.
    public static func object(_ fields: [String: JSON]) -> JSON {
        .object(
            fields.map { Member($0.key, $0.value) }.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) })
    }

    /// An object's members by name; `nil` for any other value.
    public var fields: [String: JSON]? {
        guard case .object(let members) = self else { return nil }
        return Dictionary(members.map { ($0.name, $0.value) }) { $1 }
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSON)...) { self = .object(elements.map { Member($0.0, $0.1) }) }
    public init(nilLiteral: ()) { self = .null }

    public init(_ value: String?) { self = value.map(JSON.string) ?? .null }
    public init(_ value: some BinaryInteger) { self = .integer(Int64(clamping: value)) }
    public init(_ value: UInt64?) { self = value.map { .integer(Int64(clamping: $0)) } ?? .null }
    public init(_ value: Bool) { self = .bool(value) }
    public init(_ values: some Sequence<String>) { self = .array(values.map(JSON.string)) }

    /// A rounded number of seconds: what a clock can honestly tell.
    public init(seconds: Double) { self = .number((seconds * 1_000_000).rounded() / 1_000_000) }
}
