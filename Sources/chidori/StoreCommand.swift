internal import ArgumentParser
internal import Diagnostics
internal import EnvironmentBuilder
internal import JSONDocument

/// `chidori store`: the data folder itself.
struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Look after the data folder.", subcommands: [StoreVerifyCommand.self])
}

/// `chidori store verify`: reads every byte again, and mends what can be fetched again.
struct StoreVerifyCommand: AsyncParsableCommand, Reporting {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read every stored byte, compare it with its digest, and mend what is damaged.",
        discussion: "A damaged file is set aside and fetched again from the default index, or the indexes named.")

    @Flag(name: .long, help: "Only look; set nothing aside and fetch nothing.")
    var dryRun = false

    @OptionGroup var shared: SharedOptions

    var output: Output { shared.output }

    func run() async throws {
        let session = try Session(shared)
        defer { session.progress.finish() }
        let report = try await session.builder.verifyStore(mending: !dryRun)
        session.progress.finish()
        output.result(report.json, text: "")
        output.say(
            "Read \(counted(report.blobs, "file")), \(readable(bytes: report.bytes)), and "
                + "\(counted(report.packages, "unpacked package")), in \(readable(seconds: report.seconds))")
        for fault in report.faults { output.say(fault.line) }
        if report.faults.isEmpty { output.say("Everything is as it was stored") }
        if !report.isSound { throw ExitCode(DiagnosticCategory.damaged.rawValue) }
    }
}

extension StoreReport {
    var json: JSON {
        [
            "event": "result", "sound": JSON(isSound), "blobs": JSON(blobs), "bytes": JSON(bytes),
            "packages": JSON(packages), "faults": .array(faults.map(\.json)),
            "seconds": JSON(seconds: seconds),
        ]
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
