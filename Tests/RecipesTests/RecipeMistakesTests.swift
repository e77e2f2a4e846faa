import Diagnostics
import PythonPackaging
import Recipes
import Testing

@Suite("Mistakes in recipes")
struct RecipeMistakesTests {
    struct Mistake: Sendable, CustomTestStringConvertible {
        var title: String
        var yaml: String
        var code: RecipesError.Code
        var mark: SourceMark?
        var keyPath: String
        var says: String
        var advises: String?
        var testDescription: String { title }

        init(
            _ title: String, _ yaml: String, _ code: RecipesError.Code, _ line: Int?, _ column: Int = 1,
            at keyPath: String = "", says: String, advises: String? = nil
        ) {
            self.title = title
            self.yaml = yaml
            self.code = code
            mark = line.map { SourceMark(line: $0, column: column) }
            self.keyPath = keyPath
            self.says = says
            self.advises = advises
        }
    }

    /// A recipe of which the lines after the third are the test's.
    private static func recipe(_ rest: String) -> String {
        "name: demo\npython:\n  version: \"3.11\"\n\(rest)"
    }

    static let mistakes: [Mistake] = [
        Mistake(
            "an unknown key has the nearest one named", recipe("  pakages: [numpy]"), .unknownKey, 4, 3, at: "python",
            says: "`pakages` is no key here", advises: "`packages`"),
        Mistake(
            "what others call a key is understood", recipe("  dependencies: [numpy]"), .unknownKey, 4, 3, at: "python",
            says: "`dependencies`", advises: "`packages`"),
        Mistake(
            "a key in the wrong place has the right one named", recipe("packages: [numpy]"), .unknownKey, 4, 1,
            says: "`packages`", advises: "its place is `python.packages` or `python.indexes.packages`"),
        Mistake(
            "a key without a likeness has all keys named", recipe("budget: {zzz: 1}"), .unknownKey, 4, 10,
            at: "budget", says: "`zzz`", advises: "one of `image`, `environment`"),
        Mistake("a missing name", "python: {version: '3.11'}", .missingKey, 1, 1, says: "`name` is missing"),
        Mistake("a missing version", "name: demo\npython: {}", .missingKey, 2, 9, at: "python", says: "`version`"),
        Mistake(
            "a key without a value", "name:\npython: {version: 3.11}", .missingKey, 1, 1, at: "name", says: "no value"),
        Mistake(
            "a list that is text", recipe("  packages: numpy"), .wrongType, 4, 13, at: "python.packages",
            says: "must be a list"),
        Mistake(
            "a mapping that is a list", "name: demo\npython: [3.11]", .wrongType, 2, 9, at: "python",
            says: "must be a mapping"),
        Mistake(
            "text that is a list", "name: [a]\npython: {version: 3.11}", .wrongType, 1, 7, at: "name", says: "is a list"
        ),
        Mistake(
            "a flag that is text", recipe("bytecode: yes"), .wrongType, 4, 11, at: "bytecode", says: "`true` or `false`"
        ),
        Mistake(
            "a number out of its range", recipe("image: {layers: 200}"), .wrongType, 4, 17, at: "image.layers",
            says: "from 2 to 127"),
        Mistake(
            "a word that is none of the choices", recipe("image: {compression: zst}"), .badValue, 4, 22,
            at: "image.compression", says: "none of `gzip`, `zstd`", advises: "`zstd`"),
        Mistake(
            "a malformed requirement, at the column in it", recipe("  packages:\n    - numpy\n    - pandas >> 2"),
            .badValue,
            6, 15, at: "python.packages[1]", says: "`pandas >> 2`: expected a version"),
        Mistake(
            "a malformed requirement in quotes", recipe("  packages: [\"pandas >> 2\"]"), .badValue, 4, 23,
            at: "python.packages[0]", says: "pandas"),
        Mistake(
            "a Python from long ago", "name: a\npython: {version: 2.7}", .badValue, 2, 19, at: "python.version",
            says: "2.7"),
        Mistake(
            "no Python version at all", "name: a\npython: {version: three}", .badValue, 2, 19, at: "python.version",
            says: "three"),
        Mistake("an unknown platform", recipe("platform: sparc"), .badValue, 4, 11, at: "platform", says: "sparc"),
        Mistake(
            "one platform and several", recipe("platform: linux\nplatforms: [linux]"), .conflict, 4, 1,
            says: "cannot both"),
        Mistake("no platform", recipe("platforms: []"), .badValue, 4, 12, says: "no platform"),
        Mistake(
            "a name that images cannot have", "name: Tensor Flow\npython: {version: 3.11}", .badValue, 1, 7, at: "name",
            says: "Tensor Flow"),
        Mistake(
            "a variable's bad name", recipe("environment: {1A: x}"), .badValue, 4, 15, at: "environment.1A",
            says: "is no name of a variable"),
        Mistake(
            "a variable that is a list", recipe("environment: {A: [x]}"), .wrongType, 4, 18, at: "environment.A",
            says: "must be text"),
        Mistake(
            "a size without a meaning", recipe("budget: 5 apples"), .badValue, 4, 9, at: "budget", says: "5 apples"),
        Mistake(
            "a test that says nothing", recipe("tests:\n  - name: x"), .missingKey, 5, 5, at: "tests[0]",
            says: "says nothing to do"),
        Mistake(
            "a test that says two things", recipe("tests:\n  - import: x\n    shell: y"), .conflict, 6, 5,
            at: "tests[0]",
            says: "several things"),
        Mistake(
            "a module that is none", recipe("tests:\n  - import: a-b"), .badValue, 5, 13, at: "tests[0].import",
            says: "a-b"),
        Mistake(
            "an index without a scheme", recipe("  indexes: [{url: wheels.example.org}]"), .badValue, 4, 19,
            at: "python.indexes[0].url", says: "no URL"),
        Mistake(
            "a package pinned to two indexes",
            recipe("  indexes: [{url: \"https://a/\", packages: [x]}, {url: \"https://b/\", packages: [X]}]"),
            .conflict, 4, 3,
            at: "python", says: "`x` is pinned to two indexes"),
        Mistake(
            "hashes for some packages",
            recipe(
                "  packages:\n    - a==1\n    - requirement: b==1\n      hashes: [\"sha256:\(String(repeating: "0", count: 64))\"]"
            ),
            .missingKey, 5, 7, at: "python", says: "`a` has no hashes"),
        Mistake(
            "eggs apart from packages", recipe("eggs: [x.egg]"), .unsupported, 4, 1, at: "eggs",
            says: "`python.packages`"),
        Mistake(
            "a word that is none of those that are meant", recipe("  sdists: allow"), .badValue, 4, 11,
            at: "python.sdists", says: "none of `never`, `listed`, `any`"),
        Mistake(
            "a key that stands twice", recipe("base: a\nbase: b"), .duplicateKey, 4, 1, says: "`base` stands twice"),
        Mistake("a second document", recipe("---\nname: other"), .syntax, 4, 1, says: "second document"),
        Mistake("a tab for indentation", recipe("\tpackages: [x]"), .syntax, 4, 1, says: "not YAML", advises: "spaces"),
        Mistake("a bracket left open", recipe("  packages: [x"), .syntax, 5, 1, says: "not YAML"),
        Mistake("an alias of nothing", recipe("base: *nowhere"), .syntax, 4, 7, says: "undefined alias"),
        Mistake("a tag", recipe("base: !!python/object:os.system x"), .unsupported, 4, 7, says: "tag"),
        Mistake("a key that is a list", recipe("? [a]\n: b"), .wrongType, 4, 3, says: "no text"),
        Mistake("nothing at all", "", .missingKey, nil, says: "holds no recipe"),
        Mistake("only a comment", "# nothing\n", .missingKey, nil, says: "holds no recipe"),
        Mistake("a document that is a text", "tensorflow", .wrongType, 1, 1, says: "must be a mapping"),
        Mistake("a NUL", "name: a\u{0}b", .notText, 1, 8, says: "NUL"),
        Mistake("a control character", "name: a\u{1}b", .notText, 1, 8, says: "control characters"),
    ]

    @Test("each mistake has its place, its keys, and what to do", arguments: mistakes)
    func mistake(sample: Mistake) throws {
        let error = try #require(throws: RecipesError.self) {
            try Recipe(yaml: SourceText(sample.yaml, name: "demo.yaml"))
        }
        #expect(error.issues.count == 1, "\(error)")
        let issue = error.issues[0]
        #expect(issue.code == sample.code, "\(error)")
        #expect(issue.mark == sample.mark, "\(error)")
        #expect(issue.keyPath == sample.keyPath, "\(error)")
        #expect(issue.message.contains(sample.says), "\(error)")
        if let advises = sample.advises { #expect(issue.advice?.contains(advises) == true, "\(error)") }
        let place = sample.mark.map { "demo.yaml:\($0)" } ?? "demo.yaml"
        #expect(error.description.hasPrefix(place))
    }

    @Test("several mistakes are told at once, in the order of their places")
    func several() throws {
        let error = try #require(throws: RecipesError.self) {
            try Recipe(
                yaml: SourceText(
                    """
                    nmae: demo
                    python:
                      version: abc
                      packages: [numpy, "==1", pandas>>3]
                    bytecode: maybe
                    """, name: "demo.yaml"))
        }
        #expect(error.issues.map(\.mark?.line) == [1, 1, 3, 4, 4, 5])
        #expect(error.description.contains("6 mistakes"))
        #expect(error.description.contains("demo.yaml:3:12: python.version: "))
    }

    @Test("UTF-16 and bytes that are no UTF-8 are named as such")
    func encodings() throws {
        for bytes: [UInt8] in [[0xFF, 0xFE, 0x6E, 0x00], Array("name: ".utf8) + [0xE9, 0x0A]] {
            let error = try #require(throws: RecipesError.self) {
                try Recipe(yaml: SourceText(bytes, name: "demo.yaml"))
            }
            #expect(error.code == .notText)
        }
    }

    @Test("a version number keeps its zero, and texts that look like numbers stay as they are")
    func numbersAreText() throws {
        let recipe = try Recipe(
            yaml: SourceText("name: '1'\nversion: 1.10\npython: {version: 3.10}\nbase: 007", name: "demo.yaml"))
        #expect(recipe.python.version.description == "3.10")
        #expect(recipe.version == "1.10")
        #expect(recipe.base == "007")
    }

    @Test("anchors, aliases and merge keys work")
    func aliases() throws {
        let recipe = try Recipe(
            yaml: SourceText(
                """
                name: demo
                python: &python
                  version: "3.11"
                  packages: &packages [numpy, pandas]
                  constraints: *packages
                environment: &common {A: 1, B: 2}
                image:
                  labels: {<<: *common, B: 3, C: 4}
                """, name: "demo.yaml"))
        #expect(recipe.python.constraints.map(\.description) == ["numpy", "pandas"])
        #expect(recipe.image.labels == ["A": "1", "B": "3", "C": "4"])
    }
}
