internal import ArgumentParser
internal import Diagnostics
internal import EnvironmentBuilder
internal import JSONDocument
internal import SystemPackage

/// `chidori volume verify`: every byte of a shared volume.
struct VolumeVerifyCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Compare what is on a volume with its digests, and mend what is damaged.",
        usage: "chidori volume verify [<options>] <dir> [<environment> ...]",
        discussion: """
            Packages are named by the digests of their files, so any machine can tell whether they are whole. Links and \
            scripts are compared where the data folder knows the environment, and from there --repair mends.

            Examples:
              chidori volume verify /mnt/envs
              chidori volume verify /mnt/envs features --repair
            """)

    @Argument(help: ArgumentHelp("Where the volume is mounted.", valueName: "dir"), completion: .directory)
    var volume: String

    @Argument(help: ArgumentHelp("Look at these alone: names or ids.", valueName: "environment"))
    var environments: [String] = []

    @Flag(name: .long, help: "Make what is damaged anew from the data folder.")
    var repair = false

    @OptionGroup var shared: LocalOptions

    func answer(_ session: Session) async throws -> Answer {
        let report = try await session.builder.verifyVolume(absolute(volume), only: environments, mending: repair)
        var remarks = [
            "Looked at \(counted(report.environments, "environment")) and \(counted(report.packages, "package")), in "
                + readable(seconds: report.seconds)
        ]
        remarks += report.faults.map(\.line)
        if report.faults.isEmpty { remarks.append("Everything is as it was published") }
        if !report.undescribed.isEmpty {
            remarks.append(
                "Of \(report.undescribed.joined(separator: ", ")) only the packages were looked at: this data folder does "
                    + "not describe the rest")
        }
        if !repair, !report.isSound {
            remarks.append("`chidori volume verify \(volume) --repair` mends what this data folder can make again")
        }
        return Answer(
            [
                "sound": JSON(report.isSound), "environments": JSON(report.environments),
                "packages": JSON(report.packages), "faults": .array(report.faults.map(\.json)),
                "undescribed": JSON(report.undescribed), "seconds": JSON(seconds: report.seconds),
            ], remarks: remarks, finding: report.isSound ? nil : .damaged)
    }
}

extension VolumeReport.Fault {
    fileprivate var line: String {
        let end =
            switch outcome {
            case .mended, .madeWhenNeeded: "mended"
            case .unmended(let why): "not mended, \(why)"
            }
        return "damaged \(kind.rawValue) \(subject): \(what): \(end)"
    }

    fileprivate var json: JSON {
        var reason: String?
        if case .unmended(let why) = outcome { reason = why }
        return [
            "kind": .string(kind.rawValue), "subject": .string(subject), "path": .string(path.string),
            "what": .string(what), "outcome": .string(reason == nil ? "mended" : "unmended"), "reason": JSON(reason),
        ]
    }
}
