/// One comparison of a marker: `python_version >= "3.8"`.
///
/// An object, so that walking a marker copies no texts.
public final class MarkerComparison: Sendable {
    /// What stands at one side of the operator.
    public enum Operand: Sendable, Hashable {
        case variable(MarkerVariable)
        case value(String)
    }

    public let left: Operand
    public let `operator`: MarkerOperator
    public let right: Operand

    /// The right value read with the operator as a version specifier, where the left is a variable that holds a version.
    let specifier: Specifier?

    init(_ left: Operand, _ operator: MarkerOperator, _ right: Operand) {
        (self.left, self.right) = MarkerComparison.normalized(left, right)
        self.operator = `operator`
        if case .variable(let variable) = left, variable.isVersion, case .comparison(let comparison) = `operator` {
            specifier = MarkerComparison.specifier(comparison, MarkerComparison.text(right))
        } else {
            specifier = nil
        }
    }

    /// Names of extras and groups are compared in normal form (PEP 685).
    private static func normalized(_ left: Operand, _ right: Operand) -> (Operand, Operand) {
        if case .variable(let variable) = left, variable == .extra, case .value(let text) = right {
            return (left, .value(normalizedName(text)))
        }
        if case .value(let text) = left, case .variable(let variable) = right, variable == .extra || variable.isSet {
            return (.value(normalizedName(text)), right)
        }
        return (left, right)
    }

    private static func normalizedName(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return withBytes(of: text) { NormalizedText(normalizing: $0).text } }
        let folded = text.lowercased()
        return withBytes(of: folded) { NormalizedText(normalizing: $0).text }
    }

    /// A variable to the right of another stands for its own name, as in `packaging`.
    static func text(_ operand: Operand) -> String {
        switch operand {
        case .variable(let variable): variable.text
        case .value(let text): text
        }
    }

    /// The operator with the text as its version, if they make a specifier.
    static func specifier(_ comparison: Specifier.Operator, _ text: String) -> Specifier? {
        // A text that starts with what goes on an operator makes another one of it, as in `packaging`.
        if text.utf8.first == UInt8(ascii: "=") { return try? Specifier(comparison.text + text) }
        return withBytes(of: text) { bytes in
            var scanner = ByteScanner(bytes)
            guard case .success(let specifier) = scanner.specifier(comparison, commaEnds: false) else { return nil }
            scanner.skipWhitespace()
            return scanner.isAtEnd ? specifier : nil
        }
    }

    /// The variable whose value decides: the left one, else the right one.
    var variable: MarkerVariable? {
        if case .variable(let variable) = left { return variable }
        if case .variable(let variable) = right { return variable }
        return nil
    }

    /// Whether evaluation may find that the comparison has no meaning.
    var mayBeUndefined: Bool {
        guard let variable, case .value = right else { return true }
        if variable.isSet { return true }
        guard case .comparison(let comparison) = `operator`, comparison == .compatible || comparison == .arbitrary
        else {
            return false
        }
        return specifier == nil
    }
}

extension MarkerComparison: Hashable {
    public static func == (left: MarkerComparison, right: MarkerComparison) -> Bool {
        left.left == right.left && left.operator == right.operator && left.right == right.right
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(left)
        hasher.combine(`operator`)
        hasher.combine(right)
    }
}

extension MarkerComparison: CustomStringConvertible {
    /// `python_version >= "3.8"`.
    public var description: String { "\(left) \(`operator`.text) \(right)" }
}

extension MarkerComparison.Operand: CustomStringConvertible {
    /// The variable's name, or the value as a Python string literal.
    public var description: String {
        switch self {
        case .variable(let variable): return variable.text
        case .value(let text):
            let quote: Unicode.Scalar = text.unicodeScalars.contains("\"") ? "'" : "\""
            var literal = ""
            literal.unicodeScalars.append(quote)
            for scalar in text.unicodeScalars {
                switch scalar {
                case "\\": literal += "\\\\"
                case "\n": literal += "\\n"
                case "\r": literal += "\\r"
                case "\0": literal += "\\0"
                case quote: literal += "\\x27"
                default: literal.unicodeScalars.append(scalar)
                }
            }
            literal.unicodeScalars.append(quote)
            return literal
        }
    }
}
