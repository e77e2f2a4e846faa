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

    static let ready =
        ["tensorflow", "pytorch", "scikit-learn", "xgboost", "pandas", "mlflow", "jupyter"] + spark
    /// On the base with Java.
    static let spark = ["spark-4.0", "spark-3.5", "tensorflow-on-spark"]
    /// Whose jars come from the Maven repository of whoever locks them: their locks would name nothing that was tried.
    static let templates = ["spark-kafka", "spark-delta"]

    @Test("every recipe can be read, has tests, and is named after its file", arguments: ready + templates)
    func recipes(name: String) throws {
        let recipe = try Recipe(yaml: text("recipes/\(name).yaml"))
        #expect(recipe.name == name)
        #expect(recipe.description != nil)
        #expect(!recipe.tests.isEmpty)
        let needsJava = Self.spark.contains(name) || Self.templates.contains(name)
        #expect(recipe.base == (needsJava ? "debian12-python3.11-java17" : "debian12-python3.11"))
        #expect(recipe.python.version == PythonVersion(3, 11))
    }

    @Test("the Kafka recipe's connector and its PySpark are of one release, that of the ready recipe's lock")
    func connector() throws {
        let recipe = try Recipe(yaml: text("recipes/spark-kafka.yaml"))
        let pinned = recipe.python.packages.map(\.requirement.description)
        let jar = try #require(recipe.jars.packages.first.map { "\($0.requirement)" })
        let version = try #require(jar.split(separator: ":").last.map(String.init))
        #expect(jar.hasPrefix("org.apache.spark:") && pinned.contains("pyspark[sql]==\(version)"), "\(pinned)")
        let lock = try Lock(toml: text("recipes/spark-4.0.lock.toml"))
        #expect(lock.packages.first { $0.name.description == "pyspark" }?.version?.description == version)
    }

    @Test("every ready recipe has a lock that answers it", arguments: ready)
    func locks(name: String) throws {
        let file = "recipes/\(name).lock.toml"
        let written = try text(file)
        let lock = try Lock(toml: written)
        let recipe = try Recipe(yaml: text("recipes/\(name).yaml"))
        #expect(lock.changes(against: recipe).isEmpty)
        #expect(lock.toml == String(decoding: written.bytes, as: UTF8.self))
        for platform in recipe.platforms {
            #expect(throws: Never.self) { try lock.selection(for: platform, file: file) }
        }
    }

    @Test("recipes holds the ready ones with their locks, the templates without, and nothing else")
    func folder() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: "\(Peer.repository)/recipes")
        let expected = Self.ready.flatMap { ["\($0).lock.toml", "\($0).yaml"] } + Self.templates.map { "\($0).yaml" }
        #expect(files.sorted() == expected.sorted())
    }
}
