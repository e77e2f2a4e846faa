import Diagnostics
import Foundation
import PythonPackaging
import Recipes
import TestSupport
import Testing

@Suite("What the repository holds")
struct RepositoryTests {
    private func text(_ path: String) throws -> SourceText {
        let url = URL(fileURLWithPath: "\(Peer.repository)/\(path)")
        return SourceText(try Data(contentsOf: url), name: path)
    }

    @Test("the JSON Schema in docs/reference is the one that the program prints")
    func schema() throws {
        let committed = try text("docs/reference/recipe.schema.json")
        #expect(String(decoding: committed.bytes, as: UTF8.self) == Recipe.jsonSchema)
    }

    @Test("every key of a recipe is explained in docs/reference/recipe.md")
    func reference() throws {
        let page = String(decoding: try text("docs/reference/recipe.md").bytes, as: UTF8.self)
        for name in Recipe.keyNames where !page.contains("`\(name)`") {
            Issue.record("`\(name)` is not explained")
        }
    }

    @Test("every exit status is explained in docs/reference/exit-codes.md")
    func exitCodes() throws {
        let page = String(decoding: try text("docs/reference/exit-codes.md").bytes, as: UTF8.self)
        for category in DiagnosticCategory.allCases where !page.contains("| \(category.rawValue) |") {
            Issue.record("\(category) is not explained")
        }
    }

    @Test(
        "every ready recipe can be read, has tests, and is named after its file",
        arguments: ["tensorflow", "pytorch", "scikit-learn", "xgboost", "pandas", "mlflow", "jupyter"])
    func recipes(name: String) throws {
        let recipe = try Recipe(yaml: text("recipes/\(name).yaml"))
        #expect(recipe.name == name)
        #expect(recipe.description != nil)
        #expect(!recipe.tests.isEmpty)
        #expect(recipe.base == "debian12-python3.11")
        #expect(recipe.python.version == PythonVersion(3, 11))
    }

    @Test("a ready recipe's lock, where there is one, answers it")
    func locks() throws {
        let folder = "\(Peer.repository)/recipes"
        for file in try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        where file.hasSuffix(".lock.toml") {
            let lock = try Lock(toml: text("recipes/\(file)"))
            let recipe = try Recipe(yaml: text("recipes/\(file.dropLast(".lock.toml".count)).yaml"))
            #expect(lock.changes(against: recipe).isEmpty, "\(file)")
            #expect(lock.toml == String(decoding: try text("recipes/\(file)").bytes, as: UTF8.self), "\(file)")
            for platform in recipe.platforms {
                #expect(throws: Never.self, "\(file)") { try lock.selection(for: platform, file: file) }
            }
        }
    }
}
