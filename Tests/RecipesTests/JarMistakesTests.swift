import Recipes
import Testing

@Suite("Mistakes in a recipe's jars")
struct JarMistakesTests {
    /// The one mistake of a recipe whose `jars` are these lines, from the recipe's fourth on.
    private func mistake(_ jars: String) throws -> RecipesError.Issue {
        let error = try #require(throws: RecipesError.self) { try read(jars) }
        #expect(error.issues.count == 1, "\(error)")
        return error.issues[0]
    }

    @discardableResult
    private func read(_ jars: String) throws -> Recipe {
        try Recipe(yaml: SourceText("name: demo\npython:\n  version: \"3.11\"\n\(jars)\n", name: "demo.yaml"))
    }

    @Test(
        "a module that is asked for twice is told at the second place, with the first",
        arguments: [
            ("g:a:1", "g:a:2"), ("g:a:1", "g:a:[1,2)"), ("g:a:1", "g:a:1"), ("g::a:1", "g:a_2.13:2"),
            ("g:a:test-jar:1", "g:a:jar:tests:2"),
        ])
    func twice(first: String, second: String) throws {
        for (head, path) in [("jars:", "jars[1]"), ("jars:\n  packages:", "jars.packages[1]")] {
            let issue = try mistake("\(head)\n    - '\(first)'\n    - '\(second)'")
            #expect(issue.code == .conflict && issue.keyPath == path)
            let line = head == "jars:" ? 6 : 7
            #expect(issue.mark == SourceMark(line: line, column: 7))
            let words = issue.message.split(separator: "`").map(String.init)
            #expect(words.count == 4 && words[1] == " names what ", "\(issue.message)")
            #expect(issue.message.contains("(line \(line - 1))"), "\(issue.message)")
            #expect(issue.advice == "keep one")
        }
        let constraints = "jars:\n  packages: ['h:b:1']\n  constraints: ['\(first)', '\(second)']"
        #expect(try mistake(constraints).keyPath == "jars.constraints[1]")
    }

    @Test("one module's files of other types and classifiers are other things")
    func others() throws {
        try read("jars: ['g:a:1', 'g:a:test-jar:1', 'g:a:jar:linux:1', 'g:b:1', 'h:a:1', 'g:a_2.12:1', 'g:a_2.13:1']")
        try read("jars: {packages: ['g:a:1'], constraints: ['g:a:2']}")
    }

    @Test("a version that nobody says is told, unless a constraint or a BOM may say it")
    func versions() throws {
        for jars in [
            "jars: ['org.apache.commons:commons-lang3']", "jars: {packages: [org.apache.commons:commons-lang3]}",
        ] {
            let issue = try mistake(jars)
            #expect(issue.mark?.line == 4 && issue.message.contains("says no version"))
            #expect(issue.advice?.contains("group:artifact:version") == true)
        }
        try read("jars: {packages: ['g:a'], constraints: ['g:a:1']}")
        try read("jars: {packages: ['g::a'], constraints: ['g:a_2.13:1']}")
        try read("jars: {packages: ['g:a'], boms: ['g:bom:1']}")
        for key in ["constraints", "boms"] {
            let issue = try mistake("jars: {packages: ['g:b:1'], \(key): ['g:a']}")
            #expect(issue.message == "`g:a` says no version" && issue.keyPath == "jars.\(key)[0]")
        }
    }

    @Test("a version where the artifact should be is told", arguments: ["commons-lang3:3.12.0", "a:[1,2)", "a:7"])
    func groups(text: String) throws {
        let issue = try mistake("jars: ['\(text)']")
        #expect(issue.message.contains("has no group") && issue.mark == SourceMark(line: 4, column: 8))
        #expect(issue.advice?.contains("group:artifact:version") == true)
    }

    @Test("an exclusion has a group and an artifact", arguments: ["baz", "a:b:c", ":b", "a b:c"])
    func exclusions(text: String) throws {
        let issue = try mistake("jars:\n  - jar: g:a:1\n    exclude: ['\(text)']")
        #expect(issue.mark == SourceMark(line: 6, column: 15) && issue.keyPath == "jars[0].exclude[0]")
        #expect(issue.advice?.contains(text == "baz" ? "*:baz" : "group:artifact") == true, "\(issue)")
    }

    @Test("Maven's own repository can be left out, which a lock says as the recipe does")
    func defaultRepository() throws {
        let recipe = try read("jars: {packages: ['g:a:1'], default-repository: false}")
        #expect(!recipe.jars.usesDefaultRepository)
        let other = try read("jars: ['g:a:1']")
        #expect(other.jars.usesDefaultRepository)
        let lock = Lock(answering: recipe, with: [])
        #expect(lock.toml.contains("default-repository = false"))
        let again = try Lock(toml: SourceText(lock.toml, name: "demo.lock.toml"))
        #expect(again.recipe?.jars == recipe.jars && !again.matches(other) && again.matches(recipe))
    }
}
