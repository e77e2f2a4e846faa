import Documents
import JSONDocument
import Testing

@Suite("JSON as a document")
struct JSONReaderTests {
    @Test("a JSON value is the same after it was a node")
    func roundTrip() throws {
        let json: JSON = [
            "text": "a\nb", "empty": "", "word": "true", "digits": "1", "nothing": nil, "yes": true, "no": false,
            "whole": -3, "float": .number(0.1), "tiny": .number(1e-7), "even": .number(2), "list": [1, ["x"], [:]],
        ]
        #expect(JSON(SourceNode(json)) == json)
    }

    @Test("numbers that JSON does not have are text")
    func noNumbers() {
        for text in ["nan", "inf", "0x1p3", "1_000.0"] {
            #expect(JSON(SourceNode(.scalar(text, .float))) == .string(text))
        }
    }

    @Test(
        "what is no JSON is told with its place",
        arguments: [
            ("{\"a\": 1,\n \"b\": }", SourceMark(line: 2, column: 7), "is no JSON"),
            ("{\"a\": 1", SourceMark(line: 1, column: 8), "lacks a closing brace"),
            ("{\"a\": 1, \"a\": 2}", SourceMark(line: 1, column: 14), "twice"),
            ("", SourceMark(line: 1, column: 1), "ends early"),
        ])
    func mistakes(text: String, mark: SourceMark, says: String) throws {
        let error = try #require(throws: DocumentError.self) {
            try JSONReader.read(SourceText(text, name: "the request's body"))
        }
        #expect(error.code == .syntax)
        #expect(error.issues[0].mark == mark, "\(error)")
        #expect(error.message.contains(says), "\(error)")
    }

    @Test("more bytes than are taken are refused before they are looked at")
    func limit() throws {
        let error = try #require(throws: DocumentError.self) {
            try JSONReader.read(SourceText("[1, 2, 3]", name: "body"), limit: 8)
        }
        #expect(error.code == .tooLarge)
    }
}
