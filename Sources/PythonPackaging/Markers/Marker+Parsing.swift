extension Marker {
    /// Parses a marker as `packaging` does, names of variables from before PEP 508 included (`os.name`).
    ///
    /// - Throws: `PythonPackagingError.Code.invalidMarker` with the column where the trouble starts.
    public init(_ text: String) throws(PythonPackagingError) {
        self = try withBytes(of: text) { bytes -> Result<Marker, PythonPackagingError> in
            var parser = MarkerParser(ByteScanner(bytes))
            do throws(SyntaxProblem) {
                let expression = try parser.marker()
                guard parser.scanner.isAtLineEnd else {
                    throw SyntaxProblem("expected 'and', 'or' or the end", at: parser.scanner.position)
                }
                return .success(Marker(expression))
            } catch {
                return .failure(error.error(.invalidMarker, in: text))
            }
        }.get()
    }
}

/// What a parser expected and did not find, and at which byte.
struct SyntaxProblem: Error {
    var message: String
    var position: Int

    init(_ message: String, at position: Int) {
        self.message = message
        self.position = position
    }

    func error(_ code: PythonPackagingError.Code, in text: String) -> PythonPackagingError {
        PythonPackagingError(
            code: code, subject: text, message: message,
            advice: #"requirements look like name[extra] >=1.2,<2 ; python_version >= "3.9" (PEP 508)"#,
            column: column(of: position, in: text))
    }
}

extension ByteScanner {
    /// Whether the text ends here, a last line break not counted.
    var isAtLineEnd: Bool { isAtEnd || (position == end - 1 && current == 0x0A) }
}

/// Reads markers, by recursive descent.
struct MarkerParser {
    /// Deeper nesting than any marker of a person's is refused before it exhausts the stack.
    static let deepest = 200

    var scanner: ByteScanner
    private var depth = 0

    init(_ scanner: ByteScanner) { self.scanner = scanner }

    /// Comparisons joined by `and` and `or`, of which `and` binds tighter.
    mutating func marker() throws(SyntaxProblem) -> Marker.Expression {
        let first = try atom()
        var alternatives: [Marker.Expression] = []
        var conjuncts = [Marker.Expression]()
        var last = first
        while true {
            if takeWord("and") {
                conjuncts.append(last)
                last = try atom()
            } else if takeWord("or") {
                alternatives.append(close(&conjuncts, last))
                last = try atom()
            } else {
                let end = close(&conjuncts, last)
                if alternatives.isEmpty { return end }
                return .disjunction(alternatives + [end])
            }
        }
    }

    private func close(_ conjuncts: inout [Marker.Expression], _ last: Marker.Expression) -> Marker.Expression {
        if conjuncts.isEmpty { return last }
        defer { conjuncts = [] }
        return .conjunction(conjuncts + [last])
    }

    private mutating func atom() throws(SyntaxProblem) -> Marker.Expression {
        scanner.skipBlanks()
        let result: Marker.Expression
        if scanner.take(UInt8(ascii: "(")) {
            depth += 1
            guard depth <= MarkerParser.deepest else {
                throw SyntaxProblem("is nested too deeply", at: scanner.position)
            }
            result = try marker()
            scanner.skipBlanks()
            guard scanner.take(UInt8(ascii: ")")) else {
                throw SyntaxProblem("expected ')'", at: scanner.position)
            }
            depth -= 1
        } else {
            result = .comparison(try comparison())
        }
        scanner.skipBlanks()
        return result
    }

    private mutating func comparison() throws(SyntaxProblem) -> MarkerComparison {
        let left = try operand()
        scanner.skipBlanks()
        let `operator` = try markerOperator()
        scanner.skipBlanks()
        return MarkerComparison(left, `operator`, try operand())
    }

    private mutating func markerOperator() throws(SyntaxProblem) -> MarkerOperator {
        if takeWord("in") { return .contained }
        if takeWord("not") {
            let start = scanner.position
            scanner.skipBlanks()
            guard scanner.position > start, takeWord("in") else {
                throw SyntaxProblem("expected 'in' after 'not'", at: scanner.position)
            }
            return .notContained
        }
        if let comparison = scanner.comparison() { return .comparison(comparison) }
        throw SyntaxProblem("expected an operator: ==, !=, <=, >=, <, >, ~=, ===, in, not in", at: scanner.position)
    }

    private mutating func operand() throws(SyntaxProblem) -> MarkerComparison.Operand {
        let quote = scanner.current
        if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") { return .value(try quoted(quote)) }
        if let variable = variable() { return .variable(variable) }
        throw SyntaxProblem("expected a variable such as python_version, or a quoted string", at: scanner.position)
    }

    private mutating func quoted(_ quote: UInt8) throws(SyntaxProblem) -> String {
        let start = scanner.position + 1
        var index = start
        var isPlain = true
        while index < scanner.end, scanner.bytes[index] != quote {
            let byte = scanner.bytes[index]
            if byte == UInt8(ascii: "\\") || byte == 0x0A || byte == 0x0D || byte == 0 { isPlain = false }
            index += 1
        }
        guard index < scanner.end else { throw SyntaxProblem("has a string without an end", at: scanner.position) }
        let text = scanner.text(start..<index)
        guard isPlain else {
            guard let value = PythonLiteral.unescaped(text) else {
                throw SyntaxProblem("has a string that Python could not read", at: scanner.position)
            }
            scanner.position = index + 1
            return value
        }
        scanner.position = index + 1
        return text
    }

    /// Steps over a word that ends here.
    private mutating func takeWord(_ word: StaticString) -> Bool {
        guard scanner.matchesExactly(word), !isWordByte(scanner.peek(word.utf8CodeUnitCount)) else { return false }
        if scanner.position > 0, isWordByte(scanner.bytes[scanner.position - 1]) { return false }
        scanner.position += word.utf8CodeUnitCount
        return true
    }

    /// Reads the name of a variable, those from before PEP 508 among them.
    private mutating func variable() -> MarkerVariable? {
        var end = scanner.position
        while end < scanner.end, isWordByte(scanner.bytes[end]) || scanner.bytes[end] == UInt8(ascii: ".") { end += 1 }
        // The name ends where a word does: `os.name.` is `os.name` and a stray dot.
        while end > scanner.position {
            if let variable = MarkerVariable(name: scanner.bytes[scanner.position..<end]) {
                scanner.position = end
                return variable
            }
            repeat { end -= 1 } while end > scanner.position && scanner.bytes[end] != UInt8(ascii: ".")
        }
        return nil
    }
}
