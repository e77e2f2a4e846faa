import Foundation
import SystemPackage
import TestSupport
import Testing

/// The schema that editors take recipes by, judged by a validator of others'.
@Suite("The recipes' JSON Schema")
struct RecipeSchemaTests {
    /// What a validator finds wrong with each recipe, a line a fault: where it is, and which rule of the schema it breaks.
    private func faults(_ recipes: [FilePath]) async throws -> [String] {
        let script = """
            import json, sys, jsonschema, yaml
            schema = json.load(open(sys.argv[1]))
            jsonschema.Draft7Validator.check_schema(schema)
            validator = jsonschema.Draft7Validator(schema)
            for path in sys.argv[2:]:
                for error in validator.iter_errors(yaml.safe_load(open(path))):
                    print("/".join(map(str, error.absolute_path)), error.validator)
            """
        let schema = Peer.repository.appending("docs/reference/recipe.schema.json").string
        // Debian's own Python has Debian's packages, whatever else is on the path.
        let said = try await Command("/usr/bin/python3", ["-c", script, schema] + recipes.map(\.string)).run()
        return said.split(separator: "\n").map(String.init)
    }

    @Test("every ready recipe is valid")
    func ready() async throws {
        let folder = Peer.repository.appending("recipes")
        let recipes = try FileManager.default.contentsOfDirectory(atPath: folder.string)
            .filter { $0.hasSuffix(".yaml") }.map { folder.appending($0) }
        #expect(recipes.count == 12)
        #expect(try await faults(recipes) == [])
    }

    @Test(
        "a recipe is invalid that the program refuses as well",
        arguments: [
            ("budgets: 120 MB", " additionalProperties"),
            ("python:\n  pakages: [pandas]", "python additionalProperties"),
            ("name: [pandas]", "name type"), ("bytecode: often", "bytecode type"),
        ])
    func refused(change: (line: String, fault: String)) async throws {
        let key = change.line.prefix { $0 != ":" }
        let good = ["name: pandas", "python:\n  packages: [pandas]"]
        let lines = good.filter { !$0.hasPrefix(key + ":") } + [change.line]
        let scratch = try Scratch("schema")
        let recipe = try scratch.write("pandas.yaml", lines.joined(separator: "\n") + "\n")
        #expect(try await faults([recipe]).contains(change.fault))
        let user = try FreshUser()
        try await user.refuse(["env", "lock", recipe.string], status: 3, naming: ["pandas.yaml"])
    }
}
