extension Requirement {
    /// Parses a requirement as `packaging` does: versions with and without parentheses, URLs, markers.
    ///
    /// - Throws: `PythonPackagingError.Code.invalidRequirement` with the column where the trouble starts.
    public init(_ text: String) throws(PythonPackagingError) {
        self = try withBytes(of: text) { bytes in
            Requirement.parse(bytes).mapError { $0.error(.invalidRequirement, in: text) }
        }.get()
    }

    /// Parses a requirement from UTF-8; `nil` if it is none.
    public init?(utf8 bytes: UnsafeBufferPointer<UInt8>) {
        guard case .success(let requirement) = Requirement.parse(bytes) else { return nil }
        self = requirement
    }

    static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> Result<Requirement, SyntaxProblem> {
        var parser = RequirementParser(scanner: ByteScanner(bytes))
        do throws(SyntaxProblem) {
            return .success(try parser.requirement())
        } catch {
            return .failure(error)
        }
    }
}

/// Reads requirements, by recursive descent.
private struct RequirementParser {
    var scanner: ByteScanner

    mutating func requirement() throws(SyntaxProblem) -> Requirement {
        scanner.skipBlanks()
        let name = PackageName(try identifier("a project's name"))
        scanner.skipBlanks()
        let extras = try extras()
        scanner.skipBlanks()
        if scanner.take(UInt8(ascii: "@")) { return try direct(name, extras) }
        let specifiers = try specifiers()
        scanner.skipBlanks()
        let expected = specifiers.isEmpty ? "a version specifier, ';' or the end" : "',', ';' or the end"
        return Requirement(
            name: name, extras: extras, specifiers: specifiers, marker: try marker(expected))
    }

    /// What follows `name @`.
    private mutating func direct(_ name: PackageName, _ extras: [ExtraName]) throws(SyntaxProblem) -> Requirement {
        scanner.skipBlanks()
        let start = scanner.position
        while !scanner.isAtEnd, scanner.current != 0x20, scanner.current != 0x09 { scanner.position += 1 }
        guard scanner.position > start else { throw SyntaxProblem("expected a URL after '@'", at: start) }
        let url = scanner.text(start..<scanner.position)
        scanner.skipBlanks()
        return Requirement(
            name: name, extras: extras, url: url, marker: try marker("';' (after the URL and a space) or the end"))
    }

    /// Reads a name as far as it goes. `packaging` takes an underscore for a last letter.
    private mutating func identifier(_ what: String) throws(SyntaxProblem) -> NormalizedText {
        let start = scanner.position
        guard isAlphanumeric(scanner.current) else { throw SyntaxProblem("expected \(what)", at: start) }
        while isNameByte(scanner.current) { scanner.position += 1 }
        let last = scanner.bytes[scanner.position - 1]
        guard isWordByte(last), scanner.current < 0x80 else {
            throw SyntaxProblem("expected \(what) that ends in a letter or digit", at: start)
        }
        return NormalizedText(normalizing: UnsafeBufferPointer(rebasing: scanner.bytes[start..<scanner.position]))
    }

    private mutating func extras() throws(SyntaxProblem) -> [ExtraName] {
        guard scanner.take(UInt8(ascii: "[")) else { return [] }
        scanner.skipBlanks()
        if scanner.take(UInt8(ascii: "]")) { return [] }
        var extras: [ExtraName] = []
        while true {
            extras.append(ExtraName(try identifier("the name of an extra")))
            scanner.skipBlanks()
            if scanner.take(UInt8(ascii: "]")) { return extras }
            guard scanner.take(UInt8(ascii: ",")) else {
                throw SyntaxProblem("expected ',' or ']' after the extra", at: scanner.position)
            }
            scanner.skipBlanks()
        }
    }

    private mutating func specifiers() throws(SyntaxProblem) -> SpecifierSet {
        let isEnclosed = scanner.take(UInt8(ascii: "("))
        scanner.skipBlanks()
        var specifiers: [Specifier] = []
        while scanner.startsSpecifier {
            switch scanner.specifier() {
            case .success(let specifier): specifiers.append(specifier)
            case .failure(let problem): throw SyntaxProblem(problem.message, at: problem.position)
            }
            scanner.skipBlanks()
            guard scanner.take(UInt8(ascii: ",")) else { break }
            scanner.skipBlanks()
        }
        if isEnclosed {
            scanner.skipBlanks()
            guard scanner.take(UInt8(ascii: ")")) else {
                throw SyntaxProblem("expected ',' or ')'", at: scanner.position)
            }
        }
        return SpecifierSet(specifiers)
    }

    /// The marker, if there is one, and the end.
    private mutating func marker(_ expected: String) throws(SyntaxProblem) -> Marker? {
        if scanner.isAtLineEnd { return nil }
        guard scanner.take(UInt8(ascii: ";")) else { throw SyntaxProblem("expected \(expected)", at: scanner.position) }
        var parser = MarkerParser(scanner)
        let expression = try parser.marker()
        scanner = parser.scanner
        guard scanner.isAtLineEnd else {
            throw SyntaxProblem("expected 'and', 'or' or the end", at: scanner.position)
        }
        return Marker(expression)
    }
}

extension ByteScanner {
    /// Whether an operator of a specifier comes next.
    fileprivate var startsSpecifier: Bool {
        switch current {
        case UInt8(ascii: "<"), UInt8(ascii: ">"): true
        case UInt8(ascii: "="), UInt8(ascii: "!"), UInt8(ascii: "~"): peek(1) == UInt8(ascii: "=")
        default: false
        }
    }
}
