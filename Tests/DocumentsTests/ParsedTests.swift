import Diagnostics
import Documents
import Testing

@Suite("Values that have a text form")
struct ParsedTests {
    private struct Odd: Diagnostic, Located {
        var category: DiagnosticCategory { .badInput }
        var subject: String { "odd" }
        var message: String
        var advice: String? { "make it even" }
        var column: Int?
    }

    private func issue(_ error: any Error, _ yaml: String) throws -> DocumentError.Issue {
        let codec = Codec<String>.parsed("a number") { _ in
            throw error
        } print: {
            $0
        }
        let node = try #require(try YAMLReader.read(SourceText(yaml, name: "d.yaml")))
        var reading = Reading(file: "d.yaml")
        #expect(codec.read(node, &reading) == nil)
        return try #require(reading.error).issues[0]
    }

    @Test("an error that knows its column is told there, quotes counted")
    func columns() throws {
        let odd = Odd(message: "expected an even number", column: 3)
        let plain = try issue(odd, "  abcd")
        #expect(plain.mark == SourceMark(line: 1, column: 5))
        #expect(plain.message == "`abcd`: expected an even number")
        #expect(plain.advice == "make it even")
        #expect(try issue(odd, "'abcd'").mark == SourceMark(line: 1, column: 4))
        #expect(try issue(odd, "|\n  abcd").mark == SourceMark(line: 1, column: 1))
        #expect(try issue(Odd(message: "is odd"), "  abcd").mark == SourceMark(line: 1, column: 3))
    }

    @Test("an error of no kind is told with what was meant")
    func others() throws {
        #expect(try issue(BadText(message: "is odd", advice: "no"), "abcd").message == "`abcd` is odd")
        #expect(try issue(CancellationError(), "abcd").message.hasPrefix("`abcd` is not a number: "))
    }
}
