import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import PythonPackaging

/// A random requires.txt asks for the same as `pkg_resources` finds in it, on several targets, for every extra.
@Suite("The same requirements of eggs as pkg_resources")
struct EggDifferentialTests {
    private static let targets: [(PythonVersion, TargetPlatform)] = [
        (PythonVersion(3, 11, 2), TargetPlatform(.x86_64, .glibc(major: 2, minor: 36))),
        (PythonVersion(3, 8), TargetPlatform(.aarch64, .musl(major: 1, minor: 2))),
        (PythonVersion(3, 13), TargetPlatform(.x86_64, .glibc(major: 2, minor: 28))),
    ]

    private struct Question: Encodable {
        var text: String
        var environments: [[String: String]]
        var extras: [String]
    }

    /// For each target, for no extra and for each extra: what is asked for, in order.
    private typealias Answer = [[[String]]]

    @Test("random files with sections, extras, conditions, comments and continued lines")
    func requirements() async throws {
        var text = RequiresText(seed: 11)
        let environments = Self.targets.map { MarkerEnvironment(python: $0.0, platform: $0.1) }
        let values = environments.map { environment in
            var values: [String: String] = [:]
            for variable in MarkerVariable.allCases where variable != .extra && !variable.isSet {
                values[variable.text] = environment[variable]
            }
            return values
        }
        let questions = (0..<DifferentialTests.cases / 4).map { _ in
            Question(text: text.file(), environments: values, extras: RequiresText.extras)
        }
        let answers = try await Self.answers(to: questions)
        var differences: [String] = []
        for (question, answer) in zip(questions, answers) {
            let own = try? Self.own(question, environments)
            if own != answer {
                differences.append(
                    "\(question.text.debugDescription)\n  \(String(describing: own))\n  \(String(describing: answer))")
            }
        }
        #expect(
            differences.isEmpty,
            "\(differences.count) differences:\n\(differences.prefix(5).joined(separator: "\n"))")
        let valid = answers.compactMap(\.self)
        #expect(valid.count > questions.count / 2, "most files must be valid")
        #expect(valid.count < questions.count, "and some must not")
        #expect(valid.contains { answer in answer[0][0] != answer[0][1] && answer[0] != answer[1] })
    }

    private static func own(_ question: Question, _ environments: [MarkerEnvironment]) throws -> Answer {
        let needed = try EggRequirements(Array(question.text.utf8), of: "demo.egg")
        return try environments.map { environment in
            try ([[]] + question.extras.map { [try ExtraName($0)] }).map { extras in
                try needed.requirements.filter { try $0.applies(in: environment, extras: extras) }.map { requirement in
                    let specifiers = requirement.specifiers.description.split(separator: ",").sorted()
                    let extras = requirement.extras.map(\.description).joined(separator: ",")
                    return "\(requirement.name)[\(extras)]\(specifiers.joined(separator: ","))"
                }.sorted()
            }
        }
    }

    private static func answers(to questions: [Question]) async throws -> [Answer?] {
        let scratch = try Scratch("pkg-resources")
        let script = try scratch.write("peer.py", program)
        let encoder = JSONEncoder()
        var input = Data()
        for question in questions { input += try encoder.encode(question) + [0x0A] }
        let file = try scratch.write("questions.jsonl", input)
        let python = try await PythonPeers.python(requirements: ["setuptools==80.9.0"])
        let output = try await Command(python, ["-W", "ignore", script.string, file.string]).run()
        return try output.utf8.split(separator: 0x0A).map { try JSONDecoder().decode(Answer?.self, from: Data($0)) }
    }

    /// `pkg_resources` reads the file of a distribution that has no other; the target's values stand in place of this
    /// machine's. It passes over conditions that are none, which we do not.
    private static let program = #"""
        import json, re, sys
        import pkg_resources

        markers = pkg_resources.packaging.markers

        class Egg(pkg_resources.EmptyProvider):
            def __init__(self, text):
                self.text = text
            def has_metadata(self, name):
                return name == "requires.txt"
            def get_metadata(self, name):
                return self.text
            def get_metadata_lines(self, name):
                return pkg_resources.yield_lines(self.text)

        def normal(name):
            return re.sub(r"[-_.]+", "-", name).lower()

        def asked(q, environment, extra):
            markers.default_environment = lambda: dict(environment)
            egg = pkg_resources.Distribution(project_name="demo", version="1", metadata=Egg(q["text"]))
            wanted = [e for e in egg.extras if normal(e) == extra]
            found = []
            for r in egg.requires(wanted):
                if r.marker is None or r.marker.evaluate({"extra": extra or ""}):
                    clauses = sorted(str(s) for s in r.specifier)
                    extras = ",".join(sorted(normal(e) for e in r.extras))
                    found.append(f"{normal(r.name)}[{extras}]{','.join(clauses)}")
            return sorted(found)

        def answer(q):
            for line in pkg_resources.yield_lines(q["text"]):
                if not (line.startswith("[") and line.endswith("]")):
                    continue
                heading = line[1:-1].strip()
                marker = heading.partition(":")[2].strip()
                if not heading or marker and pkg_resources.invalid_marker(marker):
                    return None
            return [[asked(q, e, extra) for extra in [None] + q["extras"]] for e in q["environments"]]

        with open(sys.argv[1], encoding="utf-8") as questions:
            for line in questions:
                try:
                    found = answer(json.loads(line))
                except (ValueError, SyntaxError):
                    found = None
                print(json.dumps(found))
        """#
}

/// Makes requires.txt files at random, mostly valid.
private struct RequiresText {
    static let extras = ["test", "docs", "all-of-it"]

    private var text: PackagingText

    init(seed: UInt64) { text = PackagingText(seed: seed) }

    mutating func file() -> String {
        var lines = (0..<text.random.pick([0, 1, 2, 3])).map { _ in line() }
        for _ in 0..<text.random.pick([0, 1, 1, 2, 3, 4]) {
            lines.append(heading())
            lines += (0..<text.random.pick([0, 1, 1, 2])).map { _ in line() }
        }
        if text.random.chance(3) { lines.insert(text.random.pick(["[test", "[]", "=1", "foo bar", "[x] y"]), at: 0) }
        return lines.joined(separator: text.random.chance(90) ? "\n" : "\r\n")
    }

    private mutating func heading() -> String {
        let extra = text.random.pick(["", "test", "Test", "docs", "all_of-it", "all of.it", "docs"])
        let condition = extra.isEmpty || text.random.chance(40) ? ":" + marker() : ""
        return text.blank() + "[" + text.blank() + extra + condition + text.blank() + "]" + text.blank()
    }

    private mutating func line() -> String {
        if text.random.chance(8) { return text.random.pick(["", "# a comment", "   ", "\t# another"]) }
        var line = text.random.pick(["foo", "Foo_Bar", "foo.bar", "zope.interface", "x-y"])
        if text.random.chance(20) { line += text.random.pick(["[a]", "[B,a]", "[ a , c_d ]"]) }
        line += text.blank()
        let clauses = (0..<text.random.pick([0, 1, 1, 2])).map { _ in
            text.random.pick([">=", "<", "==", "!=", "~="]) + text.blank() + text.random.pick(["1.0", "2.3.4", "10.1"])
        }
        line += clauses.joined(separator: "," + text.blank())
        if text.random.chance(20) { line += " ; " + marker() }
        if text.random.chance(10) { line += " # why" }
        // Where a last line goes on, `pkg_resources` loses it.
        if text.random.chance(5), !clauses.isEmpty, !line.contains("#"), !line.contains("[") {
            line = line.replacing("foo", with: "foo \\\n  ", maxReplacements: 1)
        }
        return text.blank() + line
    }

    private mutating func marker() -> String {
        let parts = (0..<text.random.pick([1, 1, 2, 3])).map { _ in
            text.random.pick([
                "python_version < '3.10'", "python_version>=\"3.9\"", "sys_platform == 'linux'",
                "platform_machine == 'aarch64'", "os_name=='nt'", "platform_python_implementation != 'PyPy'",
                "'linux' in sys_platform", "python_full_version >= '3.11.1'",
            ])
        }
        var marker = parts[0]
        for part in parts.dropFirst() { marker += text.random.pick([" and ", " or "]) + part }
        if parts.count > 2 { marker = "(" + marker + ")" }
        return text.random.chance(1) ? "python_version is 3" : marker
    }
}
