internal import ArgumentParser
internal import Diagnostics
internal import EnvironmentBuilder
internal import JSONDocument
internal import Recipes
internal import SystemPackage

/// `chidori env verify`: an environment's folders, byte by byte.
struct VerifyCommand: AsyncParsableCommand, Reporting {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Compare an environment's folders with what they were made from, byte by byte.",
        discussion: """
            Links are followed. Nothing is changed; `chidori store verify` mends the packages that environments share, \
            and `chidori env build` makes a folder anew.
            """)

    @Argument(help: "The environment: a name, an id or a folder.")
    var environment: String

    @OptionGroup var shared: SharedOptions

    var output: Output { shared.output }

    /// So many differences of a folder are named for people; `--json` has them all.
    private static let shown = 20

    func run() async throws {
        let session = try Session(shared)
        defer { session.progress.finish() }
        let report = try await session.builder.verify(environment, from: currentFolder())
        session.progress.finish()
        output.result(report.json, text: "")
        for folder in report.folders {
            output.say("\(folder.path): \(counted(folder.files, "file")), \(Self.verdict(folder))")
            let damage = folder.findings.filter(\.isDamage)
            for finding in damage.prefix(Self.shown) {
                let owner = finding.package.map { " (\($0))" } ?? ""
                output.say("  \(finding.kind)  \(finding.path)\(owner)")
            }
            if damage.count > Self.shown { output.say("  … and \(damage.count - Self.shown) more") }
        }
        if !report.isSound {
            output.say("Mend with `chidori store verify`, then build the folder again with `chidori env build`")
            throw ExitCode(DiagnosticCategory.damaged.rawValue)
        }
    }

    private static func verdict(_ folder: EnvironmentReport.Folder) -> String {
        let damage = folder.findings.count(where: \.isDamage)
        let written = folder.findings.count - damage
        let note = written > 0 ? ", and \(counted(written, "file")) of bytecode that Python wrote" : ""
        return (damage == 0 ? "all as they should be" : counted(damage, "difference")) + note
    }
}

extension EnvironmentReport {
    var json: JSON {
        [
            "event": "result", "id": .string(id.description), "name": .string(name), "sound": JSON(isSound),
            "folders": .array(
                folders.map { folder in
                    [
                        "path": .string(folder.path.string), "files": JSON(folder.files),
                        "findings": .array(
                            folder.findings.map {
                                [
                                    "path": .string($0.path), "kind": .string($0.kind),
                                    "package": JSON($0.package),
                                ]
                            }),
                    ]
                }),
            "seconds": JSON(seconds: seconds),
        ]
    }
}
