import Recipes
import TestSupport
import Testing

@Suite("Broken texts")
struct BrokenTextTests {
    private static let recipe = """
        name: demo
        python: &p
          version: 3.11
          packages: [numpy, "pandas[x]>=2 ; python_version < '4'", {requirement: a==1, hashes: []}]
          indexes: [{url: "https://a/", packages: [b]}]
        platform: linux-x86_64-glibc2.36
        environment: {A: 1, <<: {B: 2}}
        budget: 18446744.9 TB
        tests:
          - import: [a.b]
          - python: |
              print("*x")
        """

    private static let requirements = """
        # comment
        --index-url https://a/simple --pre
        numpy>=1 \\
          --hash=sha256:00 # x
        ./x-1-py3-none-any.whl[a] ; python_version < '4'
        -r more.txt
        x @ https://a/x-1-py3-none-any.whl
        """

    private static let project = """
        [project]
        name = "x"
        requires-python = ">=3.9"
        dependencies = ["numpy"]
        [project.optional-dependencies]
        a = ["x[b]"]
        b = ["x[a]", 'c ; python_version < "4"']
        [dependency-groups]
        g = [{include-group = "g"}, "y"]
        [tool.chidori.python]
        version = "3.11"
        """

    /// The text with a few bytes taken out, put in, doubled or swapped.
    private func broken(_ text: String, _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = Array(text.utf8)
        let hostile: [UInt8] = Array("[]{}:,&*!|>'\"%@`#?-\n\t \\=.;<>0a".utf8) + [0, 0x80, 0xC3, 0xFF]
        for _ in 0...random.below(6) where !bytes.isEmpty {
            let place = random.below(bytes.count)
            switch random.below(4) {
            case 0: bytes.remove(at: place)
            case 1: bytes.insert(random.pick(hostile), at: place)
            case 2: bytes[place] = random.pick(hostile)
            default:
                let end = min(bytes.count, place + random.below(40))
                bytes.insert(contentsOf: bytes[place..<end], at: random.below(bytes.count))
            }
        }
        return bytes
    }

    @Test("whatever a text holds, reading it gives a value or an error with a place in its file", arguments: 0..<20)
    func neverTraps(seed: Int) throws {
        var random = SeededGenerator(UInt64(seed))
        var outcomes = (read: 0, refused: 0)
        func attempt(_ body: () throws -> Void) throws {
            do {
                try body()
                outcomes.read += 1
            } catch let error as RecipesError {
                #expect(!error.issues.isEmpty && error.issues.allSatisfy { $0.file == "broken" })
                outcomes.refused += 1
            }
        }
        for _ in 0..<40 {
            let recipe = SourceText(broken(Self.recipe, &random), name: "broken")
            try attempt { _ = try Recipe(yaml: recipe).digest }
            let lock = SourceText(broken(Sample.text, &random), name: "broken")
            try attempt { _ = try Lock(toml: lock).toml }
            let requirements = SourceText(broken(Self.requirements, &random), name: "broken")
            try attempt { _ = try RequirementsFile(requirements, load: { _ in SourceText("", name: "broken/more") }) }
            let project = SourceText(broken(Self.project, &random), name: "broken")
            try attempt {
                let file = try ProjectFile(toml: project)
                _ = try file.recipe(extras: file.optionalDependencies.keys.sorted(), groups: file.groupNames)
            }
        }
        #expect(outcomes.refused > 20)
    }
}
