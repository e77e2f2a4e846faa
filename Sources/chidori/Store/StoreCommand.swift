internal import ArgumentParser
internal import ContentStore
internal import Diagnostics
internal import EnvironmentBuilder
internal import JSONDocument

/// `chidori store`: the data folder itself.
struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Look after the data folder.",
        subcommands: [
            StoreVerifyCommand.self, StoreCollectCommand.self, StorePruneCommand.self, AdvisoriesCommand.self,
        ])
}

/// `chidori store verify`: reads every byte again, and mends what can be fetched again.
struct StoreVerifyCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read every stored byte, compare it with its digest, and mend what is damaged.",
        usage: "chidori store verify [<options>]",
        discussion: """
            A damaged file is set aside and fetched again from the default index, or the indexes named.

            Examples:
              chidori store verify --dry-run
              chidori store verify
            """)

    @Flag(name: .long, help: "Only look; set nothing aside and fetch nothing.")
    var dryRun = false

    @OptionGroup var shared: SharedOptions

    func answer(_ session: Session) async throws -> Answer {
        let report = try await session.builder.verifyStore(mending: !dryRun)
        let read =
            "Read \(counted(report.blobs, "file")), \(readable(bytes: report.bytes)), and "
            + "\(counted(report.packages, "unpacked package")), in \(readable(seconds: report.seconds))"
        return Answer(
            [
                "sound": JSON(report.isSound), "blobs": JSON(report.blobs), "bytes": JSON(report.bytes),
                "packages": JSON(report.packages), "faults": .array(report.faults.map(\.json)),
                "seconds": JSON(seconds: report.seconds),
            ],
            remarks: [read] + report.faults.map(\.line)
                + (report.faults.isEmpty ? ["Everything is as it was stored"] : [])
                + (dryRun && !report.isSound ? ["`chidori store verify` without --dry-run mends what it can"] : []),
            finding: report.isSound ? nil : .damaged)
    }
}

extension StoreReport.Fault {
    /// What was wrong, for people.
    var line: String {
        let what =
            switch kind {
            case .file: "damaged file \(subject)"
            case .missing: "missing file \(subject)"
            case .package: "damaged package \(subject)"
            case .records: "damaged: \(subject)"
            }
        switch outcome {
        case .mended: return "\(what): mended"
        case .madeWhenNeeded: return "\(what): set aside, and made again when it is needed"
        case .unmended(let why): return "\(what): not mended, \(why)"
        }
    }

    var json: JSON {
        var reason: String?
        let word: String
        switch outcome {
        case .mended: word = "mended"
        case .madeWhenNeeded: word = "set-aside"
        case .unmended(let why): (word, reason) = ("unmended", why)
        }
        return [
            "kind": .string(kind.rawValue), "subject": .string(subject), "outcome": .string(word),
            "reason": JSON(reason),
        ]
    }
}
