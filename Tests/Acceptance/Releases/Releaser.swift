import Foundation
import SystemPackage
import TestSupport
import Testing

/// A person who releases to a registry of Debian's.
struct Releaser {
    let person: RegistryUser
    var user: FreshUser { person.user }

    /// One wheel in two versions.
    static let wheels = [
        WheelFixture("tool", "1.0"), WheelFixture("tool", "1.1"),
    ]

    init(password: String? = nil) async throws {
        person = try await RegistryUser(password: password, wheels: Self.wheels)
    }

    /// One entry of `releases` in the command's result.
    struct Entry: Decodable {
        var recipe: String
        var name: String?
        var changed: String?
        var outcome: String
        var repository: String?
        var tag: String?
        var digest: String?
        var moved: [String]
        var left: [Left]
        var tests: [Test]?
        var error: Trouble?

        struct Left: Decodable, Equatable {
            var tag: String
            var release: String?
        }

        struct Test: Decodable {
            var name: String
            var passed: Bool
            var output: String
        }

        struct Trouble: Decodable {
            var category: String
            var status: Int32
            var message: String
        }
    }

    struct Answer: Decodable {
        var releases: [Entry]
        var unchanged: [String]
        var dryRun: Bool
    }

    /// Writes a recipe without a base, whose tests run in a folder.
    func recipe(
        _ name: String = "demo", _ packages: [String] = ["tool==1.0"], version: String? = "1.0", more: String = ""
    ) async throws -> String {
        let version = version.map { "version: \"\($0)\"\n" } ?? ""
        return try await user.recipe(name, packages, more: version + more)
    }

    func release(
        _ words: [String], to place: String? = "team/demo", status: Int32 = 0, environment: [String: String?] = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> (answer: Answer, words: String) {
        let destination = place.map { ["--to", "\(person.registry.host)/\($0)"] } ?? []
        let outcome = try await person.command(
            ["image", "release"] + words + destination + ["--json"], environment
        ).outcome()
        #expect(outcome.status == status, "\(outcome.errorText)\(outcome.text)", sourceLocation: sourceLocation)
        let line = try #require(
            outcome.text.split(separator: "\n").last, "\(outcome.errorText)", sourceLocation: sourceLocation)
        return (try JSONDecoder().decode(Answer.self, from: Data(line.utf8)), outcome.errorText)
    }

    /// As above, of one recipe.
    func one(
        _ words: [String], to place: String? = "team/demo", status: Int32 = 0,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Entry {
        let answer = try await release(words, to: place, status: status, sourceLocation: sourceLocation).answer
        #expect(answer.releases.count == 1, sourceLocation: sourceLocation)
        return try #require(answer.releases.first, sourceLocation: sourceLocation)
    }

    /// The tags that people see; none where there is no such repository.
    func tags(_ name: String = "team/demo") async throws -> [String] {
        let outcome = try await person.chidori("image", "tags", person.place(name))
        return outcome.text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("sha256-") }
    }

    /// Every file that the registry keeps, to see that nothing was written. Uploads that were begun are gone in time.
    func kept() throws -> [String] {
        let folder = person.registry.data.string
        // The registry makes it when there is something to keep.
        guard FileManager.default.fileExists(atPath: folder) else { return [] }
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
        return names.filter { !$0.contains("/_uploads") }.sorted()
    }
}
