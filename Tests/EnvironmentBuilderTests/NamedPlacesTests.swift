import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import EnvironmentBuilder

@Suite("What a recipe names on this machine")
struct NamedPlacesTests {
    private let folder: Scratch
    private let builder: EnvironmentBuilder

    init() throws {
        folder = try Scratch()
        builder = EnvironmentBuilder(settings: BuilderSettings(data: folder.file("data"), offline: true))
    }

    /// From the scratch folder.
    private func places(of name: String) throws -> [String] {
        try builder.namedPlaces(of: folder.file(name)).map { place in
            var rest = place
            _ = rest.removePrefix(folder.path)
            return rest.string
        }
    }

    @Test("a recipe's file and lock, its wheels, trees, links, indexes, repositories and base, and no server's")
    func recipe() throws {
        try folder.write(
            "recipes/demo.yaml",
            """
            name: demo
            python:
              version: "3.11"
              packages: ["a @ ../wheels/a-1.0-py3-none-any.whl", "b @ ./tree", "c @ https://registry.example/c-1-py3-none-any.whl", d]
              constraints: ["e @ ../wheels/e-1.0-py3-none-any.whl"]
              find-links: [../links, "https://registry.example/links"]
              indexes: [{url: "file://\(folder.file("index"))"}, {url: "https://registry.example/simple"}]
            jars:
              repositories: [./jars, "https://registry.example/maven"]
              packages: ["org.example:lib:1.0"]
            base: ../bases/own.yaml
            """)
        let found = Set(try places(of: "recipes/demo.yaml"))
        #expect(
            found == [
                "recipes/demo.yaml", "recipes/demo.lock.toml", "wheels/a-1.0-py3-none-any.whl", "recipes/tree",
                "wheels/e-1.0-py3-none-any.whl", "links", "index", "recipes/jars", "bases/own.yaml",
                "bases/own.lock.toml",
            ])
    }

    @Test("a base by its name stands in each folder that is searched, one in a layout where it lies")
    func bases() throws {
        func found(_ base: String) throws -> [String] {
            try folder.write("recipes/demo.yaml", "name: demo\npython: {version: \"3.11\"}\nbase: \(base)\n")
            return try places(of: "recipes/demo.yaml")
        }
        let named = try found("python")
        for place in ["recipes/base-images/python.yaml", "base-images/python.lock.toml"] {
            #expect(named.contains(place), "\(named)")
        }
        #expect(try found("oci:layout:tag").contains("recipes/layout"))
        #expect(try found("docker://registry.example/python:3.11").count == 2)
        #expect(try found("none").count == 2)
    }

    @Test("a requirements file with those that it includes")
    func requirements() throws {
        try folder.write("env/requirements.txt", "-r more/first.txt\n-c limits.txt\ntool\n")
        try folder.write("env/more/first.txt", "-r second.txt\n")
        try folder.write("env/more/second.txt", "other @ ./other-1.0-py3-none-any.whl\n")
        try folder.write("env/limits.txt", "tool<2\n")
        try folder.write(
            "env/requirements.lock.toml",
            """
            lock-version = "1.0"
            created-by = "tests"
            packages = []

            [tool.chidori.recipe]
            name = "env"
            python = {version = "3.11"}
            platforms = ["linux-x86_64-glibc2.28"]

            """)
        let found = Set(try places(of: "env/requirements.txt"))
        for place in ["requirements.txt", "requirements.lock.toml", "more/first.txt", "more/second.txt", "limits.txt"] {
            #expect(found.contains("env/\(place)"), "\(found)")
        }
        #expect(found.contains { $0.hasSuffix("other-1.0-py3-none-any.whl") }, "\(found)")
    }
}
