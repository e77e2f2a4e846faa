internal import ArgumentParser
internal import Diagnostics
internal import EnvironmentBuilder
internal import JSONDocument
internal import Recipes
internal import SystemPackage

/// `chidori env verify`: an environment's folders, byte by byte.
struct VerifyCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Compare an environment's folders with what they were made from, byte by byte.",
        usage: "chidori env verify [<options>] <environment>",
        discussion: """
            Links are followed. Nothing is changed; `chidori store verify` mends the packages that environments share, \
            and `chidori env build` makes a folder anew.

            Examples:
              chidori env verify features
              chidori env verify ./tree
            """)

    @Argument(help: "The environment: a name, an id or a folder.", completion: .directory)
    var environment: String

    @OptionGroup var shared: LocalOptions

    /// So many differences of a folder are named for people; `--json` has them all.
    private static let shown = 20

    func answer(_ session: Session) async throws -> Answer {
        let report = try await session.builder.verify(environment, from: currentFolder())
        var remarks: [String] = []
        for folder in report.folders {
            remarks.append("\(folder.path): \(counted(folder.files, "file")), \(Self.verdict(folder))")
            let damage = folder.findings.filter(\.isDamage)
            for finding in damage.prefix(Self.shown) {
                let owner = finding.package.map { " (\($0))" } ?? ""
                remarks.append("  \(finding.kind)  \(finding.path)\(owner)")
            }
            if damage.count > Self.shown { remarks.append("  … and \(damage.count - Self.shown) more") }
        }
        if !report.isSound {
            remarks.append("Mend with `chidori store verify`, then build the folder again with `chidori env build`")
        }
        return Answer(
            [
                "id": .string(report.id.description), "name": .string(report.name), "sound": JSON(report.isSound),
                "folders": .array(report.folders.map(\.json)), "seconds": JSON(seconds: report.seconds),
            ], remarks: remarks, finding: report.isSound ? nil : .damaged)
    }

    private static func verdict(_ folder: EnvironmentReport.Folder) -> String {
        let damage = folder.findings.count(where: \.isDamage)
        let written = folder.findings.count - damage
        let note = written > 0 ? ", and \(counted(written, "file")) of bytecode that Python wrote" : ""
        return (damage == 0 ? "all as they should be" : counted(damage, "difference")) + note
    }
}

extension EnvironmentReport.Folder {
    var json: JSON {
        [
            "path": .string(path.string), "files": JSON(files),
            "findings": .array(
                findings.map {
                    ["path": .string($0.path), "kind": .string($0.kind), "package": JSON($0.package)]
                }),
        ]
    }
}
