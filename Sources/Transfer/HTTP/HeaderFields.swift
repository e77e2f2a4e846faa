/// Header fields in the order received (RFC 9110 §5); names compare without case.
public struct HeaderFields: Sendable {
    public private(set) var all: [(name: String, value: String)] = []

    public init() {}

    public mutating func append(_ name: String, _ value: String) {
        all.append((name, value))
    }

    /// The first field of that name.
    public subscript(_ name: String) -> String? {
        all.first { Self.isSame($0.name, name) }?.value
    }

    /// Every field of that name as one list, as RFC 9110 §5.3 allows to read them.
    public func joined(_ name: String) -> String? {
        let values = all.filter { Self.isSame($0.name, name) }.map(\.value)
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }

    private static func isSame(_ a: String, _ b: String) -> Bool {
        a.utf8.count == b.utf8.count
            && zip(a.utf8, b.utf8).allSatisfy { $0 == $1 || ($0 | 0x20 == $1 | 0x20 && ($0 | 0x20) &- 0x61 < 26) }
    }
}
