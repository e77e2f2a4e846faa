import Foundation
import SystemPackage
import TestSupport
import Testing

/// Small random indexes, resolved by `chidori env lock` and by `pip install --dry-run`, wheels alone.
///
/// Left out is what is known to differ: pre-releases that a requirement names (docs/reference/resolving.md).
@Suite("The resolver against pip", .enabled(if: Peer.has(Peer.python), "needs pip"))
struct ResolverAgainstPip {
    private static let count = Peer.deep ? 500 : 24

    @Test("the chosen versions are pip's, or where conflicts leave a choice pip takes them and they are no older")
    func versions() async throws {
        let user = try FreshUser()
        let cases = try (0..<Self.count).map { try RandomIndex(seed: UInt64($0)) }
        let pip = Pip(user.scratch)
        let answers = try await pip.resolve(cases.map { ($0.index.url, $0.requests) })
        var differing: [(one: RandomIndex, ours: [String: String], theirs: Pip.Answer)] = []
        for (one, theirs) in zip(cases, answers) {
            guard let ours = try await lock(one, user) else {
                #expect(theirs.versions == nil, "\(one): no solution, pip: \(theirs)")
                continue
            }
            if ours != theirs.versions { differing.append((one, ours, theirs)) }
        }
        let pinned = differing.map { one, ours, _ in
            (one.index.url, one.requests + ours.map { "\($0.key)==\($0.value)" }.sorted())
        }
        for (judged, (one, ours, theirs)) in zip(try await pip.resolve(pinned), differing) {
            #expect(judged.versions == ours, "\(one): pip refuses \(ours): \(judged)")
            // Where pip gives up, its leave to take ours is all that there is to ask.
            guard let versions = theirs.versions else { continue }
            #expect(one.isNewer(ours, somewhereThan: versions), "\(one): \(ours) is older than pip's \(theirs)")
        }
        let solved = answers.count { $0.versions != nil }
        #expect(solved > Self.count / 3 && solved < Self.count, "\(solved) of \(Self.count) have a solution")
        #expect(differing.count * 10 <= Self.count, "\(differing.count) of \(Self.count) differ")
    }

    /// The versions in the lock; `nil` where there is no solution.
    private func lock(_ one: RandomIndex, _ user: FreshUser) async throws -> [String: String]? {
        let recipe = try await user.recipe("seed\(one.seed)", one.requests)
        let outcome = try await user.chidori("env", "lock", recipe, "--index-url", one.index.url, "--quiet")
        if outcome.status == 4 { return nil }
        try #require(outcome.status == 0, "\(one): \(outcome.errorText)")
        let text = try String(contentsOfFile: recipe.replacing(".yaml", with: ".lock.toml"), encoding: .utf8)
        var versions: [String: String] = [:]
        for match in text.matches(of: /\[\[packages\]\]\nname = "([^"]+)"\nversion = "([^"]+)"/) {
            versions[String(match.1)] = String(match.2)
        }
        return versions
    }
}

/// pip's resolver, which is asked many times in one process: starting pip takes longer than its answer.
private struct Pip {
    private let scratch: Scratch

    init(_ scratch: Scratch) { self.scratch = scratch }

    struct Answer: CustomStringConvertible {
        /// By name; `nil` where there is no solution.
        var versions: [String: String]?
        /// What pip said of it.
        var words: String

        var description: String { versions?.description ?? words }
    }

    /// What each index and its requests come to.
    func resolve(_ questions: [(index: String, requests: [String])]) async throws -> [Answer] {
        let asked = try JSONSerialization.data(withJSONObject: questions.map { [$0.index] + $0.requests })
        let file = try scratch.write("questions.json", Array(asked))
        let script = """
            import contextlib, io, json, os, sys
            from pip._internal.cli.main import main
            report, answers = sys.argv[1] + ".report", []
            for index, *requests in json.load(open(sys.argv[1])):
                words, versions = io.StringIO(), None
                with contextlib.redirect_stderr(words):
                    status = main([
                        "--isolated", "install", "-q", "--disable-pip-version-check", "--no-cache-dir", "--no-input",
                        "--dry-run", "--ignore-installed", "--only-binary", ":all:", "--python-version", sys.argv[2],
                        "--report", report, "--index-url", index, *requests])
                if status == 0:
                    with open(report) as made:
                        found = [package["metadata"] for package in json.load(made)["install"]]
                    versions = {one["name"]: one["version"] for one in found}
                    os.remove(report)
                answers.append({"versions": versions, "words": words.getvalue()})
            print(json.dumps(answers))
            """
        let python = try await FreshUser.python.value
        let said = try await Command(Peer.python, ["-c", script, file.string, python]).run()
        let answers = try JSONSerialization.jsonObject(with: Data(said.utf8)) as? [[String: Any]]
        return try #require(answers).map {
            Answer(versions: $0["versions"] as? [String: String], words: $0["words"] as? String ?? "")
        }
    }
}

/// A handful of projects that ask for one another, the same for the same seed.
private struct RandomIndex: CustomStringConvertible {
    private static let names = ["ant", "bee", "cat", "dog", "elk", "fox"]
    /// From the oldest.
    private static let versions = ["0.9", "1.0", "1.1.post1", "1.10", "2.0", "2.1", "3.0"]
    private static let specifiers = [
        "", "", "", ">=1", ">=1.1", "<2", "!=2.0", "~=1.0", "==2.*", ">=1,<3", ">2", "<=1.10", "!=3.*",
    ]
    private static let markers = [
        "", "", "", "", "; python_version < '3.7'", "; sys_platform == 'linux'", "; platform_system == 'Windows'",
    ]

    let seed: UInt64
    let index: IndexFixture
    let requests: [String]

    var description: String { "seed \(seed): \(requests)" }

    init(seed: UInt64) throws {
        var random = SeededGenerator(seed)
        self.seed = seed
        index = try IndexFixture(servesMetadata: seed % 2 == 0)
        for name in Self.names {
            for version in Self.versions where random.chance(60) {
                let needs = (0..<random.pick([0, 0, 1, 1, 2])).map { _ in Self.request(by: name, &random) }
                var wheel = WheelFixture(
                    name, version, requires: needs, requiresPython: random.pick([nil, nil, nil, ">=3.8", "<3.8"]),
                    extras: ["more"], tag: random.chance(8) ? "py3-none-win_amd64" : "py3-none-any")
                wheel.requires.append("\(random.pick(Self.names.filter { $0 != name })); extra == 'more'")
                index.add(wheel, yanked: random.chance(8) ? "broken" : nil)
            }
        }
        let first = Self.request(by: "", &random)
        let second = random.chance(25) ? "fox==\(random.pick(Self.versions))" : Self.request(by: "", &random)
        requests = [first, second]
    }

    private static func request(by name: String, _ random: inout SeededGenerator) -> String {
        let extra = random.chance(15) ? "[more]" : ""
        let marker = name.isEmpty ? "" : random.pick(markers)
        return random.pick(names.filter { $0 != name }) + extra + random.pick(specifiers) + marker
    }

    /// Whether some package of the one answer is newer than in the other, or in it alone.
    func isNewer(_ one: [String: String], somewhereThan other: [String: String]) -> Bool {
        func age(_ version: String?) -> Int { version.flatMap { Self.versions.firstIndex(of: $0) } ?? -1 }
        return one.contains { name, version in age(version) > age(other[name]) }
    }
}
