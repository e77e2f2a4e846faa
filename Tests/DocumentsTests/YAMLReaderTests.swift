import Documents
import Testing

@Suite("YAML")
struct YAMLReaderTests {
    @Test("scalars keep their text, and nodes know where they stand")
    func places() throws {
        let root = try #require(try YAMLReader.read(SourceText("a: 3.10\nb:\n  - 'x'\n  - |\n    y\n", name: "d.yaml")))
        guard case .mapping(let entries) = root.content else {
            Issue.record("is \(root.kind)")
            return
        }
        #expect(entries.map(\.key) == ["a", "b"])
        #expect(entries.map(\.keyMark) == [SourceMark(line: 1, column: 1), SourceMark(line: 2, column: 1)])
        #expect(entries[0].value == SourceNode(.scalar("3.10", .plain)))
        #expect(entries[1].value == .sequence([.text("x"), SourceNode(.scalar("y\n", .block))]))
        guard case .sequence(let items) = entries[1].value.content else { return }
        #expect(items.map(\.mark) == [SourceMark(line: 3, column: 5), SourceMark(line: 4, column: 5)])
    }

    @Test("merge keys add what a mapping has not itself")
    func merging() throws {
        let text = "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\n"
        let root = try #require(try YAMLReader.read(SourceText(text, name: "d.yaml")))
        guard case .mapping(let entries) = root.content else { return }
        let plain = { (text: String) in SourceNode(.scalar(text, .plain)) }
        #expect(entries[1].value == .mapping([.init("y", plain("3")), .init("x", plain("1"))]))
    }

    @Test("a document that holds nothing is none")
    func nothing() throws {
        #expect(try YAMLReader.read(SourceText("# only a comment\n", name: "d.yaml")) == nil)
    }
}
