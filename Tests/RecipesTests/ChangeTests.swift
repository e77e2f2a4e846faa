import Cryptography
import Diagnostics
import PythonPackaging
import Recipes
import Testing

@Suite("What a recipe says otherwise than its lock")
struct ChangeTests {
    private func recipe(_ jars: [String]) throws -> Recipe {
        let list = jars.map { "    - \($0)\n" }.joined()
        return try Recipe(
            yaml: SourceText("name: a\npython: {version: '3.11'}\njars:\n  packages:\n\(list)", name: "a.yaml"))
    }

    @Test("is told jar by jar, and a long value around what differs")
    func jars() throws {
        let before = try recipe(["org.a:one:1.0", "org.b:two:1.0"])
        let lock = Lock(answering: before, with: [])
        let change = try #require(lock.changes(against: try recipe(["org.a:one:1.0", "org.b:two:1.1"])).first)
        #expect(change.needsResolving)
        #expect(change.description == "jars.packages\n  - org.b:two:1.0\n  + org.b:two:1.1")

        let same = String(repeating: "same ", count: 20)
        let long = Lock.Change(key: "k", added: ["\(same)new end"], removed: ["\(same)old end"], needsResolving: false)
        let lines = long.description.split(separator: "\n")
        #expect(lines[1].hasPrefix("  - …") && lines[1].hasSuffix("old end"), "\(lines)")
        #expect(lines[2].hasPrefix("  + …") && lines[2].hasSuffix("new end"), "\(lines)")
        #expect(lines.allSatisfy { $0.count <= 64 }, "\(lines)")
    }

    @Test("is a lock's difference too where a repository is at another commit, or built with others")
    func sources() throws {
        func lock(commit: String, tool: String) throws -> Lock {
            var package = Lock.Package(name: try PackageName("demo"), version: try Version("1.0"))
            package.tree = Lock.SourceTree(
                .repository(url: "https://example.org/demo.git", requestedRevision: "v1", commit: commit))
            package.buildRequirements = [
                Lock.BuildRequirement(
                    name: try PackageName("tool"), version: try Version("1"),
                    wheel: Lock.File(name: "tool-1-py3-none-any.whl", sha256: SHA256Digest(of: tool)))
            ]
            return Lock(recipe: nil, packages: [package])
        }
        let before = try lock(commit: "a", tool: "one")
        func changes(_ lock: Lock) -> [LockDiff.Change] { LockDiff(from: before, to: lock).packages.map(\.change) }
        #expect(changes(before).isEmpty)
        #expect(
            changes(try lock(commit: "b", tool: "two")) == [.commits(of: [try Version("1.0")], from: ["a"], to: ["b"])])
        #expect(changes(try lock(commit: "a", tool: "two")) == [.tools(of: [try Version("1.0")])])
    }
}
