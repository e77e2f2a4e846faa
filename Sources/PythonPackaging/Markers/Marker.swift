/// A condition on the environment, under which a requirement holds (PEP 508; PEP 751 in locks).
public struct Marker: Sendable, Hashable {
    /// The condition's tree. `all` and `any` never hold a tree of their own kind, nor fewer than two.
    public indirect enum Expression: Sendable, Hashable {
        case comparison(MarkerComparison)
        case all([Expression])
        case any([Expression])
    }

    public let expression: Expression
    /// Whether the marker asks about `extra`, so that its truth depends on the extras chosen.
    public let mentionsExtra: Bool
    /// Whether evaluation may fail: comparisons without a meaning have been written.
    let mayBeUndefined: Bool

    public init(_ expression: Expression) {
        self.expression = expression
        mentionsExtra = expression.contains { $0.left == .variable(.extra) || $0.right == .variable(.extra) }
        mayBeUndefined = expression.contains(where: \.mayBeUndefined)
    }

    /// Holds where both markers hold.
    public func and(_ other: Marker) -> Marker { Marker(.conjunction([expression, other.expression])) }

    /// Holds where either marker holds.
    public func or(_ other: Marker) -> Marker { Marker(.disjunction([expression, other.expression])) }

    /// `extra == "name"`.
    public static func extra(_ name: ExtraName) -> Marker {
        Marker(.comparison(MarkerComparison(.variable(.extra), .comparison(.equal), .value(name.description))))
    }
}

extension Marker.Expression {
    /// All of the parts, trees of the same kind taken apart.
    static func conjunction(_ parts: [Self]) -> Self {
        if parts.count == 1 { return parts[0] }
        return .all(
            parts.flatMap { part -> [Self] in
                if case .all(let inner) = part { return inner }
                return [part]
            })
    }

    /// Any of the parts, trees of the same kind taken apart.
    static func disjunction(_ parts: [Self]) -> Self {
        if parts.count == 1 { return parts[0] }
        return .any(
            parts.flatMap { part -> [Self] in
                if case .any(let inner) = part { return inner }
                return [part]
            })
    }

    /// Whether some comparison satisfies the predicate.
    func contains(where predicate: (MarkerComparison) -> Bool) -> Bool {
        switch self {
        case .comparison(let comparison): predicate(comparison)
        case .all(let parts), .any(let parts): parts.contains { $0.contains(where: predicate) }
        }
    }
}

extension Marker: CustomStringConvertible {
    /// The marker in canonical text: single spaces, double quotes, parentheses only where they are needed.
    public var description: String { expression.description }
}

extension Marker.Expression: CustomStringConvertible {
    public var description: String {
        switch self {
        case .comparison(let comparison): comparison.description
        case .any(let parts): parts.map(\.description).joined(separator: " or ")
        case .all(let parts):
            parts.map { part in
                if case .any = part { return "(\(part))" }
                return part.description
            }.joined(separator: " and ")
        }
    }
}
