internal import ArgumentParser
internal import Diagnostics
internal import EnvironmentBuilder
internal import JSONDocument
internal import Preflight
internal import PythonPackaging
internal import Recipes

/// `chidori env check`: what would go wrong in a job, told before it runs.
struct CheckCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Tell what would go wrong in a job: conflicts of jars, packages, Spark, Scala, Java and CUDA.",
        usage: "chidori env check [<options>] <recipe>",
        discussion: """
            Of a recipe, its lock is looked at. Files that are missing are fetched first, and sources built; nothing is \
            delivered. A recipe accepts a finding by its name, with a reason. The exit status is 11 where a conflict is not accepted.

            Examples:
              chidori env check features.yaml
              chidori env check features.lock.toml --verbose
            """)

    @Argument(help: "A recipe or a lock.", completion: .file(extensions: ["yaml", "yml", "toml", "txt"]))
    var recipe: String

    @OptionGroup var shared: SharedOptions

    func answer(_ session: Session) async throws -> Answer {
        let report = try await session.builder.check(session.builder.read(absolute(recipe)))
        let parts =
            report.targets.map { text($0, of: report.name) }
            + report.unused.map { unused in
                Self.wrapped("warning   `\(unused.acceptance.conflict)` \(unused.message)", "  ")
                    + "\n" + Self.wrapped("  try: \(unused.advice)", "       ")
            }
        return Answer(
            [
                "name": .string(report.name), "conflicts": JSON(report.hasConflict),
                "environments": .array(report.targets.map(\.json)),
                "unused": .array(report.unused.map(\.json)), "seconds": JSON(seconds: report.seconds),
            ], text: parts.joined(separator: "\n\n"), finding: report.hasConflict ? .conflicts : nil)
    }

    private func text(_ target: CheckReport.Target, of name: String) -> String {
        let open = target.findings.filter(\.isOpen)
        let accepted = target.findings.filter { $0.accepted != nil }
        let notes = target.findings.filter { $0.severity == .note && $0.accepted == nil }
        let counts =
            [
                (open.count { $0.severity == .conflict }, "conflict"),
                (open.count { $0.severity == .warning }, "warning"),
                (notes.count, "note"),
            ].filter { $0.0 > 0 }.map { counted($0.0, $0.1) } + (accepted.isEmpty ? [] : ["\(accepted.count) accepted"])
        let jars = target.jars > 0 ? " (\(counted(target.jars, "jar")))" : ""
        let verdict = counts.isEmpty ? "nothing found" : counts.joined(separator: ", ")
        var parts = ["\(name), \(target.platform): \(verdict)\(jars)"]
        parts += open.map { finding in
            var lines = [Self.wrapped(Self.head(finding.severity.rawValue) + finding.id, "          ")]
            lines.append(Self.wrapped("  \(finding.title) \(finding.message)", "  "))
            if let advice = finding.advice { lines.append(Self.wrapped("  try: \(advice)", "       ")) }
            return lines.joined(separator: "\n")
        }
        parts += accepted.map { finding in
            Self.wrapped(Self.head("accepted") + finding.id, "          ") + "\n"
                + Self.wrapped("  because: \(finding.accepted ?? "")", "           ")
        }
        if shared.general.verbose {
            parts += notes.map { finding in
                Self.wrapped(Self.head("note") + finding.id, "          ") + "\n"
                    + Self.wrapped("  \(finding.title) \(finding.message)", "  ")
            }
        } else if !notes.isEmpty {
            parts.append("\(counted(notes.count, "note")): --verbose shows \(notes.count == 1 ? "it" : "them")")
        }
        return parts.joined(separator: "\n\n")
    }

    private static func head(_ word: String) -> String {
        word + String(repeating: " ", count: max(1, 10 - word.count))
    }

    /// A text in lines of 80 columns, the further ones indented. A word is never cut: names are there to be copied.
    private static func wrapped(_ text: String, _ indent: String) -> String {
        let margin = text.prefix { $0 == " " }
        var lines: [String] = []
        var line = ""
        for word in text.dropFirst(margin.count).split(separator: " ", omittingEmptySubsequences: false) {
            if line.isEmpty {
                line = String(margin) + word
            } else if line.count + 1 + word.count <= 80 {
                line += " " + word
            } else {
                lines.append(line)
                line = indent + word
            }
        }
        return (lines + [line]).joined(separator: "\n")
    }
}

extension CheckReport.Target {
    fileprivate var json: JSON {
        [
            "id": JSON(id?.description), "platform": .string(platform.description), "jars": JSON(jars),
            "java": java.map { JSON($0) } ?? .null, "findings": .array(findings.map(\.json)),
        ]
    }
}

extension Finding {
    var json: JSON {
        [
            "id": .string(id), "rule": .string(rule.rawValue), "severity": .string(severity.rawValue),
            "subjects": JSON(subjects), "title": .string(title), "message": .string(message), "advice": JSON(advice),
            "count": JSON(count), "examples": JSON(examples), "accepted": JSON(accepted),
        ]
    }
}

extension UnusedAcceptance {
    fileprivate var json: JSON {
        [
            "conflict": .string(acceptance.conflict), "reason": .string(acceptance.reason),
            "message": .string(message), "advice": .string(advice),
        ]
    }
}
