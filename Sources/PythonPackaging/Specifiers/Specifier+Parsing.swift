extension Specifier {
    /// Parses one clause, whitespace around it and after the operator allowed.
    ///
    /// - Throws: `PythonPackagingError.Code.invalidSpecifier` with the column where the trouble starts.
    public init(_ text: String) throws(PythonPackagingError) {
        self = try withBytes(of: text) { bytes -> Result<Specifier, PythonPackagingError> in
            var scanner = ByteScanner(bytes)
            scanner.skipWhitespace()
            switch scanner.specifier(commaEnds: false) {
            case .failure(let problem): return .failure(problem.error(in: text))
            case .success(let specifier):
                scanner.skipWhitespace()
                guard scanner.isAtEnd else {
                    return .failure(SpecifierProblem.trailing(at: scanner.position).error(in: text))
                }
                return .success(specifier)
            }
        }.get()
    }
}

/// Why a clause cannot be read, and at which byte.
struct SpecifierProblem: Error {
    enum Reason {
        case noOperator
        case noVersion
        case prefixNotAllowed
        case localNotAllowed
        case oneNumber
        case trailing
    }

    var reason: Reason
    var position: Int

    static func trailing(at position: Int) -> SpecifierProblem {
        SpecifierProblem(reason: .trailing, position: position)
    }

    var message: String {
        switch reason {
        case .noOperator: "expected an operator: one of ==, !=, <=, >=, <, >, ~=, ==="
        case .noVersion: "expected a version after the operator"
        case .prefixNotAllowed: "only == and != may end in .*"
        case .localNotAllowed: "only == and != may have a local version (+…)"
        case .oneNumber: "~= needs a release of at least two numbers, such as ~=1.4"
        case .trailing: "expected a comma or the end"
        }
    }

    func error(in text: String) -> PythonPackagingError {
        PythonPackagingError(
            code: .invalidSpecifier, subject: text, message: message,
            advice: "write clauses such as >=1.2,<2 (PEP 440)", column: column(of: position, in: text))
    }
}

/// The 1-based column, in characters, of a byte's offset in a text.
func column(of offset: Int, in text: String) -> Int {
    let utf8 = text.utf8
    guard let index = utf8.index(utf8.startIndex, offsetBy: offset, limitedBy: utf8.endIndex) else {
        return text.unicodeScalars.count + 1
    }
    return text.unicodeScalars.distance(from: text.startIndex, to: index) + 1
}

extension ByteScanner {
    /// Reads a comparison operator.
    @inline(__always)
    mutating func comparison() -> Specifier.Operator? {
        let second = peek(1)
        let found: (Specifier.Operator, Int)
        switch current {
        case UInt8(ascii: ">"): found = second == UInt8(ascii: "=") ? (.greaterOrEqual, 2) : (.greater, 1)
        case UInt8(ascii: "<"): found = second == UInt8(ascii: "=") ? (.lessOrEqual, 2) : (.less, 1)
        case UInt8(ascii: "="):
            guard second == UInt8(ascii: "=") else { return nil }
            found = peek(2) == UInt8(ascii: "=") ? (.arbitrary, 3) : (.equal, 2)
        case UInt8(ascii: "!"):
            guard second == UInt8(ascii: "=") else { return nil }
            found = (.notEqual, 2)
        case UInt8(ascii: "~"):
            guard second == UInt8(ascii: "=") else { return nil }
            found = (.compatible, 2)
        default: return nil
        }
        position += found.1
        return found.0
    }

    /// Reads one clause as far as it goes. A comma is part of what `===` compares, where it does not end the clause.
    mutating func specifier(commaEnds: Bool = true) -> Result<Specifier, SpecifierProblem> {
        guard let comparison = comparison() else {
            return .failure(SpecifierProblem(reason: .noOperator, position: position))
        }
        return specifier(comparison, commaEnds: commaEnds)
    }

    /// Reads what follows the operator of a clause.
    mutating func specifier(
        _ comparison: Specifier.Operator, commaEnds: Bool
    ) -> Result<Specifier, SpecifierProblem> {
        skipWhitespace()
        if comparison == .arbitrary { return .success(arbitrarySpecifier(commaEnds: commaEnds)) }
        if let specifier = plainSpecifier(comparison) { return .success(specifier) }

        let start = position
        var parts = VersionParts()
        guard release(into: &parts) else {
            return .failure(SpecifierProblem(reason: .noVersion, position: position))
        }
        let takesEverything = comparison == .equal || comparison == .notEqual
        if current == UInt8(ascii: "."), peek(1) == UInt8(ascii: "*") {
            guard takesEverything else {
                return .failure(SpecifierProblem(reason: .prefixNotAllowed, position: position))
            }
            position += 2
            return .success(Specifier(comparison, parts.version, isPrefixMatch: true))
        }
        _ = suffixes(into: &parts)
        if current == UInt8(ascii: "+") {
            guard takesEverything else {
                return .failure(SpecifierProblem(reason: .localNotAllowed, position: position))
            }
            guard local(into: &parts) else { return .failure(.trailing(at: position)) }
        }
        let version = parts.version
        guard comparison == .compatible else { return .success(Specifier(comparison, version)) }
        guard parts.count > 1 else { return .failure(SpecifierProblem(reason: .oneNumber, position: start)) }
        let spelling = UnsafeBufferPointer(rebasing: bytes[start..<position])
        return .success(
            Specifier(.compatible, version, detail: CompatibleSpelling.detail(of: spelling, version: version)))
    }

    /// Reads a release of up to four numbers, with or without `.*`, which nearly every clause has; `nil` for the rest.
    @inline(__always)
    private mutating func plainSpecifier(_ comparison: Specifier.Operator) -> Specifier? {
        var stop = position
        while stop < end, isDigit(bytes[stop]) || bytes[stop] == UInt8(ascii: ".") { stop += 1 }
        var isPrefix = false
        if stop < end {
            let byte = bytes[stop]
            if byte == UInt8(ascii: "*") {
                guard stop > position, bytes[stop - 1] == UInt8(ascii: "."),
                    comparison == .equal || comparison == .notEqual
                else { return nil }
                isPrefix = true
                stop -= 1
            } else if isWordByte(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
                || byte == UInt8(ascii: "!")
            {
                return nil
            }
        }
        guard let version = Version(plain: UnsafeBufferPointer(rebasing: bytes[position..<stop])),
            comparison != .compatible || version.releaseCount > 1
        else { return nil }
        position = isPrefix ? stop + 2 : stop
        return Specifier(comparison, version, isPrefixMatch: isPrefix)
    }

    private mutating func arbitrarySpecifier(commaEnds: Bool) -> Specifier {
        let start = position
        while position < end, bytes[position] != UInt8(ascii: ";"), bytes[position] != UInt8(ascii: ")"),
            !commaEnds || bytes[position] != UInt8(ascii: ","),
            whitespaceLength(in: bytes, at: position, end: end) == 0
        {
            position += 1
        }
        let text = text(start..<position)
        return Specifier(.arbitrary, (try? Version(text)) ?? Version(0, 0), detail: .text(text))
    }
}
