import Documents
import Testing

@Suite("A command line")
struct ShellWordsTests {
    /// What `sh -c 'printf "%s\n" "$@"'` makes of them where nothing is expanded.
    @Test(
        "is cut as a shell would",
        arguments: [
            ("", []), ("  a\t b\n", ["a", "b"]), ("'a b'c", ["a bc"]), (#""a \n \" \\ 'x'""#, [#"a \n " \ 'x'"#]),
            (#"a\ b \'"#, ["a b", "'"]), ("'' \"\"", ["", ""]), ("a\\\nb", ["ab"]),
            ("a | b; $c", ["a", "|", "b;", "$c"]),
            ("é'ü ö'", ["éü ö"]),
        ] as [(String, [String])])
    func split(line: String, words: [String]) throws {
        #expect(try ShellWords.split(line) == words)
    }

    @Test("that is not finished is refused", arguments: ["'a", "\"a", "a\\", "\"a\\\""])
    func unfinished(line: String) {
        #expect(throws: BadText.self) { try ShellWords.split(line) }
    }
}
