/// Reads a TOML 1.0 document into nodes with their places, within bounds of time and memory whatever the text.
///
/// Scalars keep the text they were written with (`0x1F`, `1_000`, `1979-05-27T07:32:00Z`), checked to be well-formed;
/// strings hold their value.
public enum TOMLReader {
    /// The most bytes of a document.
    public static let sizeLimit = 32 << 20
    /// How deep tables and arrays may nest.
    public static let depthLimit = 64

    /// - Returns: the root table.
    /// - Throws: the first mistake.
    public static func read(_ source: SourceText) throws(RecipesError) -> SourceNode {
        let bytes = try source.validated(limit: sizeLimit)
        let result = bytes.withUnsafeBufferPointer { buffer -> Result<SourceNode, TOMLProblem> in
            var parser = TOMLParser(TOMLScanner(buffer))
            do throws(TOMLProblem) {
                return .success(try parser.document())
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let root): return root
        case .failure(let problem):
            throw RecipesError(
                problem.code, in: source.name, at: problem.mark, message: problem.message, advice: problem.advice)
        }
    }
}

/// What is wrong with a TOML text, and where.
struct TOMLProblem: Error {
    var code: RecipesError.Code = .syntax
    var message: String
    var mark: SourceMark
    var advice: String?
}

/// Reads statements: table headers and key-value pairs.
struct TOMLParser {
    var scanner: TOMLScanner
    private let root = TOMLTable(.header)
    private var current: TOMLTable
    /// Counts headers: dotted keys may only add to tables that dotted keys of the same section made.
    private var section = 0

    init(_ scanner: TOMLScanner) {
        self.scanner = scanner
        current = root
    }

    mutating func document() throws(TOMLProblem) -> SourceNode {
        while true {
            try scanner.skipBlanksAndComments()
            guard !scanner.isAtEnd else { break }
            if scanner.current == UInt8(ascii: "[") {
                try header()
            } else {
                try scanner.pair(into: current, section: section, depth: 0)
            }
            try scanner.endLine()
        }
        return root.node
    }

    private mutating func header() throws(TOMLProblem) {
        let mark = scanner.mark
        scanner.advance()
        let isArray = scanner.current == UInt8(ascii: "[") && !scanner.isAtEnd
        if isArray { scanner.advance() }
        let path = try scanner.keyPath()
        try scanner.expect(UInt8(ascii: "]"), "`]` after the table's name")
        if isArray { try scanner.expect(UInt8(ascii: "]"), "`]]` after the table's name") }
        section += 1

        var table = root
        for key in path.dropLast() {
            switch table[key.text] {
            case nil:
                let next = TOMLTable(.implied, mark: mark)
                table.append(key, .table(next))
                table = next
            case .table(let next)? where next.origin != .inline: table = next
            case .tables(let tables)?: table = tables.last
            default: throw taken(key, "is no table that can have tables in it")
            }
        }
        guard let key = path.last else { return }
        let next = TOMLTable(.header, mark: mark)
        switch (isArray, table[key.text]) {
        case (false, nil): table.append(key, .table(next))
        case (false, .table(let implied)?) where implied.origin == .implied:
            implied.origin = .header
            implied.mark = mark
            current = implied
            return
        case (true, nil): table.append(key, .tables(TOMLTables(next)))
        case (true, .tables(let tables)?): tables.append(next)
        default:
            throw taken(key, isArray ? "is no array of tables, and stands already" : "stands already")
        }
        current = next
    }

    private func taken(_ key: TOMLKey, _ message: String) -> TOMLProblem {
        TOMLProblem(code: .duplicateKey, message: "`\(key.text)` \(message)", mark: key.mark)
    }
}
