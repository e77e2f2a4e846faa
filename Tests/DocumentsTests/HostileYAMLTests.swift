import Documents
import Testing

@Suite("Hostile YAML")
struct HostileYAMLTests {
    /// Ten levels of ten aliases each stand for ten thousand million values.
    private static let laughs =
        "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
        + (1...9).map { level in
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ",")
            return "a\(level): &a\(level) [\(aliases)]\n"
        }.joined()

    static let documents: [(title: String, yaml: String)] = [
        ("aliases that explode", laughs),
        ("aliases that explode within a key", laughs + "? *a9\n: x\n"),
        ("aliases that explode within a key in braces", laughs + "b: {*a9 : x}\n"),
        ("aliases that explode within a key in brackets", laughs + "[*a9]: x\n"),
        (
            "a chain of aliases",
            "a0: &a0 [x]\n" + (1..<20_000).map { "a\($0): &a\($0) [*a\($0 - 1)]\n" }.joined()
        ),
        (
            "merge keys that explode",
            "a0: &a0 {x: 1}\n" + (1...20).map { "a\($0): &a\($0) {<<: [*a\($0 - 1), *a\($0 - 1)]}\n" }.joined()
        ),
        ("brackets", String(repeating: "[", count: 500_000)),
        ("braces", String(repeating: "{a: ", count: 200_000)),
        ("dashes", String(repeating: "- ", count: 400_000)),
        ("steps", (0..<1_200).map { String(repeating: " ", count: $0) + "a:\n" }.joined()),
        ("a document of two megabytes", "name: " + String(repeating: "x", count: 2 << 20)),
        ("an alias of what it is in", "a: &a [*a]\n"),
        ("a text without end", "a: \"" + String(repeating: "x\n", count: 300_000)),
        ("question marks", String(repeating: "? ", count: 300_000)),
    ]

    @Test("each ends in an error, within bounds", arguments: documents.indices)
    func hostile(index: Int) {
        let (title, yaml) = Self.documents[index]
        let clock = ContinuousClock()
        let taken = clock.measure {
            #expect(throws: DocumentError.self, "\(title)") {
                try YAMLReader.read(SourceText(yaml, name: "hostile.yaml"))
            }
        }
        #expect(taken < .seconds(20), "\(title) took \(taken)")
    }
}
