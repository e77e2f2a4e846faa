import Recipes
import TestSupport
import Testing

@Suite("TOML")
struct TOMLReaderTests {
    private func read(_ text: String) throws -> SourceNode {
        try TOMLReader.read(SourceText(text, name: "test.toml"))
    }

    @Test("whatever Python's tomllib reads is read alike, and what it refuses is refused")
    func agreesWithTomllib() async throws {
        let scratch = try Scratch("toml")
        var random = SeededGenerator(1)
        var documents = TOMLSamples.all
        for _ in 0..<1500 { documents.append(TOMLSamples.document(&random)) }
        try scratch.write("documents", documents.joined(separator: "\u{0}").utf8)
        try scratch.write("judge.py", TOMLSamples.judge)
        let output = try await Command("python3", ["judge.py"], in: scratch.path).run()
        let verdicts = output.split(separator: "\n", omittingEmptySubsequences: false)
        try #require(verdicts.count > documents.count)
        var accepted = 0
        for (document, verdict) in zip(documents, verdicts) {
            let own = (try? read(document)).map(TOMLSamples.canonical) ?? "refused"
            #expect(own == verdict, "\(document.debugDescription)")
            if verdict != "refused" { accepted += 1 }
        }
        // The samples must not be nearly all of one kind, or agreeing would mean little.
        #expect(accepted > documents.count / 5 && accepted < documents.count * 9 / 10)
    }

    @Test("every mistake has its place", arguments: TOMLSamples.mistakes)
    func mistakes(sample: TOMLSamples.Mistake) throws {
        let error = try #require(throws: RecipesError.self) { try read(sample.text) }
        #expect(error.code == sample.code)
        #expect(error.issues[0].mark == SourceMark(line: sample.line, column: sample.column), "\(error)")
        #expect(error.message.contains(sample.says), "\(error)")
    }

    @Test("columns count characters, not bytes")
    func columns() throws {
        let error = try #require(throws: RecipesError.self) { try read("a = { \"käse\" = 'ü€🧀', b = ? }") }
        #expect(error.issues[0].mark == SourceMark(line: 1, column: 27))
    }

    @Test(
        "hostile documents end in an error, soon",
        arguments: [
            String(repeating: "[", count: 100_000), "a = " + String(repeating: "[", count: 100_000),
            "a = " + String(repeating: "{a=", count: 100_000), String(repeating: "a.", count: 100_000) + "a = 1",
            "[" + String(repeating: "a.", count: 100_000) + "a]", "a = \"" + String(repeating: "x", count: 100_000),
            "a = '''" + String(repeating: "'", count: 100_000), "a = \u{0}", "a = 9223372036854775808",
        ])
    func hostile(text: String) throws {
        #expect(throws: RecipesError.self) { try read(text) }
    }

    @Test("many keys and many tables take time in proportion")
    func manyKeys() throws {
        let keys = (0..<20_000).map { "key-\($0) = \($0)\n" }.joined()
        let tables = (0..<5_000).map { "[[item]]\nname = \"\($0)\"\n" }.joined()
        guard case .mapping(let entries) = try read(keys + tables).content else {
            Issue.record("no table")
            return
        }
        #expect(entries.count == 20_001)
    }

    @Test("bytes that are no UTF-8 are refused with their place")
    func notUTF8() throws {
        let bytes = Array("a = 1\nb = \"".utf8) + [0xC3, 0x28] + Array("\"\n".utf8)
        let error = try #require(throws: RecipesError.self) {
            try TOMLReader.read(SourceText(bytes, name: "test.toml"))
        }
        #expect(error.code == .notText)
        #expect(error.issues[0].mark == SourceMark(line: 2, column: 6))
    }
}
