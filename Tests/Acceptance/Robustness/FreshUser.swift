import Foundation
import SystemPackage
import TestSupport
import Testing

/// A person who has just installed Chidori: the program, an empty home with a data folder in it, a folder of recipes, an
/// index on this machine with one good package, and none of this machine's settings.
///
/// `CHIDORI_SHOW_MESSAGES=1` prints every refusal as the person would see it, for reading.
final class FreshUser: Sendable {
    let scratch: Scratch
    let index: IndexFixture

    /// A wheel that always works, by which a data folder shows that it is as good as before.
    static let good = WheelFixture("good").script("good", "good:main")
        .adding("good/data.txt", "fine\n")
        .with(
            \.files,
            [
                ("good/__init__.py", Array("def main():\n    print('good')\n".utf8)),
                ("good/data.txt", Array("fine".utf8)),
            ])

    /// `X.Y` of the machine's own Python, which folders are built for here.
    static let python = Task {
        try await Command("python3", ["-c", "import sys; print('%d.%d' % sys.version_info[:2], end='')"]).run()
    }

    /// - Parameters:
    ///   - wheels: on the index beside the good one.
    ///   - parent: where the home lies; the system's temporary folder if `nil`.
    init(_ wheels: [WheelFixture] = [], in parent: FilePath? = nil) throws {
        scratch = try Scratch("user", in: parent)
        index = try IndexFixture([Self.good] + wheels)
    }

    var data: FilePath { scratch.file("data") }
    var place: FilePath { scratch.file("place") }

    /// The program with these arguments, in the person's home.
    func command(_ arguments: [String], environment: [String: String?] = [:]) -> Command {
        var variables: [String: String?] = [
            "HOME": scratch.path.string, "CHIDORI_DATA": data.string, "PIP_CONFIG_FILE": "/dev/null",
            "PIP_INDEX_URL": index.url, "NETRC": nil, "XDG_DATA_HOME": nil, "XDG_CONFIG_HOME": nil,
            "SOURCE_DATE_EPOCH": nil, "NO_PROXY": "*", "VIRTUAL_ENV": nil, "CHIDORI_KEYRING": nil,
        ]
        for (name, value) in environment { variables[name] = value }
        return Command(Peer.chidori, arguments, in: scratch.path, environment: variables)
    }

    func chidori(_ arguments: String..., environment: [String: String?] = [:]) async throws -> Command.Outcome {
        try await command(arguments, environment: environment).outcome()
    }

    /// Runs a command that must succeed, and gives what it printed on standard output.
    @discardableResult
    func succeed(_ arguments: String..., environment: [String: String?] = [:]) async throws -> String {
        try await command(arguments, environment: environment).run()
    }

    /// Runs a command with `--json`, and gives its result and what it said to people.
    func result(
        _ arguments: String..., status: Int32 = 0, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> (document: [String: Any], words: String) {
        let outcome = try await command(arguments + ["--json"]).outcome()
        #expect(outcome.status == status, "\(outcome.text)\(outcome.errorText)", sourceLocation: sourceLocation)
        let line = try #require(outcome.text.split(separator: "\n").last, sourceLocation: sourceLocation)
        let document = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        return (try #require(document, sourceLocation: sourceLocation), outcome.errorText)
    }

    /// Writes a recipe for this machine and gives its path.
    func recipe(_ name: String, _ packages: [String], more: String = "") async throws -> String {
        let list = packages.map { "    - \"\($0)\"\n" }.joined()
        let text = """
            name: \(name)
            python:
              version: "\(try await Self.python.value)"
              packages:
            \(list)\(more)
            """
        return try scratch.write("recipes/\(name).yaml", text + "\n").string
    }

    /// Runs a command that must be refused, and holds the refusal to what every refusal owes a person.
    ///
    /// - Parameters:
    ///   - status: as docs/reference/exit-codes.md has it.
    ///   - naming: what the message must contain: the thing, and what is wrong with it.
    ///   - memory: what it must not need, in bytes.
    @discardableResult
    func refuse(
        _ arguments: [String], status: Int32, naming words: [String], environment: [String: String?] = [:],
        below memory: Int? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Command.Outcome {
        let command = command(arguments, environment: environment)
        let outcome: Command.Outcome
        if let memory {
            let peak: Int
            (outcome, peak) = try await command.outcomeAndPeakMemory()
            #expect(peak < memory, "\(peak >> 20) MiB", sourceLocation: sourceLocation)
        } else {
            outcome = try await command.outcome()
        }
        let text = outcome.errorText
        if ProcessInfo.processInfo.environment["CHIDORI_SHOW_MESSAGES"] == "1" {
            print("── chidori \(arguments.joined(separator: " ")) → \(outcome.status)\n\(text)")
        }
        #expect(outcome.status == status, "\(text)", sourceLocation: sourceLocation)
        #expect(text.contains("error: "), "\(text)", sourceLocation: sourceLocation)
        #expect(text.contains("try: "), "no next step: \(text)", sourceLocation: sourceLocation)
        for word in words {
            #expect(text.contains(word), "does not say '\(word)': \(text)", sourceLocation: sourceLocation)
        }
        return outcome
    }

    /// Holds the data folder to having nothing in it that is not as it should be.
    func expectSoundStore(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let verified = try await chidori("store", "verify", "--json", "--quiet")
        #expect(verified.status == 0, "\(verified.text)\(verified.errorText)", sourceLocation: sourceLocation)
        let report = try JSONSerialization.jsonObject(with: Data(verified.output)) as? [String: Any]
        #expect(report?["sound"] as? Bool == true, "\(verified.text)", sourceLocation: sourceLocation)
        #expect((report?["faults"] as? [Any])?.isEmpty == true, "\(verified.text)", sourceLocation: sourceLocation)
    }

    /// Holds the data folder to being as good as ever: every byte is right, and a good environment is built and runs.
    func expectGoodStore(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await expectSoundStore(sourceLocation: sourceLocation)
        let recipe = try await recipe("still-good", ["good"])
        let built = try await chidori("env", "build", recipe, "--to", place.string, "--quiet")
        #expect(built.status == 0, "\(built.errorText)", sourceLocation: sourceLocation)
        let said = try await Command(place.appending("bin/good").string).outcome()
        #expect(said.text == "good\n", "\(said.errorText)", sourceLocation: sourceLocation)
    }
}
